/*
 * report.js - shows the run that stands in the page as JSON. What came from logs
 * and rules is hostile: it goes onto the page through el() and visible() only,
 * as text nodes, never as markup. Nothing is fetched.
 */
"use strict";
(() => {
const LEVELS = ["critical", "high", "medium", "low", "informational", "none"];
const ROWS_BEYOND = 8, FACET_ROWS = 40, TABLE_ROWS = 100, PRINTED_ROWS = 500;
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const STEPS = [SECOND, 5 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 365 * DAY, 3650 * DAY];

const $ = id => document.getElementById(id);
const run = JSON.parse($("data-run").textContent);
const summary = run.summary;
const number = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (n, one, many) => number(n) + " " + (n === 1 ? one : many);

/* Control bytes and characters that reorder text are shown, not obeyed. Line breaks and tabs stay. */
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\udb40[\udc00-\udc7f]/g;
function visible(text) {
  return String(text).replace(UNSAFE, c => {
    const n = c.codePointAt(0);
    return n < 0x80 ? "\\x" + n.toString(16).padStart(2, "0") : "\\u" + n.toString(16).padStart(4, "0");
  });
}

/* An element: attributes (on...: a listener), then children: nodes, or anything else as text. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, visible(value));
  }
  for (const child of children.flat())
    if (child != null) node.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  return node;
}
const data = (tag, text, extra) => el(tag, { class: "data" + (extra ? " " + extra : "") }, text);
const levelMark = (level, tag = "span") => el(tag, { class: "level " + level }, level);

function timeMs(text) { /* RFC 3339 in UTC, up to nine digits of fraction, as C writes it */
  const fraction = /\.(\d+)/.exec(text);
  return Date.parse(text.slice(0, 19) + "Z") + (fraction ? Number((fraction[1] + "00").slice(0, 3)) : 0);
}
const showTime = text => text ? text.replace("T", " ").replace("Z", "") : "";
const iso = ms => new Date(ms).toISOString();
function showMs(ms, step) {
  const text = iso(ms);
  return text.slice(0, 10) + " " + text.slice(11, step < MINUTE ? 19 : 16);
}
function showSize(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) { bytes /= 1024; unit++; }
  return (unit && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)) + " " + units[unit];
}
function showSpan(ms) {
  if (ms >= 2 * DAY) return Math.floor(ms / DAY) + " d " + Math.floor(ms / HOUR % 24) + " h";
  if (ms >= HOUR) return Math.floor(ms / HOUR) + " h " + Math.floor(ms / MINUTE % 60) + " min";
  return ms >= 2 * MINUTE ? Math.floor(ms / MINUTE) + " min" : Math.floor(ms / SECOND) + " s";
}

const findings = JSON.parse($("data-findings").textContent).map((r, place) => {
  const rule = run.rules[r[0]], level = rule.level || "none";
  return { place, rule, level, rank: LEVELS.indexOf(level), time: r[1], ms: r[1] ? timeMs(r[1]) : NaN,
    host: r[2] || "", user: r[3] || "", file: r[4], record: r[5], recovered: r[6] === 1,
    matched: r[7], entities: r[8], asked: r[9], event: r[10], hay: null };
});

/* The events stay text until one is opened. */
let eventLines = null;
function eventOf(f) {
  if (f.event < 0) return null;
  eventLines = eventLines || $("data-events").textContent.split("\n");
  return JSON.parse(eventLines[f.event]);
}

const state = { query: "", levels: new Set(LEVELS), technique: null, rule: null, host: null, user: null,
  ranges: [], sort: "time", ascending: true };
let scoped = []; /* what all filters but the time leave */
let view = [];   /* what is listed, in order */
let selected = -1;
const range = () => state.ranges[state.ranges.length - 1];

/* ---- Filters ---- */

const KEYS = {
  host: f => f.host, user: f => f.user, rule: f => f.rule.title + " " + f.rule.id, file: f => f.file, level: f => f.level,
  technique: f => f.rule.techniques.map(t => t.id).join(" "), tag: f => f.rule.tags.join(" "),
};
function hayOf(f) {
  if (f.hay === null)
    f.hay = [f.rule.title, f.level, f.time || "", f.host, f.user, f.file, f.record, f.rule.tags.join(" "),
      ...f.matched.flat(), ...f.entities.map(e => e[1]), ...f.asked.map(a => a[1])].join("\n").toLowerCase();
  return f.hay;
}
/* Words and "quoted words" that must all be there; a minus in front: must not; key:word looks in one place. */
function termsOf(query) {
  const terms = [];
  for (const m of query.toLowerCase().matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const key = m[2] in KEYS ? m[2] : null;
    const text = (m[2] && !key ? m[2] + ":" : "") + (m[3] ?? m[4] ?? "");
    if (text) terms.push({ not: m[1] === "-", key, text });
  }
  return terms;
}
const cites = (f, id) => f.rule.techniques.some(t => t.id === id || t.id.startsWith(id + "."));

