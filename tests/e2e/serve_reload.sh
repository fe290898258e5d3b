# SIGHUP and `tocsin reload` take new rules; a bad configuration is refused, with its place, and the
# old stays; an unchanged source's connection loses nothing over ten reloads; SIGTERM drains.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
from serve_drive import *

RELOADS = 10
LINES = 100

NEW_RULE = EVERY_RECORD.replace("Every record", "New rule").replace("9b7a01", "9b7a02").replace(
    "'id='", "'needle'")
port, other = free_port(), free_port()
kept = f"  - {{name: kept, type: syslog_tcp, listen: '127.0.0.1:{port}', frame_timeout: 1s}}\n"
added = f"  - {{name: added, type: syslog_tcp, listen: '127.0.0.1:{other}'}}\n"
serve = Serve(kept, more="findings: found.jsonl\n")
serve.start()
rules = {f["rule_id"][-2:] for f in serve.findings()}
check(not rules, "nothing is found yet")


class Load:
    """One connection, all the time."""

    def __init__(self):
        self.socket = connect(port)
        self.n = 0

    def send(self):
        batch = "".join(syslog_line("h", f"k{self.n + i}") + "\n" for i in range(LINES))
        self.socket.sendall(batch.encode())
        self.n += LINES
        time.sleep(0.02)


load = Load()
sender = Sender(load.send)
sender.start()

# SIGHUP: a new rule, and a new source. `tocsin reload` waits until it is done.
write(os.path.join(serve.rules, "new.yml"), NEW_RULE)
serve.process.send_signal(signal.SIGHUP)
until("SIGHUP reloads", lambda: serve.status()["reloads"] == 1)
check(serve.status()["rules"] == 2, "there are two rules")
serve.configure(kept + added, more="findings: found.jsonl\n")
run("reload", "-c", serve.config)
check(serve.status()["reloads"] == 2, "a reload was waited for")
with connect(other, deadline_s=1) as s:
    s.sendall((syslog_line("h", "needle") + "\n").encode())
until("the new rule matches in the new source", lambda: serve.source("added")["findings"] == 2)

# Refused: with file, line and column.
good = open(serve.config, encoding="utf-8").read()
for bad, place, what in (
        (good.replace("type: syslog_tcp", "type: syslog_pigeon", 1), ":9:24:", "syslog_pigeon"),
        (good + "  - {name: twice\n", ":", "tocsin.yml"),
        (good + "unknown_setting: 1\n", ":11:1:", "unknown_setting"),
        (good.replace("frame_timeout: 1s", "frame_timeout: soon"), ":9:", "frame_timeout"),
        (good.replace("name: added", "name: kept"), ":10:", "kept"),
        (good.replace(serve.rules, "no_such_folder"), "", "no_such_folder")):
    refused = serve.status()["reloads_refused"]
    write(serve.config, bad)
    out, err = run("reload", "-c", serve.config, "--socket", serve.data + "/control.sock", code=2)
    check(place in err and what in err, f"it says where and what ({place}, {what}): {err}")
    check(serve.status()["reloads_refused"] == refused + 1, "it is counted")
    check(serve.status()["rules"] == 2 and len(serve.status()["sources"]) == 2, "the old stays")
write(serve.config, good)

# Ten reloads under load, and half of them change the other source.
for i in range(RELOADS):
    serve.configure(kept + (added if i % 2 else ""), more="findings: found.jsonl\n")
    run("reload", "-c", serve.config)
    before = serve.source("kept")["records"]
    until("records go on after a reload", lambda: serve.source("kept")["records"] > before)
check(serve.status()["reloads"] == 2 + RELOADS, "all were taken")

# SIGTERM: what was sent is there, and matched.
sender.end()
print(f"{load.n} lines")
with connect(other) as late:
    late.sendall("".join(syslog_line("h", f"late{i}") + "\n" for i in range(LINES)).encode())
    serve.end()
load.socket.close()
ids = [id_of(t) for t in serve.texts("kept")]
check(len(ids) == load.n and set(ids) == {f"k{i}" for i in range(load.n)},
      f"each line of the connection is there once: {len(ids)} of {load.n}")
ids = [id_of(t) for t in serve.texts("added")]
check(ids == ["needle"] + [f"late{i}" for i in range(LINES)],
      f"what the kernel had at the end was read: {len(ids)}")
records = {(r["source"], r["record"]) for r in serve.raw()}
found = [json.loads(line) for line in open("found.jsonl", encoding="utf-8")]
every = [(f["source"], f["record"]) for f in found if f["rule"] == "Every record"]
check(len(every) == len(set(every)) and set(every) == records,
      f"a finding of each record was written: {len(every)} of {len(records)}")
every = [f for f in serve.findings() if f["rule"] == "Every record"]
check(len(every) == len(records), f"and is in the ledger: {len(every)} of {len(records)}")
END
