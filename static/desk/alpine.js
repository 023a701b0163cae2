// What Alpine without eval needs to know by name: the frame of a page, and the parts Unfold defines in app.js.
(() => {
  const SIDEBAR = "sidebarDesktopOpen";

  const pageFrame = (firstTab) => ({
    activeTab: firstTab,
    actionDropdownOpen: false, // Unfold asks for it also where an action has no dropdown
    sidebarMobileOpen: false,
    sidebarDesktopOpen: (localStorage.getItem(SIDEBAR) ?? "1") === "1",
    // Unfold's form asks for the address by these names; they are plain text here, not the window
    window: { location: { pathname: location.pathname, search: location.search } },
    init() {
      this.activeTab = (firstTab && window.getCurrentTab?.()) || firstTab;
      this.$watch(SIDEBAR, (open) => localStorage.setItem(SIDEBAR, open ? "1" : "0"));
    },
    sortRecords(event) { window.sortRecords(event); },
  });

  const searchDropdown = () => ({
    ...window.searchDropdown(),
    beginSearch() {
      this.openSearchResults = true;
      this.currentIndex = 0;
    },
    leaveSearch() {
      this.openSearchResults = false;
      if (this.$refs.searchInput.value === "") this.$refs.searchInput.blur();
      else this.$refs.searchInput.value = "";
    },
  });

  document.addEventListener("alpine:init", () => {
    Alpine.data("pageFrame", pageFrame);
    Alpine.data("theme", (chosen) => window.theme(chosen));
    Alpine.data("searchForm", () => window.searchForm());
    Alpine.data("searchDropdown", searchDropdown);
  });
})();