function apply(keep) {
  const terms = termsOf(state.query), chosen = keep && view[selected], r = range();
  scoped = findings.filter(f => state.levels.has(f.level)
    && (!state.technique || cites(f, state.technique)) && (!state.rule || f.rule === state.rule)
    && (!state.host || f.host === state.host) && (!state.user || f.user === state.user)
    && terms.every(t => (t.key ? KEYS[t.key](f).toLowerCase() : hayOf(f)).includes(t.text) !== t.not));
  view = r ? scoped.filter(f => f.ms >= r[0] && f.ms < r[1]) : scoped.slice();
  sortView();
  selected = chosen ? view.indexOf(chosen) : -1;
  renderTiles(); renderChart(); renderMatrix(); renderChips(); renderFacets(); renderGrid();
}
const text = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const ORDERS = {
  time: (a, b) => (Number.isNaN(a.ms) ? Infinity : a.ms) - (Number.isNaN(b.ms) ? Infinity : b.ms) || 0,
  level: (a, b) => a.rank - b.rank, rule: (a, b) => text(a.rule.title, b.rule.title), host: (a, b) => text(a.host, b.host),
  user: (a, b) => text(a.user, b.user), place: (a, b) => text(a.file, b.file) || Number(a.record) - Number(b.record),
};
function sortView() {
  const order = ORDERS[state.sort], sign = state.ascending ? 1 : -1;
  view.sort((a, b) => sign * order(a, b) || ORDERS.time(a, b) || a.place - b.place);
}
function toggle(name, value) {
  state[name] = state[name] === value ? null : value;
  apply(true);
}
function clearFilters() {
  Object.assign(state, { query: "", levels: new Set(LEVELS), technique: null, rule: null, host: null, user: null, ranges: [] });
  $("query").value = "";
  apply(true);
}
function toggleLevel(level) {
  if (state.levels.has(level)) state.levels.delete(level);
  else state.levels.add(level);
  apply(true);
}

/* ---- Head ---- */

function renderHead() {
  const paths = run.paths.join(", ");
  $("scope").append(data("span", paths));
  $("scope").title = visible(paths);
  $("headline").append(`${plural(summary.findings, "finding", "findings")} in ${plural(summary.events, "event", "events")}`);
  const span = summary.first
    ? `${showTime(summary.first).slice(0, 19)} to ${showTime(summary.last).slice(0, 19)} UTC (${showSpan(timeMs(summary.last) - timeMs(summary.first))})` : "no event has a time";
  const hosts = summary.hosts.length ? " on " + plural(summary.hosts.length, "host", "hosts") : "";
  $("subline").append(`${plural(run.evidence.length, "file", "files")}${hosts}, ${span}`);
  const note = (n, words) => n && $("notes").append(el("p", { class: "note" }, words));
  note(summary.findings > run.findings_read, `The scan was told to print ${number(run.findings_read)} findings; the counts above are of all ${number(summary.findings)}.`);
  note(run.findings_read > run.findings_embedded, `This page holds ${number(run.findings_embedded)} of ${number(run.findings_read)} findings: the first of each rule, then those of the highest level. The other outputs hold all.`);
  const whole = findings.reduce((n, f) => n + (f.event >= 0), 0);
  note(whole < findings.length, `The full event is embedded for ${number(whole)} of the ${number(findings.length)} findings; each names its file and record.`);
  note(summary.events_without_time, `${plural(summary.events_without_time, "event has", "events have")} no time that could be read.`);
  note(summary.events_without_logsource, `${plural(summary.events_without_logsource, "event is", "events are")} of no known log source, so that few rules apply.`);
  note(run.ruleset.refused.length, `${plural(run.ruleset.refused.length, "rule", "rules")} could not be loaded and did not look at the evidence.`);
}

function renderTiles() {
  const counts = summary.levels;
  $("tiles").replaceChildren(...LEVELS.filter(l => l !== "none" || counts.none).map(level =>
    el("button", { type: "button", class: `tile ${level}${counts[level] ? "" : " zero"}`, "aria-pressed": String(state.levels.has(level)),
      onclick: () => { toggleLevel(level); $("tiles").querySelector("." + level).focus(); } },
      el("span", { class: "n" }, number(counts[level])), el("span", { class: "t" }, level === "none" ? "no level" : level))));
}

/* ---- When ---- */

const SVG = "http://www.w3.org/2000/svg";
function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const CHART = { height: 148, left: 40, right: 6, top: 8, bottom: 22, barMin: 9 };
let chart = null; /* {start, step, bins, x(bin), width} of what is drawn */
let cursor = -1;

