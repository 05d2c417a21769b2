"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const meta = JSON.parse(one("#meta").textContent);
  const remembered = (key, value) => {
    // A file opened from disk may be refused its storage; the choice then lasts as long as the page.
    try {
      if (value === undefined) return localStorage.getItem("spendtrace." + key);
      localStorage.setItem("spendtrace." + key, value);
    } catch { /* nothing to remember with */ }
    return null;
  };

  // Language and theme.
  let language = root.lang;
  const say = (key) => meta.texts[language][key];
  function show(tag) {
    language = tag;
    root.lang = tag;
    document.title = meta.titles[tag];
    for (const page of all(".page")) page.hidden = page.lang !== tag;
    one("#detail").lang = tag;
  }
  function paint(theme) {
    if (theme === "auto") root.removeAttribute("data-theme"); else root.dataset.theme = theme;
    for (const button of all("[data-do=theme]")) {
      const texts = meta.texts[button.closest(".page").lang];
      button.textContent = texts["theme_" + theme];
    }
  }
  const themes = ["auto", "light", "dark"];
  let theme = themes.includes(remembered("theme")) ? remembered("theme") : "auto";
  paint(theme);
  const wanted = location.hash.match(/^#(sv|en)(-|$)/);
  show(wanted ? wanted[1] : remembered("language") || language);
  if (wanted && one(location.hash)) one(location.hash).scrollIntoView();

  // Numbers, by the rules of the Rust side: halves away from zero, groups by language, U+2212.
  const group = { sv: "\u00a0", en: "," };
  const comma = { sv: ",", en: "." };
  function scaled(value, decimals) {
    const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
    const head = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, group[language]);
    return (value < 0 ? "\u2212" : "") + head + (decimals ? comma[language] + digits.slice(-decimals) : "");
  }
  // A quantity with the decimals that it has, one alone as two.
  function quantity(value) {
    let decimals = 4;
    while (decimals > 0 && value % 10 === 0) { value /= 10; decimals -= 1; }
    return decimals === 1 ? scaled(value * 10, 2) : scaled(value, decimals);
  }
  const away = (value) => Math.sign(value) * Math.round(Math.abs(value));
  const dated = (days) => new Date(days * 86400000).toISOString().slice(0, 10);
  const per_cent = (value) => scaled(away(value * 1000), 1) + (language === "sv" ? "\u00a0%" : "%");
  const unit = () => (meta.currency === "SEK" && language === "sv" ? "kr" : meta.currency);
  const kronor = (minor) => scaled(away(minor / 100), 0);
  const amount = (minor) => (language === "sv" ? kronor(minor) + "\u00a0" + unit() : unit() + "\u00a0" + kronor(minor));
  const shown = {
    text: (v) => meta.names[language][v] ?? v, id: (v) => meta.names[language][v] ?? String(v), names: (v) => { const all = v.split("; "); return all.length <= 3 ? v : all.slice(0, 2).join("; ") + " + " + (all.length - 2); }, code: (v) => (meta.codes[language][v] ?? v), codes: (v) => v.split("|").map((code) => meta.codes[language][code] ?? code).join(", "), money: kronor, exact: (v) => scaled(v, 2), int: (v) => scaled(v, 0),
    share: per_cent, number: (v) => scaled(away(v * 100), 2), date: dated, bool: (v) => say(v ? "yes" : "no"), quantity,
  };
  const format = (kind, value) => (value === null || value === undefined ? "" : shown[kind](value));
  const is_number = (kind) => ["money", "exact", "int", "share", "number", "quantity"].includes(kind);
  const collators = { sv: new Intl.Collator("sv"), en: new Intl.Collator("sv") };

  // Data that was compressed to keep the file small: unpacked when first asked for.
  const unpacked = {};
  function unpack(id) {
    return unpacked[id] ??= (async () => {
      const text = one("#" + id).textContent.trim();
      const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return JSON.parse(await new Response(stream).text());
    })();
  }

  // The name of a row leads to the lines behind it.
  function cell(tag, kind, value, is_first, query) {
    const td = document.createElement(tag);
    const text = format(kind, value);
    if (is_first) td.scope = "row"; else td.className = is_number(kind) ? "n" : kind === "date" || kind === "id" ? "d" : text.length > 40 ? "t w" : "t";
    if (is_first && (kind === "date" || kind === "id")) td.className = "d";
    if (query) td.append(link(query, text)); else td.textContent = text;
    return td;
  }
  function link(query, text) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "row-link";
    button.dataset.q = query;
    button.textContent = text || say("rows");
    button.setAttribute("aria-label", text + ": " + say("rows"));
    return button;
  }

  // Tables: the page holds the first rows; the rest is unpacked when it is needed.
  const preview = meta.preview;
  const states = new Map();
  async function state_of(block) {
    const table = one("table", block);
    if (!states.has(block)) {
      const data = (await unpack("tables"))[block.dataset.table];
      states.set(block, { table, data, order: null, down: false, search: "", whole: false });
    }
    return states.get(block);
  }
  function visible(state) {
    const { data } = state;
    let rows = data.rows.map((row, i) => i);
    if (state.search) {
      const needle = state.search.toLocaleLowerCase("sv");
      rows = rows.filter((i) => data.kinds.some((kind, c) => String(kind === "names" ? data.rows[i][c] ?? "" : format(kind, data.rows[i][c])).toLocaleLowerCase("sv").includes(needle)));
    }
    if (state.order !== null) {
      const c = state.order, kind = data.kinds[c], sign = state.down ? -1 : 1;
      const compare = is_number(kind) || kind === "date" || kind === "bool" ? (a, b) => a - b
        : (a, b) => collators[language].compare(format(kind, a), format(kind, b));
      // Nothing on file sorts last both ways.
      rows.sort((i, j) => {
        const a = data.rows[i][c], b = data.rows[j][c];
        if (a === null || b === null) return (a === null) - (b === null) || i - j;
        return sign * compare(a, b) || i - j;
      });
    }
    return rows;
  }
  function draw(block, state) {
    const { table, data } = state;
    const rows = visible(state);
    const shown_rows = state.whole || state.search ? rows : rows.slice(0, preview);
    const body = document.createElement("tbody");
    for (const i of shown_rows) {
      const tr = document.createElement("tr");
      data.kinds.forEach((kind, c) => tr.append(cell(c === 0 ? "th" : "td", kind, data.rows[i][c], c === 0, c === 0 && data.drill ? data.drill[i] : "")));
      body.append(tr);
    }
    table.tBodies[0].replaceWith(body);
    all("thead th", table).forEach((th, c) => {
      if (c === state.order) th.setAttribute("aria-sort", state.down ? "descending" : "ascending"); else th.removeAttribute("aria-sort");
    });
    const count = one(".count", block);
    if (count) count.textContent = say("count").replace("{n}", scaled(shown_rows.length, 0)).replace("{m}", scaled(data.total, 0));
    const more = one("[data-do=whole]", block);
    if (more) {
      more.hidden = state.search !== "" || rows.length <= preview;
      more.textContent = state.whole ? say("fewer") : say(data.rows.length < data.total ? "first" : "whole").replace("{n}", scaled(rows.length, 0));
      more.setAttribute("aria-expanded", String(state.whole));
    }
  }
  async function sort(button) {
    const block = button.closest(".tabled");
    const state = await state_of(block);
    const column = [...button.closest("tr").children].indexOf(button.closest("th"));
    // A first press on a number asks for the largest.
    state.down = state.order === column ? !state.down : is_number(state.data.kinds[column]);
    state.order = column;
    draw(block, state);
  }
  async function copy(button) {
    const block = button.closest(".tabled");
    const table = one("table", block);
    const text = all("tr", table).map((tr) => [...tr.cells].map((c) => c.textContent.trim()).join("\t")).join("\n");
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
    }
    const before = button.textContent;
    button.textContent = say(done ? "copied" : "not_copied");
    setTimeout(() => { button.textContent = before; }, 1600);
  }

  // The dialog: invoice rows behind a mark, or the SQL behind a figure.
  const detail = one("#detail");
  function open_detail(title, ...content) {
    one("#detail-title").textContent = title;
    one("#detail-body").replaceChildren(...content);
    for (const close of all("[data-do=close]", detail)) close.textContent = say("close");
    if (!detail.open) detail.showModal();
  }
  function paragraph(text, name = "note") {
    const p = document.createElement("p");
    p.className = name;
    p.textContent = text;
    return p;
  }
  function plain_table(caption, heads, kinds, rows) {
    const scroll = document.createElement("div");
    scroll.className = "scroll";
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", caption);
    const table = document.createElement("table");
    table.createCaption().textContent = caption;
    const head = table.createTHead().insertRow();
    heads.forEach((text, c) => {
      const th = document.createElement("th");
      th.scope = "col";
      th.textContent = text;
      if (is_number(kinds[c])) th.className = "n";
      head.append(th);
    });
    const body = table.createTBody();
    for (const row of rows) {
      const tr = body.insertRow();
      kinds.forEach((kind, c) => tr.append(cell(c === 0 ? "th" : "td", kind, row[c], c === 0)));
    }
    scroll.append(table);
    return scroll;
  }
  const dimensions = { u: "unit", s: "supplier", c: "category", g: "category_group", o: "outcome", r: "reason", k: "contract", p: "passed_by", m: "period", x: "exclusion" };
  async function rows_behind(query) {
    const lines = await unpack("lines");
    const wanted = query.map(([d, key]) => [lines[d], lines.keys[d].indexOf(key)]);
    const found = [];
    for (let i = 0; i < lines.a.length; i++) if (wanted.every(([column, at]) => column[i] === at)) found.push(i);
    const sum = found.reduce((total, i) => total + (lines.a[i] ?? 0), 0);
    const label = (d, i) => (lines[d][i] < 0 ? "" : (lines.names[d] ?? lines.keys[d])[lines[d][i]]);
    const title = query.map(([d, key]) => {
      const at = lines.keys[d].indexOf(key);
      const name = at < 0 ? key : (lines.names[d] ?? lines.keys[d])[at];
      return say("dim_" + dimensions[d]) + ": " + (["o", "r", "x"].includes(d) ? shown.code(name) : name);
    }).join(", ");
    const limit = 500;
    const parts = [paragraph(say("rows_found").replace("{n}", scaled(found.length, 0)).replace("{sum}", amount(sum)))];
    if (lines.cut) parts.push(paragraph(say("rows_cut").replace("{n}", scaled(lines.a.length, 0)).replace("{m}", scaled(lines.total, 0))));
    if (found.length > limit) parts.push(paragraph(say("rows_limit").replace("{n}", scaled(limit, 0))));
    found.sort((i, j) => Math.abs(lines.a[j] ?? 0) - Math.abs(lines.a[i] ?? 0) || i - j);
    if (found.length) {
      const rows = found.slice(0, limit).map((i) => [
        lines.f[lines.lf[i]] + "-" + lines.ln[i], lines.d[i], label("u", i), label("s", i), label("c", i), lines.i[i], lines.a[i], lines.keys.o[lines.o[i]],
        lines.r[i] < 0 ? null : lines.keys.r[lines.r[i]], label("k", i) || label("p", i), lines.e[lines.le[i]],
      ]);
      const kinds = ["id", "date", "text", "text", "text", "id", "exact", "code", "code", "id", "text"];
      parts.push(plain_table(say("rows_caption"), say("row_heads"), kinds, rows));
    }
    open_detail(title, ...parts);
  }
  async function query_behind(name) {
    const pre = document.createElement("pre");
    pre.tabIndex = 0;
    pre.textContent = (await unpack("queries"))[name] ?? "";
    open_detail("queries/metric/" + name + ".sql", paragraph(say("sql_note")), pre);
  }

  // Shares of the outcomes that add up as shown, by the rule of the Rust side: the first and the last stand alone elsewhere and
  // are rounded by themselves, the two between share what is left.
  function outcome_shares({ addressable, compliant, deviating, off, undetermined }) {
    if (addressable <= 0) return {};
    const between = deviating + off;
    const first = away((compliant * 1000) / addressable);
    let last = away((undetermined * 1000) / addressable);
    if (between === 0 || first + last > 1000) last = 1000 - first;
    const left = 1000 - first - last;
    const second = between === 0 ? 0 : away((deviating * left) / between);
    return { compliant: first / 1000, deviating: second / 1000, off: (left - second) / 1000, undetermined: last / 1000 };
  }

  // Explore: the cube, filtered.
  const measures = ["addressable", "compliant", "deviating", "off", "undetermined"];
  async function explore(page) {
    const panel = one(".explore", page);
    if (!panel) return;
    const cube = await unpack("cube");
    if (!cube) { panel.hidden = true; return; }
    const picks = all("select", panel);
    if (!panel.dataset.filled) {
      panel.dataset.filled = "yes";
      for (const pick of picks) {
        const d = pick.dataset.d === "from" || pick.dataset.d === "to" ? "m" : pick.dataset.d;
        const options = cube.names[d].map((name, i) => [meta.names[language][name] ?? name, i]);
        if (d !== "m") options.sort((a, b) => collators[language].compare(a[0], b[0]));
        for (const [name, i] of options) pick.append(new Option(name, String(i)));
        if (cube.others && d === "s") pick.append(new Option(say("others"), "-1"));
        pick.addEventListener("change", () => explore(page));
      }
    }
    const picked = Object.fromEntries(picks.map((p) => [p.dataset.d, p.value === "" ? null : Number(p.value)]));
    const chosen = ["u", "g", "s"].filter((d) => picked[d] !== null).map((d) => [d, picked[d]]);
    const [from, to] = [picked.from ?? 0, picked.to ?? cube.names.m.length - 1];
    const total = {};
    const by = { m: new Map(), u: new Map(), g: new Map(), s: new Map() };
    for (const name of ["spend", ...measures]) total[name] = 0;
    for (let i = 0; i < cube.m.length; i++) {
      if (cube.m[i] < from || cube.m[i] > to || !chosen.every(([d, at]) => cube[d][i] === at)) continue;
      for (const name of ["spend", ...measures]) total[name] += cube[name][i];
      for (const d of Object.keys(by)) {
        const sums = by[d].get(cube[d][i]) ?? [0, 0, 0];
        sums[0] += cube.addressable[i];
        sums[1] += cube.compliant[i];
        sums[2] += cube.off[i];
        by[d].set(cube[d][i], sums);
      }
    }
    const ratio = (part, whole) => (whole > 0 ? part / whole : null);
    const name_of = (d, at) => { const name = at < 0 ? say("others") : cube.names[d][at]; return meta.names[language][name] ?? name; };
    const out = one(".explore-out", panel);
    const kinds = ["text", "money", "share"];
    const share_of = { addressable: ratio(total.addressable, total.addressable), ...outcome_shares(total) };
    const totals = plain_table(say("explore_total"), [say("measure"), unit(), say("of_addressable")], kinds,
      [["spend", total.spend, null], ...measures.filter((m) => meta.has_contracts || m === "addressable").map((m) => [m, total[m], share_of[m]])].map(([m, v, r]) => [say("m_" + m), v, r]));
    const tables = Object.keys(by).map((d) => {
      let rows = [...by[d]].map(([at, sums]) => [name_of(d, at), sums[0], ratio(sums[1], sums[0]), sums[2], at]);
      if (d === "m") rows.sort((a, b) => a[4] - b[4]); else rows.sort((a, b) => b[1] - a[1] || a[4] - b[4]);
      rows = d === "m" ? rows : rows.slice(0, 10);
      // Without a catalogue nothing was compared with contracts.
      const shown_columns = meta.has_contracts ? 4 : 2;
      const heads = [say("dim_" + dimensions[d]), say("m_addressable"), say("m_compliant_share"), say("m_off")];
      return plain_table(say("by_" + d), heads.slice(0, shown_columns), ["text", "money", "share", "money"].slice(0, shown_columns), rows);
    });
    const tiles = [...by.g].map(([at, sums]) => ({ name: name_of("g", at), size: sums[0], ratio: ratio(sums[1], sums[0]), drill: [...chosen.filter(([d]) => d !== "g").map(([d, i]) => [d, cube.keys[d][i]]), ["g", cube.keys.g[at]]] }))
      .filter((t) => t.size > 0).sort((a, b) => b.size - a.size);
    // Another choice may have been made while this one was unpacked.
    const turn = Number(panel.dataset.turn ?? 0) + 1;
    panel.dataset.turn = String(turn);
    const purchases = await passed_by(picked, cube);
    if (panel.dataset.turn !== String(turn)) return;
    const [months, ...others] = tables;
    out.replaceChildren(treemap(say(meta.has_contracts ? "explore_map" : "explore_map_plain"), tiles), totals, months, ...(meta.has_contracts ? [purchases] : []), ...others);
    const drill = one("[data-do=explore-rows]", panel);
    const query = chosen.filter(([, at]) => at >= 0).map(([d, at]) => [d, cube.keys[d][at]]);
    if (from === to) query.push(["m", cube.keys.m[from]]);
    drill.hidden = query.length === 0;
    drill.dataset.q = JSON.stringify(query);
  }
  // The largest purchases that passed a contract by, in the selection: who bought, and who should have been used.
  async function passed_by(picked, cube) {
    const [data, lines] = [(await unpack("tables")).maverick_spend, await unpack("lines")];
    const heads = say("passed_heads");
    const kinds = ["text", "text", "text", "money", "id", "names"];
    let rows = [];
    if (data && data.drill) {
      const groups = new Map();
      for (let i = 0; i < lines.c.length; i++) if (lines.c[i] >= 0 && lines.g[i] >= 0) groups.set(lines.keys.c[lines.c[i]], lines.keys.g[lines.g[i]]);
      const key = (d) => (picked[d] === null ? null : cube.keys[d][picked[d]]);
      const [u, g, s] = [key("u"), key("g"), key("s")];
      rows = data.rows.filter((row, i) => {
        const of = Object.fromEntries(JSON.parse(data.drill[i]));
        return (u === null || of.u === u) && (s === null || of.s === s) && (g === null || groups.get(of.c) === g);
      }).slice(0, 10).map((row) => [row[0], row[1], row[2], row[3], row[5], row[7]]);
    }
    const part = document.createElement("div");
    part.className = "wide";
    part.append(plain_table(say("passed_by"), heads, kinds, rows));
    if (!rows.length) part.append(paragraph(say("passed_none")));
    if (picked.from !== null || picked.to !== null) part.append(paragraph(say("passed_all_months")));
    return part;
  }
  // A squarified treemap of the selection: the area is addressable spend, the filled part what followed a contract.
  function treemap(title, tiles) {
    const [width, height] = [760, 240];
    const make = (tag, attributes, text) => {
      const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
      if (text !== undefined) node.textContent = text;
      return node;
    };
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": title });
    const sum = tiles.reduce((s, t) => s + t.size, 0);
    let [x, y, w, h] = [0, 0, width, height];
    let rest = tiles.map((t) => ({ ...t, area: (t.size / sum) * width * height }));
    while (rest.length) {
      const side = Math.max(Math.min(w, h), 1e-9);
      const worst = (row) => { const s = row.reduce((a, t) => a + t.area, 0); return Math.max(...row.map((t) => Math.max((side * side * t.area) / (s * s), (s * s) / (side * side * t.area)))); };
      let taken = 1;
      while (taken < rest.length && worst(rest.slice(0, taken + 1)) <= worst(rest.slice(0, taken))) taken++;
      const thick = rest.slice(0, taken).reduce((a, t) => a + t.area, 0) / side;
      let along = 0;
      for (const t of rest.slice(0, taken)) {
        const length = t.area / thick;
        const [tx, ty, tw, th] = w >= h ? [x, y + along, thick, length] : [x + along, y, length, thick];
        along += length;
        if (tw < 2 || th < 2) continue;
        const group = make("g", { class: "drill", "data-q": JSON.stringify(t.drill) });
        const label = `${t.name}: ${amount(t.size)}` + (t.ratio === null ? "" : `, ${per_cent(t.ratio)}`);
        const filled = Math.min(Math.max(t.ratio ?? 0, 0), 1) * (th - 2);
        group.append(make("title", {}, label), make("rect", { class: "tile", x: tx + 1, y: ty + 1, width: tw - 2, height: th - 2 }), make("rect", { class: "tile-fill", x: tx + 1, y: ty + th - 1 - filled, width: tw - 2, height: filled }));
        const room = Math.floor((tw - 12) / 7.8);
        if (th > 26 && (t.name.length <= room || room >= 9)) group.append(make("text", { class: "label", x: tx + 8, y: ty + 19 }, t.name.length <= room ? t.name : t.name.slice(0, room - 1).trimEnd() + "\u2026"));
        svg.append(group);
      }
      if (w >= h) { x += thick; w -= thick; } else { y += thick; h -= thick; }
      rest = rest.slice(taken);
    }
    const part = document.createElement("div");
    part.className = "plot wide";
    part.append(paragraph(title), svg);
    return part;
  }
  // Unpacked when the section comes near, so that the page opens at once.
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { near.unobserve(entry.target); explore(entry.target.closest(".page")); }
  }, { rootMargin: "600px" });
  for (const panel of all(".explore")) near.observe(panel);

  // One listener for everything that is pressed.
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-do], [data-q], thead button");
    if (!target) return;
    if (target.dataset.q) rows_behind(JSON.parse(target.dataset.q));
    else if (target.dataset.do === "language") { show(language === "sv" ? "en" : "sv"); remembered("language", language); paint(theme); one(".page:not([hidden]) [data-do=language]").focus(); }
    else if (target.dataset.do === "theme") { theme = themes[(themes.indexOf(theme) + 1) % 3]; paint(theme); remembered("theme", theme); }
    else if (target.dataset.do === "copy") copy(target);
    else if (target.dataset.do === "sql") query_behind(target.dataset.name);
    else if (target.dataset.do === "close") detail.close();
    else if (target.dataset.do === "explore-reset") { for (const pick of all("select", target.closest(".explore"))) pick.value = ""; explore(target.closest(".page")); }
    else if (target.dataset.do === "whole") { const block = target.closest(".tabled"); state_of(block).then((state) => { state.whole = !state.whole; draw(block, state); }); }
    else if (target.closest("thead") && target.closest(".tabled")) sort(target);
  });
  document.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    const block = event.target.closest(".tabled");
    state_of(block).then((state) => { state.search = event.target.value.trim(); draw(block, state); });
  });

  // Where one is: the section in view is current in the list of contents.
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      const page = entry.target.closest(".page");
      for (const a of all("nav a", page)) if (a.hash === "#" + entry.target.id) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const section of all("main section[id]")) watcher.observe(section);
})();
