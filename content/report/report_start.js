/* report_start.js - keys, theme, print; and where it begins. */

const HELP = [
  ["/", "filter"],
  ["j  k  \u2193  \u2191", "next and previous finding"],
  ["Enter", "open the finding"],
  ["Esc", "close, or leave the filter"],
  ["1 to 5", "show or hide a level, critical first"],
  ["x", "clear all filters"],
  ["t", "theme: as the system, dark, light"],
  ["?", "this help"],
  ["\u2190  \u2192  Enter  Backspace", "in the chart: move, zoom in, zoom out"],
  [
    "host: user: rule: file: level: technique: tag:",
    "in the filter: look in one place only, as in host:dc01",
  ],
  ['-word   "two words"', "in the filter: without a word; words together"],
];
function openHelp() {
  $("help").replaceChildren(
    el(
      "div",
      {},
      el("h2", { id: "help-title" }, "Keys"),
      el(
        "dl",
        { class: "facts" },
        HELP.map(([k, what]) => [el("dt", {}, el("kbd", {}, k)), el("dd", {}, what)]).flat(),
      ),
      el("button", { type: "button", onclick: closeHelp }, "Close"),
    ),
  );
  $("help").hidden = false;
  $("help").querySelector("button").focus();
}
function closeHelp() {
  $("help").hidden = true;
  $("help-open").focus();
}

const THEMES = ["auto", "dark", "light"];
function setTheme(theme) {
  if (theme === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
  $("theme").textContent = "Theme: " + theme;
  $("theme").value = theme;
}
function nextTheme() {
  setTheme(THEMES[(THEMES.indexOf($("theme").value) + 1) % THEMES.length]);
  try {
    localStorage.setItem("tocsin-theme", $("theme").value);
  } catch {
    /* not every browser keeps things for files */
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target instanceof HTMLInputElement,
    key = event.key;
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
  } else if (key === "/") {
    $("query").focus();
    $("query").select();
  } else if (key === "?") openHelp();
  else if (key === "t") nextTheme();
  else if (key === "x") clearFilters();
  else if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key >= "1" && key <= "5") toggleLevel(LEVELS[Number(key) - 1]);
  else if (event.target === $("grid")) {
    const page = Math.floor($("grid").clientHeight / rowHeight()) - 1;
    const by = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -view.length,
      End: view.length,
    }[key];
    if (by) move(by);
    else if (key === "Enter") {
      if (selected < 0) select(0);
      openDetail();
    } else return;
  } else return;
  event.preventDefault();
}

function fillPrinted() {
  const rows = view
    .slice(0, PRINTED_ROWS)
    .map(f =>
      el(
        "tr",
        {},
        el("td", {}, f.time ? showShort(f.time) : ""),
        el("td", { class: f.level }, levelMark(f.level)),
        data("td", f.rule.title),
        data("td", f.host),
        data("td", f.user),
        data("td", `${f.file}:${f.record}`),
      ),
    );
  $("printed").replaceChildren(
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          COLUMNS.map(c => el("th", {}, c[1])),
        ),
      ),
      el("tbody", {}, rows),
    ),
    view.length > PRINTED_ROWS
      ? el("p", {}, `${number(view.length - PRINTED_ROWS)} more findings are in the file.`)
      : "",
  );
}

function start() {
  let theme = "auto";
  try {
    theme = localStorage.getItem("tocsin-theme") || theme;
  } catch {
    /* as above */
  }
  setTheme(THEMES.includes(theme) ? theme : "auto");
  renderHead();
  renderLogons();
  renderGaps();
  renderProblems();
  renderEvidence();
  renderRules();
  apply(false);
  renderFrame();
  listenChart();
  let waiting = 0;
  $("query").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(
      () => {
        state.query = $("query").value;
        apply(true);
      },
      findings.length > 5000 ? 120 : 30,
    );
  });
  let due = false;
  $("grid").addEventListener(
    "scroll",
    () => {
      if (!due) {
        due = true;
        requestAnimationFrame(() => {
          due = false;
          renderRows();
        });
      }
    },
    { passive: true },
  );
  addEventListener("resize", () => {
    renderChart();
    renderGrid();
  });
  addEventListener("beforeprint", fillPrinted);
  document.addEventListener("keydown", onKey);
  $("theme").addEventListener("click", nextTheme);
  $("subs").addEventListener("click", () => {
    subsShown = !subsShown;
    renderMatrix();
  });
  $("help-open").addEventListener("click", openHelp);
  $("help").addEventListener("click", event => {
    if (event.target === $("help")) closeHelp();
  });
}
start();