function makeBins(width) {
  const r = range(), times = scoped.map(f => f.ms).filter(ms => !Number.isNaN(ms));
  if (!times.length && !r) return null;
  const low = r ? r[0] : times.reduce((a, b) => Math.min(a, b)), high = r ? r[1] - 1 : times.reduce((a, b) => Math.max(a, b));
  const most = Math.max(4, Math.floor(width / CHART.barMin));
  const step = STEPS.find(s => (high - low) / s < most - 1) || STEPS[STEPS.length - 1];
  const start = Math.floor(low / step) * step;
  const bins = Array.from({ length: Math.floor((high - start) / step) + 1 }, () => ({ total: 0, levels: LEVELS.map(() => 0) }));
  for (const f of scoped) {
    const bin = bins[Math.floor((f.ms - start) / step)];
    if (bin && (!r || (f.ms >= r[0] && f.ms < r[1]))) { bin.total++; bin.levels[f.rank]++; }
  }
  return { start, step, bins };
}
function binWords(i) {
  const bin = chart.bins[i], from = chart.start + i * chart.step;
  const parts = LEVELS.map((l, k) => bin.levels[k] ? `${number(bin.levels[k])} ${l}` : null).filter(Boolean);
  return `${showMs(from, chart.step)} to ${showMs(from + chart.step, chart.step)} UTC: ${bin.total ? parts.join(", ") : "nothing"}`;
}
function zoom(from, to) { /* bins, both included */
  if (from > to) [from, to] = [to, from];
  const next = [chart.start + from * chart.step, chart.start + (to + 1) * chart.step], r = range();
  if (r && next[0] === r[0] && next[1] === r[1]) return;
  state.ranges.push(next);
  cursor = -1;
  apply(true);
}
function zoomOut(all) {
  if (all) state.ranges = [];
  else state.ranges.pop();
  cursor = -1;
  apply(true);
}

