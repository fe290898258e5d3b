# What the file of `suppressions:` hides is in the ledger, hidden and counted, and is not listed; a wrong
# file refuses the start with its place.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
from serve_drive import *

write("hide.yml", """title: a test machine
id: s1
logsource: {product: tocsin, category: alert}
filter: {rules: any, test: {host: quiet}, condition: not test}
owner: alice
reason: it is broken on purpose
expires: never
""")
port = free_port()
source = f"  - {{name: tcp, type: syslog_tcp, listen: '127.0.0.1:{port}'}}\n"
serve = Serve(source, more="suppressions: hide.yml\nwatermark: {idle: 1s}\n")
serve.start()


def alerts(*options):
    return [json.loads(line) for line in run("alert", "list", "-d", serve.data, "-o", "jsonl", *options)[0].splitlines()]


with connect(port) as s:
    for host in ("quiet", "loud"):
        s.sendall((syslog_line(host, f"{host}-1") + "\n").encode())
until("all is read", lambda: sum(s["next_record"] for s in serve.status()["sources"]) == 2)
serve.end()
shown = alerts()
check(len(shown) == 1 and {"type": "host", "value": "loud"} in shown[0]["entities"], f"one is listed: {shown}")
check(sorted(a.get("suppressed_by", "") for a in alerts("--suppressed")) == ["", "s1"], "the other says what hides it")

write("hide.yml", "title: t\n")
out, err = run("config", "check", "-c", serve.config, code=None)
run("serve", "-c", serve.config, code=2)
END
