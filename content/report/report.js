/*
 * report.js - the run that stands in the page as JSON, and the filters over it.
 * The files of this folder are one script, in the order that src/meson.build
 * names them. What came from logs and rules is hostile: it goes onto the page
 * through el() and visible() only, as text, never as markup. Nothing is fetched.
 */
"use strict";
const LEVELS = ["critical", "high", "medium", "low", "informational", "none"];
const ROWS_BEYOND = 8,
  FACET_ROWS = 40,
  TABLE_ROWS = 20,
  PRINTED_ROWS = 500,
  SUBS_SHOWN = 12;
const SECOND = 1000,
  MINUTE = 60 * SECOND,
  HOUR = 60 * MINUTE,
  DAY = 24 * HOUR;
const STEPS = [
  SECOND,
  5 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  60 * DAY,
  91 * DAY,
  182 * DAY,
  365 * DAY,
  3650 * DAY,
];
const MONTH_TICKS = [1, 2, 3, 6, 12, 24, 60, 120, 600];

const $ = id => document.getElementById(id);
const run = JSON.parse($("data-run").textContent);
const summary = run.summary;
const number = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const plural = (n, one, many) => number(n) + " " + (n === 1 ? one : many);

/* Control bytes and characters that reorder text are shown, not obeyed; line breaks and tabs
 * stay. */
