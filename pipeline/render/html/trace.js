// Where a number comes from: told when it is pointed at, tapped, or reached with the keyboard.
(() => {
  const { page, unpacked } = carried, words = page.words, lang = page.lang;
  const cells = page.traces ? [...document.querySelectorAll("td[data-t]")] : [];
  if (cells.length === 0) return;
  const make = (tag, text = "", className = "") => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const panel = make("div", "", "trace");
  panel.id = "trace";
  panel.hidden = true;
  panel.setAttribute("role", "tooltip");
  document.body.append(panel);
  const number = (x) => new Intl.NumberFormat(lang, { maximumSignificantDigits: 15 }).format(x);

  const told = (data, cell) => {
    const row = data.rows[Number(cell.dataset.t)], [table, statistic, rv, rc, cv, cc, lv, lc] = row.slice(0, 8).map((i) => data.texts[i]);
    const [value, n, base] = row.slice(8), [name, definition] = data.statistics[statistic] ?? [statistic, ""];
    const pairs = make("dl"), origins = new Set();
    const pair = (term, ...texts) => {
      const shown = texts.filter(Boolean);
      if (shown.length) pairs.append(make("dt", term), ...shown.map((text) => make("dd", text)));
    };
    pair(words.trace_value, value === null ? "" : number(value));
    pair(words.trace_n, n === null ? "" : number(n));
    if (base !== null && n !== null && Math.abs(base - n) > 1e-9 * Math.abs(n)) pair(words.trace_base, number(base));
    pair(words.base, cell.closest("figure")?.querySelector(".origin span")?.textContent.replace(/^[^:]*:\s*/, ""));
    for (const [term, variable, code] of [[words.trace_row, rv, rc], [words.trace_column, cv, cc], [words.trace_layer, lv, lc]]) {
      if (!variable) continue;
      const [label, question, origin] = data.variables[variable] ?? [variable, "", ""];
      const category = code ? data.categories[variable]?.[code] ?? code : "";
      pair(term, category ? `${label}: ${category}` : label, question === label ? "" : question);
      if (origin) origins.add(origin);
    }
    pair(words.trace_origin, ...origins);
    pair(words.trace_definition, definition);
    const key = [["table_id", table], ["statistic", statistic], ["row_var", rv], ["row_code", rc], ["col_var", cv], ["col_code", cc], ["layer_var", lv], ["layer_code", lc]];
    pairs.append(make("dt", words.trace_result));
    const place = make("dd");
    place.append(make("code", key.filter(([, text]) => text).map(([column, text]) => `${column}=${text}`).join(" ")));
    pairs.append(place);
    return [make("strong", name), pairs];
  };

  let shown = null, timer = 0;
  const hide = () => {
    clearTimeout(timer);
    panel.hidden = true;
    shown?.removeAttribute("aria-describedby");
    shown = null;
  };
  const show = async (cell) => {
    if (shown === cell) return;
    hide();
    shown = cell;
    const data = await unpacked("traces");
    if (shown !== cell) return;
    panel.replaceChildren(...told(data, cell));
    panel.hidden = false;
    cell.setAttribute("aria-describedby", "trace");
    const place = cell.getBoundingClientRect(), size = panel.getBoundingClientRect();
    const below = place.bottom + size.height + 14 < innerHeight, within = (at, room) => `${Math.max(8, Math.min(at, room - 8))}px`;
    panel.style.setProperty("left", within(place.left, innerWidth - size.width));
    panel.style.setProperty("top", within(below ? place.bottom + 6 : place.top - size.height - 6, innerHeight - size.height));
  };

  const traced = (event) => (event.target instanceof Element ? event.target.closest("td[data-t]") : null);
  addEventListener("mouseover", (event) => {
    const cell = traced(event);
    if (!cell) { if (!panel.contains(event.target) && shown !== document.activeElement) hide(); return; }
    clearTimeout(timer);
    timer = setTimeout(() => show(cell), 350);
  });
  addEventListener("click", (event) => {
    const cell = traced(event);
    if (cell) show(cell); else if (!panel.contains(event.target)) hide();
  });
  addEventListener("scroll", () => { if (shown !== document.activeElement) hide(); }, { passive: true });
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  // The reader's own unit: its answers are marked in every table that counts them.
  const box = document.getElementById("unit-box");
  const mark = async () => {
    for (const old of document.querySelectorAll(".mine")) {
      old.classList.remove("mine");
      old.querySelector(".own")?.remove();
    }
    if (!box.value) return;
    const [data, answers] = await Promise.all([unpacked("traces"), unpacked("pairs").then((all) => all.u)]);
    const mine = new Set(answers.find(([unit]) => unit === box.value)[1].map((pair) => JSON.stringify(pair)));
    const own = (variable, code) => code !== "" && mine.has(JSON.stringify([variable, code]));
    for (const cell of cells) {
      const [, , rv, rc, cv, cc] = data.rows[Number(cell.dataset.t)].slice(0, 6).map((i) => data.texts[i]);
      // Of a distribution the row is marked; of a cross-table the cell, where both answers are the unit's.
      const place = !own(rv, rc) ? null : cv === "" ? cell.parentElement.cells[0] : own(cv, cc) ? cell : null;
      if (!place || place.classList.contains("mine")) continue;
      place.classList.add("mine");
      place.append(make("span", ` (${words.unit_mine} ${box.value})`, "hidden own"));
    }
  };
  box?.addEventListener("change", mark);

  // One stop of the Tab key a table; arrow keys go from number to number.
  for (const table of new Set(cells.map((cell) => cell.closest("table")))) {
    table.querySelector("td[data-t]").tabIndex = 0;
    table.addEventListener("focusin", (event) => { const cell = traced(event); if (cell) show(cell); });
    table.addEventListener("focusout", hide);
    table.addEventListener("keydown", (event) => {
      const cell = traced(event), step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!cell || !step) return;
      event.preventDefault();
      const rows = [...table.rows];
      let line = rows.indexOf(cell.parentElement), column = cell.cellIndex, next = null;
      do {
        line += step[0];
        column += step[1];
        next = rows[line]?.cells[column];
      } while (next && next.dataset.t === undefined);
      if (!next) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }
})();