function renderChart() {
  const box = $("chart"), width = Math.max(200, box.clientWidth - 24), inner = width - CHART.left - CHART.right;
  chart = makeBins(inner);
  $("zoom-out").hidden = !state.ranges.length;
  if (!chart) {
    $("when-hint").textContent = "";
    box.replaceChildren(el("p", { class: "empty-list" }, findings.length ? "No finding with a time is left by the filters." : "Nothing to show."));
    return;
  }
  const { bins, step, start } = chart, highest = Math.max(1, ...bins.map(b => b.total));
  const floor = CHART.height - CHART.bottom, tall = floor - CHART.top, each = inner / bins.length;
  chart.x = i => CHART.left + i * each;
  const root = svg("svg", { viewBox: `0 0 ${width} ${CHART.height}`, "aria-hidden": "true" });
  for (const share of highest > 1 ? [0, 1] : [1]) {
    const y = floor - share * tall, label = svg("text", { x: CHART.left - 6, y: y + 4, "text-anchor": "end" });
    label.textContent = number(Math.round(share * highest));
    root.append(svg("line", { class: "axis", x1: CHART.left, x2: width - CHART.right, y1: y, y2: y }), label);
  }
  root.append(svg("line", { class: "axis", x1: CHART.left, x2: width - CHART.right, y1: floor, y2: floor }));
  bins.forEach((bin, i) => {
    let y = floor;
    const scale = bin.total ? Math.max(2, tall * bin.total / highest) / bin.total : 0;
    for (let k = LEVELS.length - 1; k >= 0; k--) {
      if (!bin.levels[k]) continue;
      const h = bin.levels[k] * scale;
      y -= h;
      root.append(svg("rect", { class: "b " + LEVELS[k], x: chart.x(i) + .5, y, width: Math.max(1, Math.min(each - 1, 48)), height: h }));
    }
    root.append(svg("rect", { class: "hit", "data-bin": i, x: chart.x(i), y: CHART.top, width: each, height: tall }));
  });
  const tick = STEPS.find(s => s >= step && s * each / step >= 112) || STEPS[STEPS.length - 1];
  let day = "";
  for (let ms = Math.ceil(start / tick) * tick; ms < start + bins.length * step; ms += tick) {
    const x = chart.x((ms - start) / step), full = iso(ms), clock = full.slice(11, tick < MINUTE ? 19 : 16);
    if (x > width - 60) break;
    const label = svg("text", { x, y: floor + 15 });
    label.textContent = tick >= DAY ? full.slice(0, 10) : full.slice(0, 10) === day ? clock : `${full.slice(5, 10)} ${clock}`;
    day = full.slice(0, 10);
    root.append(svg("line", { class: "axis", x1: x, x2: x, y1: floor, y2: floor + 4 }), label);
  }
  box.replaceChildren(root);
  const unit = step >= DAY ? plural(step / DAY, "day", "days") : step >= HOUR ? plural(step / HOUR, "hour", "hours")
    : step >= MINUTE ? plural(step / MINUTE, "minute", "minutes") : plural(step / SECOND, "second", "seconds");
  $("when-hint").textContent = `UTC, a bar is ${unit}. Press or drag to zoom in.`;
  drawCursor();
}
function drawCursor() {
  const root = $("chart").querySelector("svg"), old = root && root.querySelector(".cursor");
  if (old) old.remove();
  if (!root || cursor < 0 || cursor >= chart.bins.length) { $("readout").textContent = ""; return; }
  const each = chart.x(1) - chart.x(0);
  root.append(svg("rect", { class: "cursor", x: chart.x(cursor), y: CHART.top - 2, width: each, height: CHART.height - CHART.top - CHART.bottom + 2 }));
  $("readout").textContent = binWords(cursor);
}
function listenChart() {
  const box = $("chart");
  let from = -1;
  const binAt = event => {
    const at = event.target instanceof Element && event.target.getAttribute("data-bin");
    return at === null || at === false ? -1 : Number(at);
  };
  box.addEventListener("pointermove", event => {
    const bin = binAt(event);
    if (bin < 0) return;
    $("readout").textContent = binWords(bin);
    if (from < 0) return;
    const root = box.querySelector("svg"), old = root.querySelector(".drag"), a = Math.min(from, bin), b = Math.max(from, bin) + 1;
    if (old) old.remove();
    root.append(svg("rect", { class: "drag", "pointer-events": "none", x: chart.x(a), y: CHART.top, width: chart.x(b) - chart.x(a), height: CHART.height - CHART.top - CHART.bottom }));
  });
  box.addEventListener("pointerdown", event => { from = binAt(event); });
  box.addEventListener("pointerup", event => {
    const to = binAt(event), began = from;
    from = -1;
    if (began >= 0 && to >= 0) zoom(began, to);
  });
  box.addEventListener("pointerleave", () => { if (from >= 0) { from = -1; renderChart(); } else drawCursor(); });
  box.addEventListener("keydown", event => {
    if (!chart) return;
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (move) {
      cursor = Math.max(0, Math.min(chart.bins.length - 1, cursor < 0 ? (move < 0 ? chart.bins.length - 1 : 0) : cursor + move));
      drawCursor();
    } else if (event.key === "Enter" && cursor >= 0) zoom(cursor, cursor);
    else if (event.key === "Backspace" || event.key === "-") zoomOut(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  $("zoom-out").addEventListener("click", () => { zoomOut(true); box.focus(); });
}

/* ---- ATT&CK ---- */

/* One column a tactic; rows are techniques with their findings and highest level. */
const tactics = (() => {
  const columns = run.tactics.map(t => ({ name: t.name, tag: t.tag, cells: new Map() }));
  const other = { name: "No tactic given", tag: "", cells: new Map() };
  for (const rule of run.rules)
    for (const technique of rule.techniques)
      for (const column of technique.tactics.length ? technique.tactics.map(t => columns[t]) : [other]) {
        const cell = column.cells.get(technique.id) || { id: technique.id, name: technique.name || "", count: 0, rank: LEVELS.length - 1 };
        cell.count += rule.count;
        cell.rank = Math.min(cell.rank, LEVELS.indexOf(rule.level || "none"));
        column.cells.set(technique.id, cell);
      }
  const full = tag => columns.some(c => c.tag === tag && c.cells.size);
  const split = full("stealth") || full("defense-impairment") || !full("defense-evasion");
  return columns.filter(c => c.cells.size || (c.tag === "defense-evasion" ? !split : split || (c.tag !== "stealth" && c.tag !== "defense-impairment")))
    .concat(other.cells.size ? [other] : []);
})();
function renderMatrix() {
  if (!tactics.some(t => t.cells.size)) { $("attack").hidden = true; return; }
  const focused = document.activeElement && document.activeElement.getAttribute("data-technique");
  $("matrix").replaceChildren(...tactics.map(t => el("div", { class: t.cells.size ? "tactic" : "tactic empty" }, el("h3", {}, t.name),
    [...t.cells.values()].sort((a, b) => text(a.id, b.id)).map(c => el("button", { type: "button", class: "technique " + LEVELS[c.rank],
      "data-technique": t.tag + c.id, "aria-pressed": String(state.technique === c.id), onclick: () => toggle("technique", c.id) },
      el("span", { class: "id" }, el("span", {}, c.id), el("b", {}, number(c.count))), c.name ? el("span", { class: "name" }, c.name.replace(/^.*: /, "")) : null)))));
  if (focused) for (const b of $("matrix").querySelectorAll("button")) if (b.getAttribute("data-technique") === focused) b.focus();
}

/* ---- Chips and facets ---- */

function renderChips() {
  const chips = [], chip = (words, undo) => chips.push(el("button", { type: "button", class: "chip", title: "Remove this filter", onclick: undo }, words));
  const r = range();
  if (r) chip(`${showMs(r[0], 1)} to ${showMs(r[1], 1)}`, () => zoomOut(true));
  if (state.technique) chip("technique " + state.technique, () => toggle("technique", state.technique));
  if (state.rule) chip("rule " + state.rule.title, () => toggle("rule", state.rule));
  if (state.host) chip("host " + state.host, () => toggle("host", state.host));
  if (state.user) chip("user " + state.user, () => toggle("user", state.user));
  if (chips.length > 1) chips.push(el("button", { type: "button", onclick: clearFilters }, "Clear all"));
  $("chips").replaceChildren(...chips);
  $("shown").textContent = view.length === findings.length ? number(view.length) : `${number(view.length)} of ${number(findings.length)}`;
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
  const list = [...counts.values()].sort((a, b) => a.rank - b.rank || b.n - a.n || text(wordsOf(a.key), wordsOf(b.key)));
  const some = allShown.has(name) ? list : list.slice(0, FACET_ROWS), old = $("facet-" + name);
  return el("details", { id: "facet-" + name, open: old ? old.open : innerWidth > 1100 }, el("summary", {}, el("h3", {}, `${title} ${number(list.length)}`)),
    el("div", {}, some.map(c => el("button", { type: "button", class: "facet " + LEVELS[c.rank], "aria-pressed": String(state[name] === c.key),
      onclick: () => toggle(name, c.key) }, el("span", { class: "dot", title: LEVELS[c.rank] }), data("span", wordsOf(c.key), "what"), el("span", { class: "n" }, number(c.n)))),
    some.length < list.length ? el("button", { type: "button", onclick: () => { allShown.add(name); renderFacets(); } }, `Show all ${number(list.length)}`) : null));
}
function renderFacets() {
  $("facets").replaceChildren(facet("Rules", "rule", f => f.rule, r => r.title), facet("Hosts", "host", f => f.host, h => h), facet("Users", "user", f => f.user, u => u));
}

/* ---- The list ---- */

const narrow = matchMedia("(max-width: 720px)");
const rowHeight = () => narrow.matches ? 56 : 28;
const COLUMNS = [["time", "Time (UTC)"], ["level", "Level"], ["rule", "Rule"], ["host", "Host"], ["user", "User"], ["place", "File : record"]];

function renderGrid() {
  $("grid-head").replaceChildren(...COLUMNS.map(([key, words]) => el("div", { role: "columnheader",
    "aria-sort": state.sort === key ? (state.ascending ? "ascending" : "descending") : "none" },
    el("button", { type: "button", onclick: () => sortBy(key) }, words))));
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
  const row = el("div", { class: "row " + f.level, role: "row", id: "row-" + i, "aria-rowindex": String(i + 2), "aria-selected": String(i === selected),
    onclick: () => { select(i); openDetail(); } },
    cell("tm mono", f.time ? showTime(f.time) : "no time"), cell("lv", levelMark(f.level)), cell("rule data", f.rule.title),
    cell("ho data", f.host), cell("us data", f.user), cell("where", el("bdi", { class: "data", title: `${f.file}:${f.record}` }, `${f.file}:${f.record}`)));
  row.style.top = i * rowHeight() + "px";
  return row;
}
function renderRows() {
  const grid = $("grid"), h = rowHeight();
  if (!view.length) {
    $("grid-body").replaceChildren(el("p", { class: "empty-list" }, findings.length ? "No finding is left by the filters. Press x to clear them." : "No rule matched this evidence."));
    return;
  }
  const first = Math.max(0, Math.floor(grid.scrollTop / h) - ROWS_BEYOND), last = Math.min(view.length, Math.ceil((grid.scrollTop + grid.clientHeight) / h) + ROWS_BEYOND);
  const shown = [];
  for (let i = first; i < last; i++) shown.push(gridRow(view[i], i));
  if (selected >= 0 && (selected < first || selected >= last)) shown.push(gridRow(view[selected], selected));
  $("grid-body").replaceChildren(...shown);
  if (selected >= 0) grid.setAttribute("aria-activedescendant", "row-" + selected);
  else grid.removeAttribute("aria-activedescendant");
}
function select(i) {
  const grid = $("grid"), h = rowHeight(), head = $("grid-head").offsetHeight;
  selected = Math.max(0, Math.min(view.length - 1, i));
  if (selected * h < grid.scrollTop) grid.scrollTop = selected * h;
  else if ((selected + 1) * h + head > grid.scrollTop + grid.clientHeight) grid.scrollTop = (selected + 1) * h + head - grid.clientHeight;
  renderRows();
}
function move(by) {
  if (!view.length) return;
  select(selected < 0 ? 0 : selected + by);
  if (!$("detail").hidden) openDetail();
}

/* ---- One finding ---- */

const fact = (name, value) => value ? [el("dt", {}, name), el("dd", { class: "data" }, value)] : [];
function pairs(list, hits) {
  return el("table", { class: "pairs" }, el("tbody", {}, list.map(([name, value]) =>
    el("tr", hits && hits.has(name + "\0" + value) ? { class: "hit" } : {}, el("th", { scope: "row" }, data("span", name)), el("td", { class: "data" }, value)))));
}
const webLink = url => /^https?:\/\/[^\s]+$/i.test(url) ? el("a", { href: url, rel: "noopener noreferrer", target: "_blank", class: "data" }, url) : data("span", url);
function bullets(title, list, show) {
  return list.length ? [el("h3", {}, title), el("ul", {}, list.map(x => el("li", {}, show(x))))] : [];
}
function detailNodes(f) {
  const rule = f.rule, event = eventOf(f), hits = new Set(f.matched.map(m => m[0] + "\0" + m[1]));
  const close = el("button", { type: "button", onclick: closeDetail, "aria-label": "Close" }, "Close ", el("kbd", {}, "Esc"));
  const copy = navigator.clipboard ? el("button", { type: "button", onclick: e => {
    const object = { rule: rule.title, rule_id: rule.id, level: rule.level, time: f.time, host: f.host, user: f.user, file: f.file, record: f.record, matched: f.matched, event };
    navigator.clipboard.writeText(JSON.stringify(object, null, 2)).then(() => { e.target.textContent = "Copied"; });
  } }, "Copy as JSON") : null;
  const pivot = value => { $("query").value = state.query = `"${value.replace(/"/g, "")}"`; closeDetail(); apply(true); $("query").focus(); };
  return [
    el("div", { class: "top" }, el("span", { class: "where" }, `${number(selected + 1)} of ${number(view.length)}`),
      el("button", { type: "button", onclick: () => move(-1), "aria-label": "Previous" }, el("kbd", {}, "k"), " \u2191"),
      el("button", { type: "button", onclick: () => move(1), "aria-label": "Next" }, el("kbd", {}, "j"), " \u2193"), copy, close),
    levelMark(f.level), el("h2", { id: "detail-title", class: "data" }, rule.title),
    el("dl", { class: "facts" }, fact("Time", f.time ? showTime(f.time) + " UTC" : "none that could be read"), fact("Host", f.host), fact("User", f.user), fact("File", f.file),
      fact("Record", f.record + (f.recovered ? ", recovered from outside the live part of the file" : ""))),
    rule.description ? [el("h3", {}, "What it means"), el("p", { class: "prose data" }, rule.description)] : [],
    f.matched.length ? [el("h3", {}, "What matched"), pairs(f.matched)] : [],
    f.asked.length ? [el("h3", {}, "Fields asked for"), pairs(f.asked)] : [],
    f.entities.length ? [el("h3", {}, "Who and what"), el("div", { class: "tags" }, f.entities.map(([type, value]) =>
      el("button", { type: "button", title: "Show findings with this", onclick: () => pivot(value) }, el("i", {}, type), data("span", value))))] : [],
    rule.techniques.length ? [el("h3", {}, "ATT&CK"), el("div", { class: "tags" }, rule.techniques.map(t => el("a", { rel: "noopener noreferrer", target: "_blank",
      href: "https://attack.mitre.org/techniques/" + t.id.replace(".", "/") + "/" }, el("i", {}, t.id), t.name || "")))] : [],
    bullets("False positives", rule.falsepositives, x => data("span", x)),
    el("h3", {}, "The full event"), event ? pairs(event, hits) : el("p", { class: "hint" }, `Not embedded in this page: see record ${f.record} of the file.`),
    bullets("References", rule.references, webLink),
    el("h3", {}, "The rule"),
    el("dl", { class: "facts" }, fact("Id", rule.id), fact("Status", rule.status), fact("Log source", [rule.product, rule.category, rule.service].filter(Boolean).join(" / ")),
      fact("File", rule.file + ":" + rule.line), fact("Author", rule.author), fact("Date", rule.date + (rule.modified ? ", modified " + rule.modified : "")), fact("Licence", rule.license)),
    rule.source ? el("details", {}, el("summary", {}, "Source"), el("pre", { class: "data", tabindex: "0" }, rule.source)) : [],
  ].flat();
}
function openDetail() {
  const panel = $("detail"), f = view[selected];
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

/* ---- The other sections ---- */

/* Columns are [title, class]; a cell is a node or text. Long tables begin with TABLE_ROWS rows. */
function fillTable(box, columns, rows) {
  const body = el("tbody", {}), line = cells => el("tr", {}, cells.map((c, i) => el("td", { class: ((columns[i][1] || "") + " data").trim() }, c)));
  body.append(...rows.slice(0, TABLE_ROWS).map(line));
  box.replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, columns.map(c => el("th", { scope: "col", class: c[1] === "num" ? "num" : null }, c[0])))), body));
  box.tabIndex = 0;
  if (rows.length <= TABLE_ROWS) return;
  const more = el("button", { type: "button", class: "more", onclick: () => { body.append(...rows.slice(TABLE_ROWS).map(line)); more.remove(); } }, `Show all ${number(rows.length)}`);
  box.after(more);
}
function renderLogons() {
  const pairsOf = new Map();
  for (const l of summary.logons) {
    const key = JSON.stringify([l.user, l.source, l.host, l.type]);
    const p = pairsOf.get(key) || { ...l, failed: 0, worked: 0 };
    p[l.success ? "worked" : "failed"] += l.count;
    p.first = !p.first || (l.first && l.first < p.first) ? l.first : p.first;
    p.last = !p.last || (l.last && l.last > p.last) ? l.last : p.last;
    pairsOf.set(key, p);
  }
  const rows = [...pairsOf.values()].sort((a, b) => b.failed - a.failed || b.worked - a.worked);
  if (!rows.length) return;
  $("logons").hidden = false;
  const failed = rows.reduce((n, p) => n + p.failed, 0), worked = rows.reduce((n, p) => n + p.worked, 0);
  $("logons-hint").textContent = `${number(failed)} failed, ${number(worked)} worked`;
  fillTable($("logons-table"), [["Failed", "num"], ["Worked", "num"], ["User", "long"], ["From"], ["On"], ["How"], ["First (UTC)", "time"], ["Last (UTC)", "time"]],
    rows.map(p => [p.failed ? el("b", { class: "level high" }, number(p.failed)) : "0", number(p.worked), p.user || "\u2013", p.source || "\u2013", p.host || "\u2013", p.type || "\u2013",
      showTime(p.first).slice(0, 19), showTime(p.last).slice(0, 19)]));
}
function renderGaps() {
  if (!summary.gaps.length) return;
  $("gaps").hidden = false;
  const what = g => g.kind === "cleared" ? el("b", { class: "level high" }, "log cleared") : g.kind === "records"
    ? plural(g.record_after - g.record_before - 1, "record missing", "records missing") : "nothing for " + showSpan(timeMs(g.time_after) - timeMs(g.time_before));
  fillTable($("gaps-table"), [["What"], ["Log"], ["Host"], ["Records"], ["From (UTC)", "time"], ["To (UTC)", "time"], ["File", "long"]],
    summary.gaps.map(g => [what(g), g.log || "", g.host || "", g.kind === "cleared" ? `at ${g.record_after}` : g.record_after ? `${g.record_before} \u2192 ${g.record_after}` : "",
      showTime(g.time_before).slice(0, 19), showTime(g.time_after).slice(0, 19), g.file]));
}
function renderProblems() {
  const kinds = Object.entries(summary.problems);
  if (!kinds.length) return;
  $("problems").hidden = false;
  if (run.problem_total > run.problems.length) $("problems-hint").textContent = `the first ${number(run.problems.length)} of ${number(run.problem_total)}`;
  $("problems-counts").append(...kinds.map(([kind, n]) => el("div", {}, el("b", {}, number(n)), " ", run.problem_kinds[kind] || kind)));
  fillTable($("problems-table"), [["Kind"], ["File", "long"], ["Record", "num"], ["Byte", "num"], ["Why", "long"]],
    run.problems.map(p => [p.kind, p.file, p.record === null ? "" : String(p.record), number(p.offset), p.text]));
}
function renderEvidence() {
  if (!run.evidence.length) return;
  $("evidence").hidden = false;
  fillTable($("evidence-table"), [["File", "long"], ["Format"], ["Events", "num"], ["Size", "num"], ["SHA-256", "hash"]],
    run.evidence.map(e => [e.path, e.format || "not recognised", number(e.events), showSize(e.bytes), e.sha256 || "not computed"]));
}
function renderRules() {
  const set = run.ruleset, box = $("rules-body");
  box.append(el("dl", { class: "facts" }, fact("Rules", number(set.rules)), fact("Files", number(set.files)), fact("Filters", set.filters ? number(set.filters) : ""),
    fact("SHA-256", el("code", {}, set.hash))));
  if (set.refused.length) {
    const table = el("div", { class: "scroll" });
    box.append(el("h3", {}, `Not loaded ${number(set.refused.length)}`), table);
    fillTable(table, [["File", "long"], ["Rule", "long"], ["Why", "long"]], set.refused.map(r => [r.file + (r.line ? `:${r.line}:${r.column || 1}` : ""), r.title || "", r.reason]));
  }
  if (run.fields_unseen && run.fields_unseen.length)
    box.append(el("details", {}, el("summary", {}, `${plural(run.fields_unseen.length, "field", "fields")} that rules use and no event had`), el("p", { class: "mono data" }, run.fields_unseen.join(" "))));
}
function renderFrame() {
  const counts = { when: null, attack: null, findings: findings.length, logons: summary.logons.length, gaps: summary.gaps.length, problems: run.problem_total, evidence: run.evidence.length, rules: null };
  for (const [id, n] of Object.entries(counts))
    if (!$(id).hidden) $("jump").append(el("a", { href: "#" + id }, $(id + "-title").textContent.replace(" in logs", "").replace(" in the evidence", ""), n === null ? null : [" ", el("b", {}, number(n))]));
  $("foot").append(`Made by tocsin ${run.version} at ${showTime(run.generated)} UTC. This file asks for nothing from the network. `,
    "ATT&CK is a trademark of The MITRE Corporation; its names are used under its terms.");
}

