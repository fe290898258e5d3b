# Alerts live are those of a scan of the same logs: of rules, correlations and behaviours, over three sources, each at
# its own pace. A rule's alert is there at once, provisionally; after a kill alerts of rules go on as they were.
. "$top/tests/e2e/serve.inc"
for host in bastion app02 db01; do
	gzip -dc "$top/content/ssh-demo/$host/auth.log.gz" >"$host.whole"
done
exec python3 - <<'END'
import datetime
import shutil

from serve_drive import *

HOSTS = ("bastion", "app02", "db01")
RULE = """title: no such user
id: 5b8ad1c0-2b0f-4b57-8b9f-d2a0f3b51a01
logsource: {product: linux, service: sshd}
detection: {keywords: ['Invalid user'], condition: keywords}
level: low
---
title: many users
id: 5b8ad1c0-2b0f-4b57-8b9f-d2a0f3b51a02
level: high
correlation: {type: event_count, rules: [5b8ad1c0-2b0f-4b57-8b9f-d2a0f3b51a01], timespan: 1h,
  group-by: [src_ip], condition: {gte: 3}, generate: true}
"""


def name_of(a):
    return a.get("rule_id") or a["detector"]


def key(a):
    return (a["id"], name_of(a), a["count"], a["first_seen"], a["last_seen"], a["severity"])


def alerts(behaviors=True):
    out, _ = run("alert", "list", "-d", serve.data, "-o", "jsonl", "--state", "all")
    return [a for a in map(json.loads, out.splitlines())
            if behaviors or a["origin"] != "behavior"]


def settled():
    status = serve.status()
    return (status and status["watermark"]["waiting"] == 0 and
            all(s["unmatched"] == 0 for s in status["sources"]))


def send(lines, first, end):
    for host in HOSTS:
        with open(f"{host}.log", "a", encoding="utf-8") as f:
            f.write("".join(lines[host][int(first * len(lines[host])):int(end * len(lines[host]))]))


def begin():
    shutil.rmtree(serve.data, ignore_errors=True)
    for host in HOSTS:
        open(f"{host}.log", "w").close()
    serve.start()


serve = Serve("".join(f"  - {{name: {h}, type: file, paths: [{h}.log], format: syslog}}\n"
                      for h in HOSTS), more="watermark: {idle: 3s}\ncommit: 50ms\n", rule=RULE)
lines = {h: open(f"{h}.whole", encoding="utf-8").readlines() for h in HOSTS}
total = sum(map(len, lines.values()))
out, _ = run("scan", "--alerts", "--only", "-r", "serve_rules/every.yml", "-q", "-o", "jsonl", "--format",
             "syslog", *[f"{h}.whole" for h in HOSTS])
wanted = [a for a in map(json.loads, out.splitlines())
          if name_of(a) != "entity_roll_up"]  # which is made at the end
origins = {a["origin"] for a in wanted}
check({"rule", "correlation", "behavior"} <= origins, f"there is something to find: {origins}")


def compare(got, wanted, what):
    got, wanted = sorted(map(key, got)), sorted(map(key, wanted))
    check(got == wanted, f"{what}: missing {sorted(set(wanted) - set(got))[:3]}, "
          f"beyond {sorted(set(got) - set(wanted))[:3]}")


begin()
send(lines, 0, 1)
until("all is read", lambda: sum(s["next_record"] for s in serve.status()["sources"]) == total)
until("nothing waits", settled)
serve.end()
compare(alerts(), wanted, "live as in a scan")
check(not any(a["provisional"] for a in alerts()), "nothing is provisional any more")

# What happens now raises its alert before its turn.
begin()
at = datetime.datetime.now(datetime.timezone.utc).isoformat()
with open("db01.log", "a", encoding="utf-8") as f:
    f.write(f"{at} db01 sshd[1]: Invalid user new from 192.0.2.250 port 4711\n")
now = until("a rule's alert is there", alerts)
check(now[0]["provisional"] and now[0]["count"] == 1, f"while its event waits: {now}")
until("it is told for good", lambda: not alerts()[0]["provisional"])
check([a["id"] for a in alerts()] == [now[0]["id"]] and alerts()[0]["count"] == 1, "as the same one")
serve.end()

begin()
for part in range(5):
    send(lines, part / 5, (part + 1) / 5)
    until("it is matched", lambda: all(
        s["next_record"] == int((part + 1) / 5 * len(lines[s["name"]]))
        for s in serve.status()["sources"]))
    if part in (1, 3):
        serve.kill()
        serve.start()
until("nothing waits", settled)
serve.end()
compare(alerts(False), [a for a in wanted if a["origin"] != "behavior"], "killed and started again")