const UNSAFE = new RegExp(
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f" +
    "\\u2028-\\u202e\\u2066-\\u2069]|\\udb40[\\udc00-\\udc7f]",
  "g",
);
function visible(text) {
  return String(text).replace(UNSAFE, c => {
    const n = c.codePointAt(0);
    return n < 0x80
      ? "\\x" + n.toString(16).padStart(2, "0")
      : "\\u" + n.toString(16).padStart(4, "0");
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
    if (child != null)
      node.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  return node;
}
const data = (tag, text, extra) => el(tag, { class: "data" + (extra ? " " + extra : "") }, text);
const levelMark = (level, tag = "span") => el(tag, { class: "level " + level }, level);

function timeMs(text) {
  /* RFC 3339 in UTC, up to nine digits of fraction, as C writes it */
  const fraction = /\.(\d+)/.exec(text);
  return (
    Date.parse(text.slice(0, 19) + "Z") + (fraction ? Number((fraction[1] + "00").slice(0, 3)) : 0)
  );
}
const showSecond = text => showTime(text).slice(0, 19);
const showTime = text => (text ? text.replace("T", " ").replace("Z", "") : "");
/* In lists at most milliseconds; the finding itself shows what the source had. */
const showShort = text => showTime(text).replace(/(\.\d{3})\d+$/, "$1");
const iso = ms => new Date(ms).toISOString();
function showMs(ms, step) {
  const text = iso(ms);
  return text.slice(0, 10) + " " + text.slice(11, step < MINUTE ? 19 : 16);
}
function showSize(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return (unit && bytes < 100 ? bytes.toFixed(1) : Math.round(bytes)) + " " + units[unit];
}
function showSpan(ms) {
  if (ms >= 2 * DAY) return Math.floor(ms / DAY) + " d " + Math.floor((ms / HOUR) % 24) + " h";
  if (ms >= HOUR) return Math.floor(ms / HOUR) + " h " + Math.floor((ms / MINUTE) % 60) + " min";
  return ms >= 2 * MINUTE ? Math.floor(ms / MINUTE) + " min" : Math.floor(ms / SECOND) + " s";
}

/* A path from the last part of the scanned folder on; the whole of it is the element's title. */
const roots = run.paths.map(p => p.replace(/\/+$/, "") + "/").filter(p => p.length > 1);
function shortPath(path) {
  const root = roots.find(r => path.startsWith(r));
  return root ? path.slice(root.slice(0, -1).lastIndexOf("/") + 1) : path;
}
const pathNode = (path, rest = "") =>
  el("span", { class: "data", title: path + rest }, shortPath(path) + rest);

const findings = JSON.parse($("data-findings").textContent).map((r, place) => {
  const rule = run.rules[r[0]],
    level = rule.level || "none";
  return {
    place,
    rule,
    level,
    rank: LEVELS.indexOf(level),
    time: r[1],
    ms: r[1] ? timeMs(r[1]) : NaN,
    host: r[2] || "",
    user: r[3] || "",
    file: r[4],
    record: r[5],
    recovered: r[6] === 1,
    matched: r[7],
    entities: r[8],
    asked: r[9],
    event: r[10],
    hay: null,
  };
});

/* The events stay text until one is opened. */
let eventLines = null;
function eventOf(f) {
  if (f.event < 0) return null;
  eventLines = eventLines || $("data-events").textContent.split("\n");
  return JSON.parse(eventLines[f.event]);
}

const state = {
  query: "",
  levels: new Set(LEVELS),
  technique: null,
  rule: null,
  host: null,
  user: null,
  ranges: [],
  sort: "time",
  ascending: true,
};
let scoped = []; /* what all filters but the time leave */
let view = []; /* what is listed, in order */
let selected = -1;
const range = () => state.ranges[state.ranges.length - 1];

/* ---- Filters ---- */

const KEYS = {
  host: f => f.host,
  user: f => f.user,
  rule: f => f.rule.title + " " + f.rule.id,
  file: f => f.file,
  level: f => f.level,
  technique: f => f.rule.techniques.map(t => t.id).join(" "),
  tag: f => f.rule.tags.join(" "),
};
function hayOf(f) {
  if (f.hay === null)
    f.hay = [
      f.rule.title,
      f.level,
      f.time || "",
      f.host,
      f.user,
      f.file,
      f.record,
      f.rule.tags.join(" "),
      ...f.matched.flat(),
      ...f.entities.map(e => e[1]),
      ...f.asked.map(a => a[1]),
    ]
      .join("\n")
      .toLowerCase();
  return f.hay;
}
/* Words and "quoted words" that must all be there; a minus in front: must not; key:word looks in
 * one place. */
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
  const terms = termsOf(state.query),
    chosen = keep && view[selected],
    r = range();
  scoped = findings.filter(
    f =>
      state.levels.has(f.level) &&
      (!state.technique || cites(f, state.technique)) &&
      (!state.rule || f.rule === state.rule) &&
      (!state.host || f.host === state.host) &&
      (!state.user || f.user === state.user) &&
      terms.every(
        t => (t.key ? KEYS[t.key](f).toLowerCase() : hayOf(f)).includes(t.text) !== t.not,
      ),
  );
  view = r ? scoped.filter(f => f.ms >= r[0] && f.ms < r[1]) : scoped.slice();
  sortView();
  selected = chosen ? view.indexOf(chosen) : -1;
  renderTiles();
  renderChart();
  renderMatrix();
  renderChips();
  renderFacets();
  renderGrid();
}
const text = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const ORDERS = {
  time: (a, b) =>
    (Number.isNaN(a.ms) ? Infinity : a.ms) - (Number.isNaN(b.ms) ? Infinity : b.ms) || 0,
  level: (a, b) => a.rank - b.rank,
  rule: (a, b) => text(a.rule.title, b.rule.title),
  host: (a, b) => text(a.host, b.host),
  user: (a, b) => text(a.user, b.user),
  place: (a, b) => text(a.file, b.file) || Number(a.record) - Number(b.record),
};
function sortView() {
  const order = ORDERS[state.sort],
    sign = state.ascending ? 1 : -1;
  view.sort((a, b) => sign * order(a, b) || ORDERS.time(a, b) || a.place - b.place);
}
function toggle(name, value) {
  state[name] = state[name] === value ? null : value;
  apply(true);
}
function clearFilters() {
  Object.assign(state, {
    query: "",
    levels: new Set(LEVELS),
    technique: null,
    rule: null,
    host: null,
    user: null,
    ranges: [],
  });
  $("query").value = "";
  apply(true);
}
function toggleLevel(level) {
  if (state.levels.has(level)) state.levels.delete(level);
  else state.levels.add(level);
  apply(true);
}
