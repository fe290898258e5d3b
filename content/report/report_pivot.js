/* report_pivot.js - what one narrows the list by: techniques, rules, hosts, users. */

/* One column a tactic: its techniques with their findings and highest level, each with its
 * sub-techniques. A finding that cites two sub-techniques counts once for their parent. */
const tactics = (() => {
  const columns = run.tactics.map(t => ({ name: t.name, tag: t.tag, cells: new Map() }));
  const other = { name: "No tactic given", tag: "", cells: new Map() };
  const add = (cells, id, name, rule) => {
    const cell = cells.get(id) || {
      id,
      name,
      count: 0,
      rank: LEVELS.length - 1,
      rules: new Set(),
      subs: new Map(),
    };
    if (!cell.rules.has(rule)) cell.count += rule.count;
    cell.rules.add(rule);
    cell.rank = Math.min(cell.rank, LEVELS.indexOf(rule.level || "none"));
    cells.set(id, cell);
    return cell;
  };
  for (const rule of run.rules)
    for (const t of rule.techniques)
      for (const column of t.tactics.length ? t.tactics.map(i => columns[i]) : [other]) {
        const [parent, sub] = t.id.split("."),
          names = (t.name || "").split(": ");
        const cell = add(column.cells, parent, names[0], rule);
        if (sub) add(cell.subs, t.id, names[1] || "", rule);
      }
  const full = tag => columns.some(c => c.tag === tag && c.cells.size);
  const split = full("stealth") || full("defense-impairment") || !full("defense-evasion");
  return columns
    .filter(
      c =>
        c.cells.size ||
        (c.tag === "defense-evasion"
          ? !split
          : split || (c.tag !== "stealth" && c.tag !== "defense-impairment")),
    )
    .concat(other.cells.size ? [other] : []);
})();
let subsShown =
  tactics.reduce(
    (n, t) =>
      Math.max(
        n,
        [...t.cells.values()].reduce((k, c) => k + 1 + c.subs.size, 0),
      ),
    0,
  ) <= SUBS_SHOWN;

function techniqueButton(tactic, cell, cls) {
  const id = cls ? cell.id.slice(5) : cell.id;
  return el(
    "button",
    {
      type: "button",
      class: `technique ${LEVELS[cell.rank]} ${cls}`,
      "data-technique": tactic.tag + cell.id,
      title: `${cell.id} ${cell.name}`,
      "aria-pressed": String(state.technique === cell.id),
      onclick: () => toggle("technique", cell.id),
    },
    el("span", { class: "id" }, el("span", {}, id), el("b", {}, number(cell.count))),
    cell.name ? el("span", { class: "name" }, cell.name) : null,
  );
}
function renderMatrix() {
  const box = $("matrix"),
    order = cells =>
      [...cells.values()].sort((a, b) => a.rank - b.rank || b.count - a.count || text(a.id, b.id));
  if (!tactics.some(t => t.cells.size)) {
    $("attack").hidden = true;
    return;
  }
  const focused = document.activeElement && document.activeElement.getAttribute("data-technique"),
    top = box.scrollTop,
    left = box.scrollLeft;
  box.replaceChildren(
    ...tactics.map(t =>
      el(
        "div",
        { class: t.cells.size ? "tactic" : "tactic empty" },
        el("h3", {}, t.name),
        order(t.cells)
          .map(c => [
            techniqueButton(t, c, ""),
            subsShown ? order(c.subs).map(s => techniqueButton(t, s, "sub")) : [],
          ])
          .flat(2),
      ),
    ),
  );
  box.style.gridTemplateColumns = tactics
    .map(t => (t.cells.size ? "minmax(108px, 1fr)" : "24px"))
    .join(" ");
  box.scrollTo(left, top);
  $("subs").hidden = !tactics.some(t => [...t.cells.values()].some(c => c.subs.size));
  $("subs").setAttribute("aria-pressed", String(subsShown));
  if (focused)
    for (const b of box.querySelectorAll("button"))
      if (b.getAttribute("data-technique") === focused) b.focus({ preventScroll: true });
}

/* ---- Chips and facets ---- */

function renderChips() {
  const chips = [],
    chip = (words, undo) =>
      chips.push(
        el(
          "button",
          { type: "button", class: "chip", title: "Remove this filter", onclick: undo },
          words,
        ),
      );
  const r = range();
  if (r) chip(`${showMs(r[0], 1)} to ${showMs(r[1], 1)}`, () => zoomOut(true));
  if (state.technique)
    chip("technique " + state.technique, () => toggle("technique", state.technique));
  if (state.rule) chip("rule " + state.rule.title, () => toggle("rule", state.rule));
  if (state.host) chip("host " + state.host, () => toggle("host", state.host));
  if (state.user) chip("user " + state.user, () => toggle("user", state.user));
  if (chips.length > 1)
    chips.push(el("button", { type: "button", onclick: clearFilters }, "Clear all"));
  $("chips").replaceChildren(...chips);
  $("shown").textContent =
    view.length === findings.length
      ? number(view.length)
      : `${number(view.length)} of ${number(findings.length)}`;
}
const allShown = new Set();
function facet(title, name, keyOf, wordsOf) {
  const counts = new Map();
  for (const f of view) {
    const key = keyOf(f);
    if (!key) continue;
    const c = counts.get(key) || { key, n: 0, rank: LEVELS.length - 1 };
    c.n++;
    c.rank = Math.min(c.rank, f.rank);
    counts.set(key, c);
  }
  const list = [...counts.values()].sort(
    (a, b) => a.rank - b.rank || b.n - a.n || text(wordsOf(a.key), wordsOf(b.key)),
  );
  const some = allShown.has(name) ? list : list.slice(0, FACET_ROWS),
    old = $("facet-" + name);
  return el(
    "details",
    { id: "facet-" + name, open: old ? old.open : innerWidth > 1100 },
    el("summary", {}, el("h3", {}, `${title} ${number(list.length)}`)),
    el(
      "div",
      {},
      some.map(c =>
        el(
          "button",
          {
            type: "button",
            class: "facet " + LEVELS[c.rank],
            "aria-pressed": String(state[name] === c.key),
            onclick: () => toggle(name, c.key),
          },
          el("span", { class: "dot", title: LEVELS[c.rank] }),
          data("span", wordsOf(c.key), "what"),
          el("span", { class: "n" }, number(c.n)),
        ),
      ),
      some.length < list.length
        ? el(
            "button",
            {
              type: "button",
              onclick: () => {
                allShown.add(name);
                renderFacets();
              },
            },
            `Show all ${number(list.length)}`,
          )
        : null,
    ),
  );
}
function renderFacets() {
  $("facets").replaceChildren(
    facet(
      "Rules",
      "rule",
      f => f.rule,
      r => r.title,
    ),
    facet(
      "Hosts",
      "host",
      f => f.host,
      h => h,
    ),
    facet(
      "Users",
      "user",
      f => f.user,
      u => u,
    ),
  );
}