/* ---- Keys, theme, print ---- */

const HELP = [["/", "filter"], ["j  k  \u2193  \u2191", "next and previous finding"], ["Enter", "open the finding"], ["Esc", "close, or leave the filter"], ["1 to 5", "show or hide a level, critical first"],
  ["x", "clear all filters"], ["t", "theme: as the system, dark, light"], ["?", "this help"], ["\u2190  \u2192  Enter  Backspace", "in the chart: move, zoom in, zoom out"],
  ["host: user: rule: file: level: technique: tag:", "in the filter: look in one place only, as in host:dc01"], ["-word   \"two words\"", "in the filter: without a word; words together"]];
function openHelp() {
  $("help").replaceChildren(el("div", {}, el("h2", { id: "help-title" }, "Keys"), el("dl", { class: "facts" }, HELP.map(([k, what]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, what)]).flat()),
    el("button", { type: "button", onclick: closeHelp }, "Close")));
  $("help").hidden = false;
  $("help").querySelector("button").focus();
}
function closeHelp() { $("help").hidden = true; $("help-open").focus(); }

const THEMES = ["auto", "dark", "light"];
function setTheme(theme) {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
  $("theme").textContent = "Theme: " + theme;
  $("theme").value = theme;
}
function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf($("theme").value) + 1) % THEMES.length]);
  try { localStorage.setItem("tocsin-theme", $("theme").value); } catch { /* not every browser keeps things for files */ }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target instanceof HTMLInputElement, key = event.key;
  if (key === "Escape") {
    if (!$("help").hidden) closeHelp();
    else if (!$("detail").hidden) closeDetail();
    else if (typing) $("grid").focus();
    else return;
  } else if (!$("help").hidden) {
    if (key !== "Tab") return;
    $("help").querySelector("button").focus();
  } else if (typing) {
    if (key !== "ArrowDown" && key !== "Enter") return;
    $("grid").focus();
    if (selected < 0) move(0);
  } else if (key === "/") { $("query").focus(); $("query").select(); }
  else if (key === "?") openHelp();
  else if (key === "t") nextTheme();
  else if (key === "x") clearFilters();
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key >= "1" && key <= "5") toggleLevel(LEVELS[Number(key) - 1]);
  else if (event.target === $("grid")) {
    const page = Math.floor($("grid").clientHeight / rowHeight()) - 1;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -view.length, End: view.length }[key];
    if (by) move(by);
    else if (key === "Enter") { if (selected < 0) select(0); openDetail(); }
    else return;
  } else return;
  event.preventDefault();
}

