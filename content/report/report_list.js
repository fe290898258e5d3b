/* report_list.js - the list of findings, of which only the rows in sight are on the page, and one
 * finding in full. */

const narrow = matchMedia("(max-width: 720px)");
const rowHeight = () => (narrow.matches ? 56 : 28);
const COLUMNS = [
  ["time", "Time (UTC)"],
  ["level", "Level"],
  ["rule", "Rule"],
  ["host", "Host"],
  ["user", "User"],
  ["place", "File : record"],
];

function renderGrid() {
  $("grid-head").replaceChildren(
    ...COLUMNS.map(([key, words]) =>
      el(
        "div",
        {
          role: "columnheader",
          "aria-sort": state.sort === key ? (state.ascending ? "ascending" : "descending") : "none",
        },
        el("button", { type: "button", onclick: () => sortBy(key) }, words),
      ),
    ),
  );
  $("grid").setAttribute("aria-rowcount", view.length + 1);
  $("grid-body").style.height = Math.max(view.length * rowHeight(), 120) + "px";
  renderRows();
}
function sortBy(key) {
  const chosen = view[selected];
  state.ascending = state.sort === key ? !state.ascending : true;
  state.sort = key;
  sortView();
  selected = chosen ? view.indexOf(chosen) : -1;
  renderGrid();
  $("grid-head").querySelectorAll("button")[COLUMNS.findIndex(c => c[0] === key)].focus();
}
function gridRow(f, i) {
  const cell = (cls, ...children) => el("div", { class: cls, role: "gridcell" }, ...children);
  const row = el(
    "div",
    {
      class: "row " + f.level,
      role: "row",
      id: "row-" + i,
      "aria-rowindex": String(i + 2),
      "aria-selected": String(i === selected),
      onclick: () => {
        select(i);
        openDetail();
      },
    },
    cell("tm mono", f.time ? showShort(f.time) : "no time"),
    cell("lv", levelMark(f.level)),
    cell("rule data", f.rule.title),
    cell("ho data", f.host),
    cell("us data", f.user),
    cell("where", el("bdi", {}, pathNode(f.file, ":" + f.record))),
  );
  row.style.top = i * rowHeight() + "px";
  return row;
}
function renderRows() {
  const grid = $("grid"),
    h = rowHeight();
  if (!view.length) {
    $("grid-body").replaceChildren(
      el(
        "p",
        { class: "empty-list" },
        findings.length
          ? "No finding is left by the filters. "
          : "No rule matched this evidence.",
        findings.length ? el("button", { type: "button", onclick: clearFilters }, "Clear them") : null,
      ),
    );
    return;
  }
  const first = Math.max(0, Math.floor(grid.scrollTop / h) - ROWS_BEYOND),
    last = Math.min(view.length, Math.ceil((grid.scrollTop + grid.clientHeight) / h) + ROWS_BEYOND);
  const shown = [];
  for (let i = first; i < last; i++) shown.push(gridRow(view[i], i));
  if (selected >= 0 && (selected < first || selected >= last))
    shown.push(gridRow(view[selected], selected));
  $("grid-body").replaceChildren(...shown);
  if (selected >= 0) grid.setAttribute("aria-activedescendant", "row-" + selected);
  else grid.removeAttribute("aria-activedescendant");
}
function select(i) {
  const grid = $("grid"),
    h = rowHeight(),
    head = $("grid-head").offsetHeight;
  selected = Math.max(0, Math.min(view.length - 1, i));
  if (selected * h < grid.scrollTop) grid.scrollTop = selected * h;
  else if ((selected + 1) * h + head > grid.scrollTop + grid.clientHeight)
    grid.scrollTop = (selected + 1) * h + head - grid.clientHeight;
  renderRows();
}
function move(by) {
  if (!view.length) return;
  select(selected < 0 ? 0 : selected + by);
  if (!$("detail").hidden) openDetail();
}

/* ---- One finding ---- */

const fact = (name, value) =>
  value ? [el("dt", {}, name), el("dd", { class: "data" }, value)] : [];
function pairs(list, hits) {
  return el(
    "table",
    { class: "pairs" },
    el(
      "tbody",
      {},
      list.map(([name, value]) =>
        el(
          "tr",
          hits && hits.has(name + "\0" + value) ? { class: "hit" } : {},
          el("th", { scope: "row" }, data("span", name)),
          el("td", { class: "data" }, value),
        ),
      ),
    ),
  );
}
const webLink = url =>
  /^https?:\/\/[^\s]+$/i.test(url)
    ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank", class: "data" }, url)
    : data("span", url);
