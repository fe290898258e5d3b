/* report_chart.js - the headline, the levels, and findings over time. */

function renderHead() {
  const paths = run.paths.join(", ");
  $("scope").append(data("span", paths));
  $("scope").title = visible(paths);
  const found = plural(summary.findings, "finding", "findings");
  $("headline").append(`${found} in ${plural(summary.events, "event", "events")}`);
  const hosts = summary.hosts.length ? ` on ${plural(summary.hosts.length, "host", "hosts")}` : "";
  $("subline").append(`${plural(run.evidence.length, "file", "files")}${hosts}, ${spanWords()}`);
  renderNotes();
}
function spanWords() {
  if (!summary.first) return "no event has a time";
  const long = showSpan(timeMs(summary.last) - timeMs(summary.first));
  return `${showSecond(summary.first)} to ${showSecond(summary.last)} UTC (${long})`;
}
/* What the reader must know to read the rest rightly. */
function renderNotes() {
  const note = (n, ...words) => n && $("notes").append(el("p", { class: "note" }, words.join(" ")));
  const read = number(run.findings_read);
  const whole = findings.filter(f => f.event >= 0).length;
  note(
    summary.findings > run.findings_read,
    `The scan was told to print ${read} findings;`,
    `the counts are of all ${number(summary.findings)}.`,
  );
  note(
    run.findings_read > run.findings_embedded,
    `This page holds ${number(run.findings_embedded)} of ${read} findings: the first of each rule,`,
    "then those of the highest level. The other outputs hold all.",
  );
  note(
    whole < findings.length,
    `The full event is embedded for ${number(whole)} of the ${number(findings.length)} findings;`,
    "each names its file and record.",
  );
  note(
    summary.events_without_time,
    plural(summary.events_without_time, "event has", "events have"),
    "no time that could be read.",
  );
  note(
    summary.events_without_logsource,
    plural(summary.events_without_logsource, "event is", "events are"),
    "of no known log source, so that few rules apply.",
  );
  note(
    run.ruleset.refused.length,
    plural(run.ruleset.refused.length, "rule", "rules"),
    "could not be loaded and did not look at the evidence.",
  );
}

function renderTiles() {
  const counts = summary.levels;
  $("tiles").replaceChildren(
    ...LEVELS.filter(l => l !== "none" || counts.none).map(level =>
      el(
        "button",
        {
          type: "button",
          class: `tile ${level}${counts[level] ? "" : " zero"}`,
          "aria-pressed": String(state.levels.has(level)),
          onclick: () => {
            toggleLevel(level);
            $("tiles")
              .querySelector("." + level)
              .focus();
          },
        },
        el("span", { class: "n" }, number(counts[level])),
        el("span", { class: "t" }, level === "none" ? "no level" : level),
      ),
    ),
  );
}

/* ---- When ---- */

const SVG = "http://www.w3.org/2000/svg";
function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
const TICK_WIDTH = 112;
const CHART = { height: 148, left: 40, right: 6, top: 8, bottom: 22, barMin: 9 };
let chart = null; /* {start, step, bins, x(bin), width} of what is drawn */
let cursor = -1;

