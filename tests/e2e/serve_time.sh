# Time live: what is told on arrival is provisional and becomes final at the watermark, under its id or
# another; what does not hold is withdrawn; what is late is counted and found all the same; a wrong clock moves nothing.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
import datetime

from serve_drive import *

START = datetime.datetime(2024, 3, 1, 10, tzinfo=datetime.timezone.utc)
RULES = """title: failed
name: failed
logsource: {product: test}
detection: {s: {type: failed}, condition: s}
---
title: loud
name: loud
logsource: {product: test}
detection: {s: {type: loud}, condition: s}
---
title: burst
id: 6c1a4a2e-6c9b-4b52-9c0c-0e6d8e3f1a01
level: high
correlation: {type: event_count, rules: [failed], group-by: [ip], timespan: 5m, condition: {gte: 3}}
---
title: quick
id: 6c1a4a2e-6c9b-4b52-9c0c-0e6d8e3f1a02
level: high
correlation: {type: event_count, rules: [failed], group-by: [ip], timespan: 1m, condition: {gte: 3}}
---
title: few
id: 6c1a4a2e-6c9b-4b52-9c0c-0e6d8e3f1a03
level: low
correlation: {type: event_count, rules: [loud], timespan: 1m, condition: {lt: 2}}
"""
sent = 0


def event(at, kind="tick", ip="192.0.2.1", time=None):
    """Appends an event of `at` seconds after the start, and waits until it is matched."""
    global sent
    time = time or (START + datetime.timedelta(seconds=at)).isoformat()
    sent += 1
    with open("a.json", "a", encoding="utf-8") as f:
        f.write(json.dumps({"time": time, "type": kind, "ip": ip, "n": sent}) + "\n")
    until("it is matched", lambda: serve.source("a").get("events", 0) + before >= sent)


def told(title, *options):
    out, _ = run("findings", "-d", serve.data, "-o", "jsonl", *options)
    return [f for f in map(json.loads, out.splitlines()) if f["rule"] == title]


def watermark():
    return serve.status()["watermark"]


before = 0
open("a.json", "w").close()
serve = Serve("  - {name: a, type: file, paths: [a.json], format: json, logsource: test//}\n",
              more="watermark: {idle: 1h}\ncommit: 20ms\nfindings: found.jsonl\n", rule=RULES)
serve.start()

# At once, and then final under the same id.
for at in (0, 100, 200):
    event(at, "failed")
first = until("a count is told when it is reached", lambda: told("burst"))[0]
check(first["state"] == "provisional", f"provisionally: {first}")
check(first["matched"]["event_count"] == ["3"] and first["time"] == "2024-03-01T10:03:20Z",
      f"with what was counted: {first}")
check(watermark()["passed"] is None or watermark()["passed"] < "2024-03-01T10:03:20",
      "no later event moved the watermark")
event(1000)
until("it becomes final", lambda: told("burst")[0]["state"] == "final")
check(len(told("burst")) == 1 and told("burst")[0]["id"] == first["id"], "as the same finding")
lines = [json.loads(text) for text in open("found.jsonl", encoding="utf-8")]
check([f["state"] for f in lines] == ["provisional", "final"], f"both are printed: {lines}")
check(not told("failed"), "a rule that is correlated is silent")

# An earlier event comes in between: the provisional id is a name of the final one.
for at in (2000, 2100, 2200):
    event(at, "failed", "192.0.2.2")
second = until("it is told", lambda: [f for f in told("burst") if f["state"] == "provisional"])[0]
event(2090, "failed", "192.0.2.2")
event(3000)
until("it becomes final", lambda: all(f["state"] == "final" for f in told("burst")))
final = [f for f in told("burst") if f["matched"]["ip"] == ["192.0.2.2"]]
check(len(final) == 1 and final[0]["matched"]["first_seen"] == ["2024-03-01T10:33:20Z"], f"{final}")
event(3990, "failed", "192.0.2.3")
for at in (4000, 4100):
    event(at, "failed", "192.0.2.3")
third = until("it is told", lambda: [f for f in told("burst") if f["state"] == "provisional"])[0]
event(3985, "failed", "192.0.2.3")
event(5000)
until("it becomes final", lambda: all(f["state"] == "final" for f in told("burst")))
final = [f for f in told("burst") if f["matched"]["ip"] == ["192.0.2.3"]]
check(len(final) == 1 and final[0]["matched"]["first_seen"] == ["2024-03-01T11:06:25Z"], f"{final}")
check(final[0]["id"] != third["id"], "its window begins earlier, so its id is another")
check([f["id"] for f in told("burst", "--id", third["id"])] == [final[0]["id"]],
      "and it is found by the id that was told first")
check(not told("burst", "--id", "0" * 32), "and by no other")

# On arrival what is behind counts at the newest time: what does not hold then is withdrawn.
for at in (6100, 6000, 6050):
    event(at, "failed", "192.0.2.4")
of_four = lambda *options: [f for f in told("quick", *options)
                            if f["matched"]["ip"] == ["192.0.2.4"]]
until("it is told", of_four)
event(7000)
until("it is withdrawn", lambda: not of_four())
check(len(of_four("--withdrawn")) == 1, "and still there for who asks")

# What waits for what did not happen is told at the watermark alone.
event(8000, "loud")
check(len(told("loud")) == 0 and not told("few"), "not on arrival")
event(9000)
check(until("it is told", lambda: told("few"))[0]["state"] == "final", "and final")

# Late.
check(watermark()["late"] == 0, "nothing was late until now")
event(100, "failed", "192.0.2.1")
until("it is counted", lambda: watermark()["late"] == 1)
check(serve.source("a")["late"] == 1, "and of its source")

# A clock of 2100.
newest = serve.source("a")["newest_event"]
event(0, "failed", time="2100-01-01T00:00:00Z")
until("it is counted", lambda: watermark()["disbelieved"] >= 1)
check(serve.source("a")["newest_event"] == newest, "the newest event is what it was")
event(9100, "failed")
check(watermark()["late"] == 1, "what comes in time then is not late")

# Over a reload correlations go on counting, but for those that it changed.
event(9150, "failed")
write("serve_rules/every.yml", RULES.replace("lt: 2", "lt: 3"))
run("reload", "--socket", serve.data + "/control.sock")
event(9190, "failed")
until("matches of before are counted", lambda: [
    f for f in told("burst") if f["matched"]["first_seen"] == ["2024-03-01T12:31:40Z"]])
until("it is said what is not", lambda: "1 correlations that are new or changed begin" in serve.log())
event(9194, "failed", "192.0.2.9")
write("serve_rules/every.yml", RULES.replace("lt: 2", "lt: 3").replace("gte: 3", "gte: 2"))
run("reload", "--socket", serve.data + "/control.sock")
event(9196, "failed", "192.0.2.9")
of_nine = lambda: [f for f in told("burst") if f["matched"]["ip"] == ["192.0.2.9"]]
until("it is said what is not", lambda: "2 correlations that are new or changed begin" in serve.log())
check(not of_nine(), "what was counted before the correlation changed is not counted on arrival")
event(9197, "failed", "192.0.2.9")
until("two are enough now", of_nine)

# An end and a start: what waited becomes final, and nothing is told twice.
done = {f["id"] for f in told("burst") if f["state"] == "final"}
serve.end()
lines = sum(1 for _ in open("found.jsonl", encoding="utf-8"))
before = sent
serve.start()
event(10500)
until("what waited becomes final", lambda: all(f["state"] == "final" for f in told("burst")))
check(done < {f["id"] for f in told("burst")}, "what was final is there")
serve.end()
