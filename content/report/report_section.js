/* report_section.js - logons, gaps, problems, evidence and rules as tables. */

/* Columns are [title, class]; a cell is a node or text. Long tables begin with TABLE_ROWS rows. */
function fillTable(box, columns, rows) {
  const body = el("tbody", {}),
    line = cells =>
      el(
        "tr",
        {},
        cells.map((c, i) => el("td", { class: ((columns[i][1] || "") + " data").trim() }, c)),
      );
  body.append(...rows.slice(0, TABLE_ROWS).map(line));
  box.replaceChildren(
    el(
      "table",
      {},
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          columns.map(c => el("th", { scope: "col", class: c[1] === "num" ? "num" : null }, c[0])),
        ),
      ),
      body,
    ),
  );
  box.tabIndex = 0;
  if (rows.length <= TABLE_ROWS) return;
  const more = el(
    "button",
    {
      type: "button",
      class: "more",
      onclick: () => {
        body.append(...rows.slice(TABLE_ROWS).map(line));
        more.remove();
      },
    },
    `Show all ${number(rows.length)}`,
  );
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
  const failed = rows.reduce((n, p) => n + p.failed, 0),
    worked = rows.reduce((n, p) => n + p.worked, 0);
  $("logons-hint").textContent = `${number(failed)} failed, ${number(worked)} worked`;
  fillTable(
    $("logons-table"),
    [
      ["Failed", "num"],
      ["Worked", "num"],
      ["User", "long"],
      ["From"],
      ["On"],
      ["How"],
      ["First (UTC)", "time"],
      ["Last (UTC)", "time"],
    ],
    rows.map(p => [
      p.failed ? el("b", { class: "level high" }, number(p.failed)) : "0",
      number(p.worked),
      p.user || "\u2013",
      p.source || "\u2013",
      p.host || "\u2013",
      p.type || "\u2013",
      showSecond(p.first),
      showSecond(p.last),
    ]),
  );
}
function renderGaps() {
  if (!summary.gaps.length) return;
  $("gaps").hidden = false;
  const what = g =>
    g.kind === "cleared"
      ? el("b", { class: "level high" }, "log cleared")
      : g.kind === "records"
        ? plural(g.record_after - g.record_before - 1, "record missing", "records missing")
        : "nothing for " + showSpan(timeMs(g.time_after) - timeMs(g.time_before));
  const missing = g => g.record_after - g.record_before,
    long = g => (g.time_before ? timeMs(g.time_after) - timeMs(g.time_before) : 0);
  const kinds = ["cleared", "records", "time"];
  const gaps = summary.gaps
    .slice()
    .sort(
      (a, b) =>
        kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
        (a.kind === "records" ? missing(b) - missing(a) : long(b) - long(a)),
    );
  fillTable(
    $("gaps-table"),
    [
      ["What"],
      ["Log"],
      ["Host"],
      ["Records"],
      ["From (UTC)", "time"],
      ["To (UTC)", "time"],
      ["File", "long"],
    ],
    gaps.map(g => [
      what(g),
      g.log || "",
      g.host || "",
      g.kind === "cleared"
        ? `at ${g.record_after}`
        : g.record_after
          ? `${g.record_before} \u2192 ${g.record_after}`
          : "",
      showSecond(g.time_before),
      showSecond(g.time_after),
      pathNode(g.file),
    ]),
  );
}
function renderProblems() {
  const kinds = Object.entries(summary.problems);
  if (!kinds.length) return;
  $("problems").hidden = false;
  if (run.problem_total > run.problems.length)
    $("problems-hint").textContent =
      `the first ${number(run.problems.length)} of ${number(run.problem_total)}`;
  $("problems-counts").append(
    ...kinds.map(([kind, n]) =>
      el("div", {}, el("b", {}, number(n)), " ", run.problem_kinds[kind] || kind),
    ),
  );
  fillTable(
    $("problems-table"),
    [["Kind"], ["File", "long"], ["Record", "num"], ["Byte", "num"], ["Why", "long"]],
    run.problems.map(p => [
      p.kind,
      pathNode(p.file),
      p.record === null ? "" : String(p.record),
      number(p.offset),
      p.text,
    ]),
  );
}
function renderEvidence() {
  if (!run.evidence.length) return;
  $("evidence").hidden = false;
  fillTable(
    $("evidence-table"),
    [["File", "long"], ["Format"], ["Events", "num"], ["Size", "num"], ["SHA-256", "hash"]],
    run.evidence.map(e => [
      pathNode(e.path),
      e.format || "not recognised",
      number(e.events),
      showSize(e.bytes),
      e.sha256 || "not computed",
    ]),
  );
}
function renderRules() {
  const set = run.ruleset,
    box = $("rules-body");
  box.append(
    el(
      "dl",
      { class: "facts" },
      fact("Rules", number(set.rules)),
      fact("Files", number(set.files)),
      fact("Filters", set.filters ? number(set.filters) : ""),
      fact("SHA-256", el("code", {}, set.hash)),
    ),
  );
  if (set.refused.length) {
    const table = el("div", { class: "scroll" });
    box.append(el("h3", {}, `Not loaded ${number(set.refused.length)}`), table);
    fillTable(
      table,
      [
        ["File", "long"],
        ["Rule", "long"],
        ["Why", "long"],
      ],
      set.refused.map(r => [
        r.file + (r.line ? `:${r.line}:${r.column || 1}` : ""),
        r.title || "",
        r.reason,
      ]),
    );
  }
  if (run.fields_unseen && run.fields_unseen.length)
    box.append(
      el(
        "details",
        {},
        el(
          "summary",
          {},
          `${plural(run.fields_unseen.length, "field", "fields")} that rules use and no event had`,
        ),
        el("p", { class: "mono data" }, run.fields_unseen.join(" ")),
      ),
    );
}
function renderFrame() {
  const counts = {
    when: null,
    attack: null,
    findings: findings.length,
    logons: summary.logons.length,
    gaps: summary.gaps.length,
    problems: run.problem_total,
    evidence: run.evidence.length,
    rules: null,
  };
  for (const [id, n] of Object.entries(counts))
    if (!$(id).hidden)
      $("jump").append(
        el(
          "a",
          { href: "#" + id },
          $(id + "-title")
            .textContent.replace(" in logs", "")
            .replace(" in the evidence", ""),
          n === null ? null : [" ", el("b", {}, number(n))],
        ),
      );
  $("foot").append(
    `Made by tocsin ${run.version} at ${showTime(run.generated)} UTC. `,
    "This file asks for nothing from the network. ",
    "ATT&CK is a trademark of The MITRE Corporation; its names are used under its terms.",
  );
}
