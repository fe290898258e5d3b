"""correlation_drive - makes events and correlations, and says slowly what each correlation finds.

Usage: correlation_drive.py make SEED FOLDER      events in files, rules.yml
       correlation_drive.py check FOLDER FOUND    FOUND is the output of scan -o jsonl

Every correlation is a plain loop over all matches of its group, in the order of time: what holds is
looked at anew in the window behind each match.
"""
import datetime
import json
import math
import pathlib
import random
import sys

START = datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.timezone.utc)
TYPES = ["login_failed", "login", "sudo", "copy"]
CORRELATIONS = {
    "burst": dict(type="event_count", rules=["login_failed"], by=["ip"], span=300, bounds={"gte": 5}),
    "few": dict(type="event_count", rules=["login"], by=["user"], span=60, bounds={"gt": 1, "lt": 4}),
    "spray": dict(type="value_count", rules=["login_failed"], by=["ip"], span=600, bounds={"gte": 4}, field="user"),
    "volume": dict(type="value_sum", rules=["copy"], by=["user", "host"], span=900, bounds={"gt": 9000}, field="bytes"),
    "mean": dict(type="value_avg", rules=["copy"], by=["user"], span=600, bounds={"gte": 3000}, field="bytes"),
    "median": dict(type="value_median", rules=["copy"], by=["user"], span=600, bounds={"gte": 3500}, field="bytes"),
    "nearly_all": dict(type="value_percentile", rules=["copy"], by=["host"], span=600, bounds={"lt": 2500},
                       field="bytes", percentile=90),
    "both": dict(type="temporal", rules=["login", "sudo"], by=["user"], span=120),
    "in_order": dict(type="temporal_ordered", rules=["login_failed", "login", "sudo"], by=["user"], span=300),
    "words": dict(type="temporal", rules=["login", "sudo", "copy"], by=["user"], span=200,
                  words="login and (sudo or not copy)"),
    "everywhere": dict(type="event_count", rules=["sudo"], by=[], span=3600, bounds={"gte": 40}),
    "chained": dict(type="temporal_ordered", rules=["burst", "late_login"], by=["ip"], span=1800),
    "late_login": dict(type="event_count", rules=["login"], by=["ip"], span=30, bounds={"gte": 1}),
}
QUIET = {"burst", "late_login"}  # are told by what refers to them


def make(seed, folder):
    rng, folder = random.Random(seed), pathlib.Path(folder)
    files = [[] for _ in range(4)]
    at = 0.0
    for n in range(4000):
        at += rng.choice([0, 0, 1, 5, 5, 20, 60])
        event = {"time": (START + datetime.timedelta(seconds=at)).isoformat().replace("+00:00", "Z"),
                 "type": rng.choice(TYPES), "n": n, "user": rng.choice("abcdefgh"),
                 "ip": f"192.0.2.{rng.randrange(6)}", "host": rng.choice(["h1", "H1", "h2"]),
                 "bytes": rng.randrange(6000)}
        if rng.random() < 0.05:
            del event[rng.choice(["user", "ip", "bytes"])]
        files[rng.randrange(4)].append(event)
    for i, events in enumerate(files):
        rng.shuffle(events)
        (folder / f"{i}.json").write_text("".join(json.dumps(e) + "\n" for e in events))
    documents = [f"title: {t}\nname: {t}\nlogsource: {{product: test}}\n"
                 f"detection: {{s: {{type: {t}}}, condition: s}}\n" for t in TYPES]
    for name, c in CORRELATIONS.items():
        body = {"type": c["type"], "rules": c["rules"], "timespan": f"{c['span']}s"}
        if c["by"]:
            body["group-by"] = c["by"]
        condition = dict(c.get("bounds", {}))
        for key in ("field", "percentile"):
            if key in c:
                condition[key] = c[key]
        if condition or "words" in c:
            body["condition"] = c.get("words", condition)
        documents.append(f"title: {name}\nname: {name}\nlevel: high\ncorrelation: {json.dumps(body)}\n")
    (folder / "rules.yml").write_text("---\n".join(documents))


# ---------------------------------------------------------------- the slow way