function bullets(title, list, show) {
  return list.length
    ? [
        el("h3", {}, title),
        el(
          "ul",
          {},
          list.map(x => el("li", {}, show(x))),
        ),
      ]
    : [];
}
function detailNodes(f) {
  const rule = f.rule,
    event = eventOf(f),
    hits = new Set(f.matched.map(m => m[0] + "\0" + m[1]));
  const close = el(
    "button",
    { type: "button", onclick: closeDetail, "aria-label": "Close" },
    "Close ",
    el("kbd", {}, "Esc"),
  );
  const copy = navigator.clipboard
    ? el(
        "button",
        {
          type: "button",
          onclick: e => {
            const object = {
              rule: rule.title,
              rule_id: rule.id,
              level: rule.level,
              time: f.time,
              host: f.host,
              user: f.user,
              file: f.file,
              record: f.record,
              matched: f.matched,
              event,
            };
            navigator.clipboard.writeText(JSON.stringify(object, null, 2)).then(() => {
              e.target.textContent = "Copied";
            });
          },
        },
        "Copy as JSON",
      )
    : null;
  const pivot = value => {
    $("query").value = state.query = `"${value.replace(/"/g, "")}"`;
    closeDetail();
    apply(true);
    $("query").focus();
  };
  return [
    el(
      "div",
      { class: "top" },
      el("span", { class: "where" }, `${number(selected + 1)} of ${number(view.length)}`),
      el(
        "button",
        { type: "button", onclick: () => move(-1), "aria-label": "Previous" },
        el("kbd", {}, "k"),
        " \u2191",
      ),
      el(
        "button",
        { type: "button", onclick: () => move(1), "aria-label": "Next" },
        el("kbd", {}, "j"),
        " \u2193",
      ),
      copy,
      close,
    ),
    levelMark(f.level),
    el("h2", { id: "detail-title", class: "data" }, rule.title),
    el(
      "dl",
      { class: "facts" },
      fact("Time", f.time ? showTime(f.time) + " UTC" : "none that could be read"),
      fact("Host", f.host),
      fact("User", f.user),
      fact("File", f.file),
      fact(
        "Record",
        f.record + (f.recovered ? ", recovered from outside the live part of the file" : ""),
      ),
    ),
    rule.description
      ? [el("h3", {}, "What it means"), el("p", { class: "prose data" }, rule.description)]
      : [],
    f.matched.length ? [el("h3", {}, "What matched"), pairs(f.matched)] : [],
    f.asked.length ? [el("h3", {}, "Fields asked for"), pairs(f.asked)] : [],
    f.entities.length
      ? [
          el("h3", {}, "Who and what"),
          el(
            "div",
            { class: "tags" },
            f.entities.map(([type, value]) =>
              el(
                "button",
                { type: "button", title: "Show findings with this", onclick: () => pivot(value) },
                el("i", {}, type),
                data("span", value),
              ),
            ),
          ),
        ]
      : [],
    rule.techniques.length
      ? [
          el("h3", {}, "ATT&CK"),
          el(
            "div",
            { class: "tags" },
            rule.techniques.map(t =>
              el(
                "a",
                {
                  rel: "noopener noreferrer",
                  target: "_blank",
                  href: "https://attack.mitre.org/techniques/" + t.id.replace(".", "/") + "/",
                },
                el("i", {}, t.id),
                t.name || "",
              ),
            ),
          ),
        ]
      : [],
    bullets("False positives", rule.falsepositives, x => data("span", x)),
    el("h3", {}, "The full event"),
    event
      ? pairs(event, hits)
      : el(
          "p",
          { class: "hint" },
          `Not embedded in this page: see record ${f.record} of the file.`,
        ),
    bullets("References", rule.references, webLink),
    el("h3", {}, "The rule"),
    el(
      "dl",
      { class: "facts" },
      fact("Id", rule.id),
      fact("Status", rule.status),
      fact("Log source", [rule.product, rule.category, rule.service].filter(Boolean).join(" / ")),
      fact("File", rule.file + ":" + rule.line),
      fact("Author", rule.author),
      fact("Date", rule.date + (rule.modified ? ", modified " + rule.modified : "")),
      fact("Licence", rule.license),
    ),
    rule.source
      ? el(
          "details",
          {},
          el("summary", {}, "Source"),
          el("pre", { class: "data", tabindex: "0" }, rule.source),
        )
      : [],
  ].flat();
}
function openDetail() {
  const panel = $("detail"),
    f = view[selected];
  if (!f) return;
  panel.replaceChildren(...detailNodes(f).filter(Boolean));
  panel.hidden = false;
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
}
function closeDetail() {
  $("detail").hidden = true;
  $("grid").focus({ preventScroll: true });
}
