# What is decided of an alert while serve runs goes through its control socket, and is kept.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
from serve_drive import *
import sqlite3

port = free_port()
serve = Serve(f"  - {{name: tcp, type: syslog_tcp, listen: '127.0.0.1:{port}'}}\n")
serve.start()
serve.end()  # the ledger is there now

ID = "0123456789abcdef0123456789abcdef"
alert = {"id": ID, "group": None, "origin": "behavior", "detector": "spray", "title": "Password spray",
         "severity": "high", "state": "open", "provisional": False, "first_seen": "2026-11-24T10:00:00Z",
         "last_seen": "2026-11-24T10:05:00Z", "count": 12, "key": [{"name": "source", "value": "192.0.2.7"}],
         "entities": [{"type": "ip", "value": "192.0.2.7"}], "tags": [], "techniques": [],
         "explanation": "many", "measure": None, "details": {}, "events": []}
db = sqlite3.connect(serve.data + "/ledger.db")
db.execute("INSERT INTO alert VALUES (?, '', '', 'behavior', 'spray', 'Password spray', 4, ?, ?, 12, 0, '', ?, "
           "0, '', '', '', '', '', 0, 0, 0, 0)", (ID, 1795514400 * 10**9, 1795514700 * 10**9, json.dumps(alert)))
db.commit()
db.close()

serve.start()
run("alert", "close", "-d", serve.data, "--verdict", "benign_positive", "--note", "a test\tof us", ID[:8])
out, _ = run("alert", "show", "-d", serve.data, "-o", "json", ID)
shown = json.loads(out)
check((shown["state"], shown["verdict"], shown["reason"], shown["note"]) ==
      ("closed", "benign_positive", "suspicious_but_expected", "a test of us"), f"it is closed: {shown}")
out, _ = run("audit", "list", "-d", serve.data, "-o", "jsonl")
row = [json.loads(line) for line in out.splitlines() if '"alert close"' in line]
check(len(row) == 1 and row[0]["subject"] == ID and row[0]["actor"] == f"uid {os.getuid()}", f"it is in the audit: {row}")
run("alert", "ack", "-d", serve.data, "ffffffff", code=3)
serve.end()
run("alert", "reopen", "-d", serve.data, ID)  # without a serve the command writes by itself
out, _ = run("alert", "list", "-d", serve.data, "-o", "jsonl")
check(json.loads(out)["state"] == "open", f"it is open: {out}")
END