function makeBins(width) {
  const r = range(),
    times = scoped.map(f => f.ms).filter(ms => !Number.isNaN(ms));
  if (!times.length && !r) return null;
  const low = r ? r[0] : times.reduce((a, b) => Math.min(a, b)),
    high = r ? r[1] - 1 : times.reduce((a, b) => Math.max(a, b));
  const most = Math.max(4, Math.floor(width / CHART.barMin));
  const step = STEPS.find(s => (high - low) / s < most - 1) || STEPS[STEPS.length - 1];
  const start = Math.floor(low / step) * step;
  const bins = Array.from({ length: Math.floor((high - start) / step) + 1 }, () => ({
    total: 0,
    levels: LEVELS.map(() => 0),
  }));
  for (const f of scoped) {
    const bin = bins[Math.floor((f.ms - start) / step)];
    if (bin && (!r || (f.ms >= r[0] && f.ms < r[1]))) {
      bin.total++;
      bin.levels[f.rank]++;
    }
  }
  return { start, step, bins };
}
function binWords(i) {
  const bin = chart.bins[i],
    from = chart.start + i * chart.step;
  const parts = LEVELS.map((l, k) =>
    bin.levels[k] ? `${number(bin.levels[k])} ${l}` : null,
  ).filter(Boolean);
  const to = showMs(from + chart.step, chart.step);
  const words = bin.total ? parts.join(", ") : "nothing";
  return `${showMs(from, chart.step)} to ${to} UTC: ${words}`;
}
function zoom(from, to) {
  /* bins, both included */
  if (from > to) [from, to] = [to, from];
  const next = [chart.start + from * chart.step, chart.start + (to + 1) * chart.step],
    r = range();
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

/* Where the time axis is labelled: at round times of a day, at days, or at the first of months. */
function ticksOf(from, to, most) {
  const ticks = [],
    step = STEPS.find(s => s < 30 * DAY && (to - from) / s <= most);
  if (step) {
    for (let ms = Math.ceil(from / step) * step; ms < to; ms += step)
      ticks.push({ ms, date: step >= DAY, clock: iso(ms).slice(11, step < MINUTE ? 19 : 16) });
    return ticks;
  }
  const months =
    MONTH_TICKS.find(n => (to - from) / (n * 30 * DAY) <= most) ||
    MONTH_TICKS[MONTH_TICKS.length - 1];
  const first = new Date(from),
    count = first.getUTCFullYear() * 12 + first.getUTCMonth();
  for (
    let m = Math.ceil((count + 1) / months) * months;
    Date.UTC(Math.floor(m / 12), m % 12) < to;
    m += months
  )
    ticks.push({ ms: Date.UTC(Math.floor(m / 12), m % 12), date: true });
  return ticks;
}

function renderChart() {
  const box = $("chart"),
    width = Math.max(200, box.clientWidth - 24),
    inner = width - CHART.left - CHART.right;
  chart = makeBins(inner);
  $("zoom-out").hidden = !state.ranges.length;
  if (!chart) {
    $("when-hint").textContent = "";
    box.replaceChildren(
      el(
        "p",
        { class: "empty-list" },
        findings.length ? "No finding with a time is left by the filters." : "Nothing to show.",
      ),
    );
    return;
  }
  const { bins, step, start } = chart,
    highest = Math.max(1, ...bins.map(b => b.total));
  const floor = CHART.height - CHART.bottom,
    tall = floor - CHART.top,
    each = inner / bins.length;
  chart.x = i => CHART.left + i * each;
  const root = svg("svg", { viewBox: `0 0 ${width} ${CHART.height}`, "aria-hidden": "true" });
  for (const share of highest > 1 ? [0, 1] : [1]) {
    const y = floor - share * tall,
      label = svg("text", { x: CHART.left - 6, y: y + 4, "text-anchor": "end" });
    label.textContent = number(Math.round(share * highest));
    root.append(
      svg("line", { class: "axis", x1: CHART.left, x2: width - CHART.right, y1: y, y2: y }),
      label,
    );
  }
  root.append(
    svg("line", { class: "axis", x1: CHART.left, x2: width - CHART.right, y1: floor, y2: floor }),
  );
  bins.forEach((bin, i) => {
    let y = floor;
    const scale = bin.total ? Math.max(2, (tall * bin.total) / highest) / bin.total : 0;
    for (let k = LEVELS.length - 1; k >= 0; k--) {
      if (!bin.levels[k]) continue;
      const h = bin.levels[k] * scale;
      y -= h;
      root.append(
        svg("rect", {
          class: "b " + LEVELS[k],
          x: chart.x(i) + 0.5,
          y,
          width: Math.max(1, Math.min(each - 1, 48)),
          height: h,
        }),
      );
    }
    root.append(
      svg("rect", {
        class: "hit",
        "data-bin": i,
        x: chart.x(i),
        y: CHART.top,
        width: each,
        height: tall,
      }),
    );
  });
  let day = "";
  for (const tick of ticksOf(start, start + bins.length * step, inner / TICK_WIDTH)) {
    const x = chart.x((tick.ms - start) / step),
      full = iso(tick.ms);
    if (x > width - 60) break;
    const label = svg("text", { x, y: floor + 15 });
    label.textContent = tick.date
      ? full.slice(0, 10)
      : full.slice(0, 10) === day
        ? tick.clock
        : `${full.slice(5, 10)} ${tick.clock}`;
    day = full.slice(0, 10);
    root.append(svg("line", { class: "axis", x1: x, x2: x, y1: floor, y2: floor + 4 }), label);
  }
  box.replaceChildren(root);
  const unit =
    step >= DAY
      ? plural(step / DAY, "day", "days")
      : step >= HOUR
        ? plural(step / HOUR, "hour", "hours")
        : step >= MINUTE
          ? plural(step / MINUTE, "minute", "minutes")
          : plural(step / SECOND, "second", "seconds");
  $("when-hint").textContent = `UTC, a bar is ${unit}. Press or drag to zoom in.`;
  drawCursor();
}
function drawCursor() {
  const root = $("chart").querySelector("svg"),
    old = root && root.querySelector(".cursor");
  if (old) old.remove();
  if (!root || cursor < 0 || cursor >= chart.bins.length) {
    $("readout").textContent = "";
    return;
  }
  const each = chart.x(1) - chart.x(0);
  root.append(
    svg("rect", {
      class: "cursor",
      x: chart.x(cursor),
      y: CHART.top - 2,
      width: each,
      height: CHART.height - CHART.top - CHART.bottom + 2,
    }),
  );
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
    const root = box.querySelector("svg"),
      old = root.querySelector(".drag"),
      a = Math.min(from, bin),
      b = Math.max(from, bin) + 1;
    if (old) old.remove();
    root.append(
      svg("rect", {
        class: "drag",
        "pointer-events": "none",
        x: chart.x(a),
        y: CHART.top,
        width: chart.x(b) - chart.x(a),
        height: CHART.height - CHART.top - CHART.bottom,
      }),
    );
  });
  box.addEventListener("pointerdown", event => {
    from = binAt(event);
  });
  box.addEventListener("pointerup", event => {
    const to = binAt(event),
      began = from;
    from = -1;
    if (began >= 0 && to >= 0) zoom(began, to);
  });
  box.addEventListener("pointerleave", () => {
    if (from >= 0) {
      from = -1;
      renderChart();
    } else drawCursor();
  });
  box.addEventListener("keydown", event => {
    if (!chart) return;
    const move = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (move) {
      const full = chart.bins
        .map((b, i) => (b.total ? i : -1))
        .filter(i => i >= 0); /* empty bars are passed over */
      const next =
        Math.abs(move) > 1
          ? move < 0
            ? full[0]
            : full[full.length - 1]
          : cursor < 0
            ? move < 0
              ? full[full.length - 1]
              : full[0]
            : move < 0
              ? full.filter(i => i < cursor).pop()
              : full.find(i => i > cursor);
      if (next !== undefined) cursor = next;
      drawCursor();
    } else if (event.key === "Enter" && cursor >= 0) zoom(cursor, cursor);
    else if (event.key === "Backspace" || event.key === "-") zoomOut(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  $("zoom-out").addEventListener("click", () => {
    zoomOut(true);
    box.focus();
  });
}
