// Small behavior of the portal's pages, by data attributes; without it everything still works but dialogs.
(() => {
  const byId = (id) => document.getElementById(id);

  document.documentElement.classList.add("js");

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      byId(opener.dataset.opens).showModal();
      event.preventDefault();
    }
    event.target.closest("[data-closes]")?.closest("dialog").close();

    const toggle = event.target.closest("[data-toggles]");
    if (toggle) {
      const isOpen = byId(toggle.dataset.toggles).classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(isOpen));
    }

    const copier = event.target.closest("[data-copies]");
    if (copier) {
      navigator.clipboard.writeText(byId(copier.dataset.copies).textContent.trim());
      copier.textContent = copier.dataset.copied ?? "Copied";
    }
    for (const menu of document.querySelectorAll(".top details[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });
})();