def compare(bounds, value):
    tests = {"gte": lambda n: value >= n, "gt": lambda n: value > n, "lt": lambda n: value < n,
             "lte": lambda n: value <= n, "eq": lambda n: value == n, "neq": lambda n: value != n}
    return all(tests[op](n) for op, n in bounds.items())


def percentile(values, percent):
    values = sorted(values)
    rank = percent / 100 * (len(values) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (rank - low) * (values[high] - values[low])


def longest(window, rules):
    best = []
    for i, (at, rule, _) in enumerate(window):
        best.append(1 + max([best[k] for k in range(i) if window[k][0] < at
                             and rules.index(window[k][1]) < rules.index(rule)], default=0))
    return max(best)


def holds(c, window):
    """window: (time, rule, event) of each match in it, in order."""
    kind, values = c["type"], [w[2].get(c.get("field")) for w in window]
    if kind == "event_count":
        return compare(c["bounds"], len(window))
    if kind == "value_count":
        return compare(c["bounds"], len(set(values)))
    if kind == "value_sum":
        return compare(c["bounds"], sum(values))
    if kind == "value_avg":
        return compare(c["bounds"], sum(values) / len(values))
    if kind in ("value_median", "value_percentile"):
        return compare(c["bounds"], percentile(values, c.get("percentile", 50)))
    seen = {w[1] for w in window}
    if "words" in c:
        return eval(c["words"], {}, {r: r in seen for r in c["rules"]})  # our own text, above
    if kind == "temporal":
        return seen == set(c["rules"])
    return longest(window, c["rules"]) == len(c["rules"])


def fire(c, matches):
    """(time, key, event) of each beginning, of matches (time, rule, event) in order."""
    groups, fired = {}, []
    for at, rule, event in matches:
        lacking = [f for f in c["by"] + ([c["field"]] if "field" in c else []) if f not in event]
        if lacking:
            continue
        key = tuple(str(event[f]).lower() for f in c["by"])
        history, held = groups.setdefault(key, ([], [False]))
        if history and history[-1][0] < at - c["span"]:
            held[0] = False
        history.append((at, rule, event))
        now = holds(c, [m for m in history if m[0] >= at - c["span"]])
        if now and not held[0]:
            fired.append((at, key, event))
        held[0] = now
    return fired


def expected(folder):
    events = []
    for path in sorted(folder.glob("[0-9].json")):
        for record, line in enumerate(path.read_text().splitlines(), 1):
            event = json.loads(line)
            event["at"] = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()
            event["place"] = (path.name, record)
            events.append(event)
    events.sort(key=lambda e: (e["at"], e["place"]))
    firings, found = {}, set()
    for name, c in sorted(CORRELATIONS.items(), key=lambda i: any(r in CORRELATIONS for r in i[1]["rules"])):
        matches = [(e["at"], r, e) for e in events for r in c["rules"] if e["type"] == r]
        for r in c["rules"]:
            for at, _, event in firings.get(r, []):
                matches.append((at, r, {k: event[k] for k in CORRELATIONS[r]["by"]} | {"place": event["place"]}))
        matches.sort(key=lambda m: (m[0], m[2]["place"]))
        firings[name] = fire(c, matches)
        if name not in QUIET:
            found |= {(name, at, key) for at, key, _ in firings[name]}
    return found


def check(folder, output):
    folder, got = pathlib.Path(folder), set()
    for line in pathlib.Path(output).read_text().splitlines():
        f = json.loads(line)
        at = datetime.datetime.fromisoformat(f["time"].replace("Z", "+00:00")).timestamp()
        by = CORRELATIONS[f["rule"]]["by"]
        got.add((f["rule"], at, tuple(f["matched"][b][0].lower() for b in by)))
    want = expected(folder)
    for kind, items in (("missing", want - got), ("extra", got - want)):
        for item in sorted(items)[:5]:
            print(f"{kind}: {item}")
    kinds = {name for name, *_ in want}
    quiet = set(CORRELATIONS) - QUIET - kinds
    if quiet:
        print(f"nothing was expected of {sorted(quiet)}: the events test too little")
    return want == got and not quiet


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), sys.argv[3])
    else:
        sys.exit(not check(sys.argv[2], sys.argv[3]))
