// What a reader does with the numbers: other ways to show a cross-table, any two questions crossed, copies and files.
(() => {
  const { page, unpacked } = carried, words = page.words, lang = page.lang;
  const make = (tag, attributes = {}, ...inside) => {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "onclick" || key === "onchange") element.addEventListener(key.slice(2), value);
      else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...inside);
    return element;
  };
  const said = document.getElementById("said");
  const say = (text) => { said.textContent = ""; setTimeout(() => { said.textContent = text; }, 30); };

  // ------------------------------------------------------------ the counts of all pairs, unpacked when first asked for
  let waiting = null;
  const pairs = () => waiting ??= (async () => {
    const data = await unpacked("pairs");
    const start = new Map();
    let at = 0;
    data.v.forEach(([, , one], i) => data.v.slice(i + 1).forEach(([, , other], k) => {
      start.set(`${i} ${i + 1 + k}`, at);
      at += one.length * other.length;
    }));
    const place = new Map(data.v.map(([name], i) => [name, i]));
    const block = (counts, row, column) => {
      const [i, j] = row < column ? [row, column] : [column, row];
      const from = start.get(`${i} ${j}`), k = data.v[j][2].length;
      const cell = row < column ? (r, c) => counts[from + r * k + c] : (r, c) => counts[from + c * k + r];
      return data.v[row][2].map((_, r) => data.v[column][2].map((_, c) => cell(r, c)));
    };
    return { variables: data.v, place, n: (r, c) => block(data.n, r, c), w: data.w && ((r, c) => block(data.w, r, c)) };
  })();

  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const format = (decimals) => {
    const shown = new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    return (x) => shown.format(x).replace("-", "\u2212");
  };
  const whole = format(0), one = format(1), two = format(2);

  // A cross-table as the reader wants it: counts, shares within rows, columns or all, or adjusted residuals.
  const crossed = (data, row, column, show) => {
    const weighted = data.w !== null, counts = data.n(row, column), all = weighted ? data.w(row, column) : counts;
    const rows = all.map(sum).map((x, r) => (x > 0 ? r : -1)).filter((r) => r >= 0);
    const columns = (all[0] ?? []).map((_, c) => (sum(all.map((line) => line[c])) > 0 ? c : -1)).filter((c) => c >= 0);
    const x = rows.map((r) => columns.map((c) => all[r][c])), n = rows.map((r) => columns.map((c) => counts[r][c]));
    const byRow = x.map(sum), byColumn = columns.map((_, c) => sum(x.map((line) => line[c]))), total = sum(byRow);
    const labels = [data.variables[row][2], data.variables[column][2]];
    const value = {
      count: (r, c) => (weighted ? one : whole)(x[r][c]),
      row: (r, c) => one(100 * x[r][c] / byRow[r]),
      column: (r, c) => one(100 * x[r][c] / byColumn[c]),
      total: (r, c) => one(100 * x[r][c] / total),
      residual: (r, c) => {
        const expected = byRow[r] * byColumn[c] / total;
        const spread = Math.sqrt(expected * (1 - byRow[r] / total) * (1 - byColumn[c] / total));
        return spread > 0 ? one((x[r][c] - expected) / spread) : ":";
      },
    }[show];
    const margin = {
      count: [(r) => (weighted ? one : whole)(byRow[r]), (c) => (weighted ? one : whole)(byColumn[c]), () => (weighted ? one : whole)(total)],
      row: [() => one(100), (c) => one(100 * byColumn[c] / total), () => one(100)],
      column: [(r) => one(100 * byRow[r] / total), () => one(100), () => one(100)],
      total: [(r) => one(100 * byRow[r] / total), (c) => one(100 * byColumn[c] / total), () => one(100)],
    }[show];
    const head = make("tr", {}, make("th", { scope: "col" }, data.variables[row][1]),
      ...columns.map((c) => make("th", { scope: "col", class: "n" }, labels[1][c])),
      ...(margin ? [make("th", { scope: "col", class: "n" }, words.total_word)] : []));
    const body = rows.map((place, r) => make("tr", {}, make("th", { scope: "row" }, labels[0][place]),
      ...columns.map((_, c) => {
        const text = value(r, c), far = show === "residual" && Math.abs(parseFloat(text.replace("\u2212", "-").replace(",", "."))) >= 2;
        return make("td", far ? { class: "far" } : {}, text);
      }),
      ...(margin ? [make("td", {}, margin[0](r))] : [])));
    if (margin) body.push(make("tr", { class: "total" }, make("th", { scope: "row" }, words.total_word),
      ...columns.map((_, c) => make("td", {}, margin[1](c))), make("td", {}, margin[2]())));
    const base = n.length ? n[0].map((_, c) => sum(n.map((line) => line[c]))) : [];
    body.push(make("tr", { class: "base" }, make("th", { scope: "row" }, words.base_n),
      ...base.map((k) => make("td", {}, whole(k))), ...(margin ? [make("td", {}, whole(sum(base)))] : [])));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
    const q = Math.min(rows.length, columns.length) - 1;
    let note = `${words.base}: ${whole(sum(base))}.`;
    if (weighted) note += ` ${words.weighted}.`;
    if (q > 0) {
      const chi2 = sum(x.flatMap((line, r) => line.map((k, c) => (k - byRow[r] * byColumn[c] / total) ** 2 / (byRow[r] * byColumn[c] / total))));
      const v = Math.sqrt(chi2 / (total * q));
      const word = v < 0.1 ? "negligible" : v < 0.3 ? "weak" : v <= 0.5 ? "moderate" : "strong";
      note += ` ${words.cramers_v} = ${two(v)} (${words[`strength_${word}`]}).`;
    }
    return { table, note: [note, page.note].filter(Boolean).join(" ") };
  };
  const ways = ["count", "row", "column", "total", "residual"];
  const choice = (label, options, now, change) => {
    const select = make("select", { onchange: () => change(select.value) },
      ...options.map(([value, text]) => make("option", { value, selected: value === now }, text)));
    return [make("label", {}, `${label} `, select), select];
  };

  // ------------------------------------------------------------ what every table and figure can do
  const caption = (figure) => figure.querySelector("figcaption").firstElementChild === null ? ""
    : [...figure.querySelector("figcaption").childNodes].filter((node) => !(node.classList?.contains("tools")))
      .map((node) => node.textContent).join("").replace(/\s+/g, " ").trim();
  const shownTable = (figure) => figure.querySelector(".as-asked table") ?? figure.querySelector("table");
  const number = (text) => {
    const bare = text.replace("\u2212", "-");
    const plain = lang === "en" ? bare.replaceAll(",", "") : bare.replaceAll(".", "").replaceAll("\u202f", "").replace(",", ".");
    return /^-?\d+(\.\d+)?$/.test(plain) ? plain : null;
  };
  // The table as rows of texts: a cell over several rows or columns stands in the first of them.
  const grid = (table) => {
    const rows = [...table.rows].filter((row) => !row.hidden), lines = rows.map(() => []);
    rows.forEach((row, r) => {
      let column = 0;
      for (const cell of row.cells) {
        while (lines[r][column] !== undefined) column += 1;
        const note = cell.querySelector("sup")?.textContent ?? "";
        const text = cell.textContent.slice(0, cell.textContent.length - note.length).trim();
        for (let i = 0; i < cell.rowSpan && r + i < lines.length; i += 1) {
          for (let k = 0; k < cell.colSpan; k += 1) lines[r + i][column + k] = i === 0 && k === 0 ? text : "";
        }
      }
    });
    return lines;
  };
  const decimal = lang === "en" ? "." : ",";
  const inCell = (text) => { const plain = number(text); return plain === null ? text : plain.replace(".", decimal); };
  const copy = (types, done) => {
    document.addEventListener("copy", (event) => {
      for (const [type, text] of Object.entries(types)) event.clipboardData.setData(type, text);
      event.preventDefault();
    }, { once: true });
    if (document.execCommand("copy")) say(done);
  };
  const save = (name, type, content) => {
    const link = make("a", { href: URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    say(`${words.saved}: ${name}`);
  };
  const forExcel = (figure) => copy({ "text/plain": grid(shownTable(figure)).map((row) => row.map(inCell).join("\t")).join("\r\n") }, words.copied);
  const forWord = (figure) => {
    const table = shownTable(figure).cloneNode(true);
    table.style.cssText = "border-collapse:collapse;font-family:Arial,sans-serif;font-size:9pt";
    for (const cell of table.querySelectorAll("th,td")) {
      const numeric = cell.tagName === "TD" && !cell.classList.contains("x");
      cell.style.cssText = `padding:2pt 5pt;text-align:${numeric || cell.classList.contains("n") ? "right" : "left"}`;
      cell.removeAttribute("class");
    }
    for (const row of table.querySelectorAll("[hidden]")) row.remove();
    const rule = (row, side) => { for (const cell of row?.cells ?? []) cell.style[`border${side}`] = "1pt solid black"; };
    const head = table.tHead.rows, rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    rule(head[0], "Top"); rule(head[head.length - 1], "Bottom"); rule(rows[rows.length - 1], "Bottom");
    const title = make("p", {}, make("b", {}, caption(figure)));
    copy({ "text/html": title.outerHTML + table.outerHTML, "text/plain": grid(shownTable(figure)).map((row) => row.join("\t")).join("\n") }, words.copied);
  };
  const csv = (figure) => {
    const between = lang === "en" ? "," : ";";
    const quoted = (text) => (/["\n,;]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    // A text that a spreadsheet would take for a formula is kept a text.
    const safe = (text) => (/^[=+@\-\t]/.test(text) && number(text) === null ? `'${text}` : text);
    const lines = grid(shownTable(figure)).map((row) => row.map((text) => quoted(safe(inCell(text)))).join(between));
    save(`${figure.id || "table"}.csv`, "text/csv", `\ufeff${lines.join("\r\n")}\r\n`);
  };
  const button = (text, act) => make("button", { type: "button", onclick: act }, text);

  const hideRows = (figure) => {
    const rows = [...figure.querySelectorAll(":scope > .scroll tbody tr:not([class])")];
    if (rows.length < 3) return [];
    const boxes = rows.map((row) => {
      const box = make("input", { type: "checkbox", checked: true, onchange: () => { row.hidden = !box.checked; } });
      return make("label", {}, box, ` ${row.cells[0].textContent}`);
    });
    return [make("details", { class: "rows" }, make("summary", {}, words.rows_shown), ...boxes)];
  };
  for (const figure of document.querySelectorAll("figure.table")) {
    const acts = [button(words.copy_excel, () => forExcel(figure)), button(words.copy_word, () => forWord(figure)), button(words.save_csv, () => csv(figure))];
    const [row, column] = [figure.dataset.row, figure.dataset.column];
    if (row && page.pairs) {
      const ground = figure.querySelector(":scope > .scroll");
      const [label] = choice(words.show, [["", words.as_printed], ...ways.map((way) => [way, words[`show_${way}`]])], "", async (way) => {
        figure.querySelector(".as-asked")?.remove();
        ground.hidden = way !== "";
        if (way === "") return;
        const data = await pairs();
        const { table, note } = crossed(data, data.place.get(row), data.place.get(column), way);
        ground.after(make("div", { class: "scroll as-asked", tabindex: "0", role: "region", "aria-label": caption(figure) }, table, make("p", { class: "below" }, note)));
      });
      acts.push(label);
    }
    figure.querySelector("figcaption").append(make("details", { class: "tools" }, make("summary", {}, words.tools), make("div", {}, ...acts, ...hideRows(figure))));
  }
  const drawn = (figure) => {
    const svg = figure.querySelector("svg").cloneNode(true);
    svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const [, , width, height] = svg.getAttribute("viewBox").split(/\s+/).map(Number);
    svg.setAttribute("width", width); svg.setAttribute("height", height);
    return { text: new XMLSerializer().serializeToString(svg), width, height };
  };
  for (const figure of document.querySelectorAll("figure.drawing")) {
    const asSvg = () => save(`${figure.id}.svg`, "image/svg+xml", drawn(figure).text);
    const asPng = () => {
      const { text, width, height } = drawn(figure), image = new Image(), scale = 3;
      image.onload = () => {
        const canvas = make("canvas", { width: width * scale, height: height * scale }), pen = canvas.getContext("2d");
        pen.fillStyle = "#fff"; pen.fillRect(0, 0, canvas.width, canvas.height);
        pen.drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => save(`${figure.id}.png`, "image/png", blob));
      };
      image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    };
    figure.querySelector("figcaption").append(make("details", { class: "tools" }, make("summary", {}, words.tools),
      make("div", {}, button(words.save_svg, asSvg), button(words.save_png, asPng))));
  }

  // ------------------------------------------------------------ any two questions; the choice stands in the address
  const place = document.getElementById("explore-table");
  if (!place) return;
  const rowBox = document.getElementById("explore-row"), columnBox = document.getElementById("explore-column"), showBox = document.getElementById("explore-show");
  const show = async (scroll) => {
    const data = await pairs(), row = data.place.get(rowBox.value), column = data.place.get(columnBox.value);
    place.replaceChildren();
    if (row === undefined || column === undefined) return;
    if (row === column) { place.append(make("p", {}, words.explore_same)); return; }
    const { table, note } = crossed(data, row, column, showBox.value);
    const title = `${data.variables[row][1]} × ${data.variables[column][1]} (${words[`show_${showBox.value}`]})`;
    const figure = make("figure", { class: "table", id: "explored" }, make("figcaption", {}, make("b", {}, title)),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table), make("div", { class: "below" }, make("p", {}, note)));
    figure.querySelector("figcaption").append(make("div", { class: "tools" },
      make("div", {}, button(words.copy_excel, () => forExcel(figure)), button(words.copy_word, () => forWord(figure)), button(words.save_csv, () => csv(figure)))));
    place.append(figure);
    if (scroll) document.getElementById("explore").scrollIntoView();
  };
  const asked = () => {
    const [name, query] = location.hash.split("?");
    if (name !== "#explore" || !query) return false;
    const wanted = new URLSearchParams(query);
    for (const [key, box] of [["row", rowBox], ["column", columnBox], ["show", showBox]]) if (wanted.has(key)) box.value = wanted.get(key);
    return true;
  };
  const changed = () => {
    const query = new URLSearchParams({ row: rowBox.value, column: columnBox.value, show: showBox.value });
    history.replaceState(null, "", `#explore?${query}`);
    show(false);
  };
  for (const box of [rowBox, columnBox, showBox]) box.addEventListener("change", changed);
  document.getElementById("explore-turn").addEventListener("click", () => {
    [rowBox.value, columnBox.value] = [columnBox.value, rowBox.value];
    changed();
  });
  addEventListener("hashchange", () => { if (asked()) show(true); });
  if (asked()) show(true);
  else new IntersectionObserver((seen, watch) => { if (seen.some((one) => one.isIntersecting)) { watch.disconnect(); show(false); } }).observe(place);
})();
