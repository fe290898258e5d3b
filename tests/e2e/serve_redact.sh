# What a source redacts stands nowhere: neither in the raw log, the ledger, the status nor findings.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
from serve_drive import *

SECRET = "hunter2-is-a-secret"
tcp, http = free_port(), free_port()
rule = EVERY_RECORD.replace("'id='", "'id='\n        - 'hunter2'")
serve = Serve(f"""
  - {{name: tcp, type: syslog_tcp, listen: '127.0.0.1:{tcp}', redact: [password, Authorization]}}
  - {{name: http, type: http_ndjson, format: syslog, listen: '127.0.0.1:{http}', token: none, redact: [password]}}
  - {{name: json, type: http_bulk, listen: '127.0.0.1:{http}', token: none, redact: [password]}}
""", more="findings: found.jsonl\n", rule=rule)
serve.start()
with connect(tcp) as s:
    for text in (f"password={SECRET} x", f'password="{SECRET}" x', f"Password: {SECRET}",
                 f'{{"a":{{"PASSWORD":"{SECRET}"}},"b":1}}', f"Authorization: {SECRET}",
                 f'{{"password":{{"old":"{SECRET}","new":["{SECRET}"]}}}}'):
        s.sendall((syslog_line("h", "t") + " " + text + "\n").encode())
    # Too long, and broken: their beginnings are kept as samples.
    s.sendall((f"<13>Oct 11 22:14:15 h app: id=long password={SECRET} " + "y" * 2000000 + "\n").encode())
    s.sendall(f"1 password={SECRET}\n".encode())
    s.sendall(f"100 <13>Oct 11 22:14:15 h app: id=cut password={SECRET}".encode())
until("the lines are there", lambda: serve.source("tcp").get("records", 0) >= 9)
lines = [syslog_line("h", "h") + f" password={SECRET}", '{"password":"%s"}' % SECRET]
code, _ = post(f"http://127.0.0.1:{http}/ingest", "\n".join(lines).encode())
check(code == 200, f"lines are taken: {code}")
body = '{"create":{"_index":"i"}}\n{"message":"id=j","user":{"password":"%s"}}\n' % SECRET
code, _ = post(f"http://127.0.0.1:{http}/_bulk", body.encode(),
               {"Content-Type": "application/x-ndjson"})
check(code == 200, f"documents are taken: {code}")
post(f"http://127.0.0.1:{http}/_bulk", b'{"broken":"password=%s"\n' % SECRET.encode())
until("all is matched", lambda: all(s["unmatched"] == 0 for s in serve.status()["sources"]))

status = json.dumps(serve.status()) + run("status", "--socket", serve.data + "/control.sock")[0]
check(SECRET not in status, f"it is not in the status: {status}")
check(sum(s["redacted"] for s in serve.status()["sources"]) >= 9, "it is counted")
serve.end()
for source in ("tcp", "http", "json"):
    texts = serve.texts(source)
    check(texts and not [t for t in texts if SECRET in t], f"it is not in the raw log: {texts}")
check(any("[redacted]" in t for t in serve.texts("tcp")), "it says that something was taken out")
found = open("found.jsonl", encoding="utf-8").read()
check("id=" in found or "[redacted]" in found, "there are findings")
check(SECRET not in found, "it is not in findings")
check(SECRET not in json.dumps(serve.findings()), "nor in the ledger's")
check(SECRET not in serve.log(), "nor in what serve says")
for folder, _, names in os.walk(serve.data):
    for name in names:
        with open(os.path.join(folder, name), "rb") as f:
            check(SECRET.encode() not in f.read(), f"it is not in {name}")
END
