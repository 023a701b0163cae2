// The search of everything and the keys of the desk. No data of its own: it moves focus and follows links.
(() => {
  const ROUTE_MS = 1200;
  const box = () => document.getElementById("dk-find");
  const found = () => document.getElementById("dk-suggestions");
  const keys = () => document.getElementById("dk-keys");
  let goSince = 0;

  const typing = () => /^(input|textarea|select)$/i.test(document.activeElement?.tagName ?? "") ||
    document.activeElement?.isContentEditable;

  const focusOn = (field) => {
    field.focus();
    if (field.select) field.select();
  };

  function searchEverything() {
    const field = box();
    if (field?.offsetParent) return focusOn(field);
    const page = document.querySelector(".dk-find-link");
    if (page) window.location = page.href;
  }

  const close = () => { if (found()) found().replaceChildren(); };

  // Up and down between the box and what it suggests.
  function step(by) {
    const links = [...found().querySelectorAll("a")];
    if (!links.length) return false;
    const at = links.indexOf(document.activeElement);
    const next = at + by;
    if (next < 0) focusOn(box());
    else links[Math.min(next, links.length - 1)].focus();
    return true;
  }

  function go(key) {
    const link = [...(keys()?.querySelectorAll("a[data-key]") ?? [])].find((one) => one.dataset.key === key);
    if (link) window.location = link.href;
    return Boolean(link);
  }

  const PLAIN = {
    "/": searchEverything,
    "f": () => {
      const field = document.querySelector("[data-desk-search], #searchbar");
      if (field) focusOn(field);
      return field;
    },
    "?": () => keys()?.showModal(),
    "g": () => { goSince = Date.now(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const inside = event.target.closest?.(".dk-find");
    if (inside && event.key === "Escape") {
      close();
      focusOn(box());
      return;
    }
    if (inside && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      if (step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
      return;
    }
    if (typing() || keys()?.open) return;
    if (goSince && Date.now() - goSince < ROUTE_MS) {
      goSince = 0;
      if (go(event.key)) event.preventDefault();
      return;
    }
    const act = PLAIN[event.key];
    if (!act) return;
    if (act() !== null) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) keys()?.showModal();
    if (event.target.closest("[data-close]")) keys()?.close();
    if (!event.target.closest(".dk-find")) close();
  });
  document.addEventListener("focusin", (event) => {
    if (!event.target.closest(".dk-find")) close();
  });
})();
