"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("script");
  const $ = (id) => document.getElementById(id);
  const lists = $("lists"), toggle = $("toggle"), find = $("find"), none = $("none");

  // On a narrow screen the contents are folded until asked for, and fold again when a place is chosen.
  const narrow = matchMedia("(max-width: 70rem)");
  const fold = (folded) => {
    lists.classList.toggle("folded", folded);
    toggle.setAttribute("aria-expanded", String(!folded));
  };
  fold(narrow.matches);
  narrow.addEventListener("change", () => fold(narrow.matches));
  toggle.addEventListener("click", () => fold(!lists.classList.contains("folded")));
  lists.addEventListener("click", (event) => {
    if (narrow.matches && event.target.closest("a")) fold(true);
  });

  // Search: every word typed must be in an entry; accents and capitals do not matter.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const entries = [...lists.querySelectorAll("li")].map((item) => [item, plain(item.textContent)]);
  const folders = [...lists.querySelectorAll("details")];
  find.addEventListener("input", () => {
    const words = plain(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [item, text] of entries) {
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    for (const folder of folders) {
      folder.open = words.length > 0;
      folder.hidden = !folder.querySelector("li:not([hidden])");
    }
    none.hidden = shown > 0;
  });

  // The section in view is marked in the contents.
  const links = new Map();
  for (const link of lists.querySelectorAll(":scope > ul a")) links.set(link.hash.slice(1), link);
  const headings = [...document.querySelectorAll("main h2[id], main h3[id]")].filter((h) => links.has(h.id));
  let current = null, waiting = false;
  const follow = () => {
    waiting = false;
    let here = null;
    for (const heading of headings) {
      if (heading.getBoundingClientRect().top > innerHeight / 3) break;
      here = links.get(heading.id);
    }
    if (here === current) return;
    current?.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "true");
    current = here;
  };
  addEventListener("scroll", () => {
    if (!waiting) { waiting = true; requestAnimationFrame(follow); }
  }, { passive: true });
  follow();

  // Long lists sort by a column: up, down, as they were. Totals and bases stay below.
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0], original = [...body.rows], heads = [...table.tHead.rows[0].cells];
    const key = (row, i) => {
      const cell = row.cells[i];
      return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
    };
    const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b
      : typeof a === "number" ? -1 : typeof b === "number" ? 1 : a.localeCompare(b, root.lang, { numeric: true });
    heads.forEach((head, i) => {
      const button = document.createElement("span"); // a real button is lost where a printed head repeats
      button.setAttribute("role", "button");
      button.tabIndex = 0;
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); button.click(); }
      });
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        for (const other of heads) other.removeAttribute("aria-sort");
        const sign = now === null ? 1 : now === "ascending" ? -1 : 0;
        if (sign !== 0) head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const rows = sign === 0 ? original : [...original].sort((a, b) => sign * compare(key(a, i), key(b, i)));
        body.append(...rows);
      });
    });
  }

  $("print").addEventListener("click", () => print());
  addEventListener("beforeprint", () => folders.forEach((folder) => { folder.open = true; }));
})();