function print() {
  const rows = view.slice(0, PRINTED_ROWS).map(f => el("tr", {}, el("td", {}, f.time ? showTime(f.time) : ""), el("td", { class: f.level }, levelMark(f.level)), data("td", f.rule.title),
    data("td", f.host), data("td", f.user), data("td", `${f.file}:${f.record}`)));
  $("printed").replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, COLUMNS.map(c => el("th", {}, c[1])))), el("tbody", {}, rows)),
    view.length > PRINTED_ROWS ? el("p", {}, `${number(view.length - PRINTED_ROWS)} more findings are in the file.`) : "");
}

function start() {
  let theme = "auto";
  try { theme = localStorage.getItem("tocsin-theme") || theme; } catch { /* as above */ }
  setTheme(THEMES.includes(theme) ? theme : "auto");
  renderHead(); renderLogons(); renderGaps(); renderProblems(); renderEvidence(); renderRules();
  apply(false);
  renderFrame();
  listenChart();
  let waiting = 0;
  $("query").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { state.query = $("query").value; apply(true); }, findings.length > 5000 ? 120 : 30); });
  let due = false;
  $("grid").addEventListener("scroll", () => { if (!due) { due = true; requestAnimationFrame(() => { due = false; renderRows(); }); } }, { passive: true });
  addEventListener("resize", () => { renderChart(); renderGrid(); });
  addEventListener("beforeprint", print);
  document.addEventListener("keydown", onKey);
  $("theme").addEventListener("click", nextTheme);
  $("help-open").addEventListener("click", openHelp);
  $("help").addEventListener("click", event => { if (event.target === $("help")) closeHelp(); });
}
start();
})();
