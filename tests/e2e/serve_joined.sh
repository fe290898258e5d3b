# Records of the audit log that make one event are joined in a running serve: each file by itself, over
# several reads; what waits for more comes out when its file is quiet, and at the end.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
from serve_drive import *

RULE = """title: an execution
id: 7f4e0f0e-5a0e-4d59-8a3f-0c5b1a4c2f11
status: test
logsource: {product: linux, category: process_creation}
detection:
  s:
    Image|endswith: /curl
    CommandLine|contains: evil
  condition: s
level: high
"""


def record(kind, serial, body):
    return f"type={kind} msg=audit(1795514400.000:{serial}): {body}\n"


def append(path, text):
    with open(path, "a", encoding="utf-8") as f:
        f.write(text)


serve = Serve("  - {name: audit, type: file, paths: [a.log, b.log], format: auditd}\n",
              more="findings: found.jsonl\n", rule=RULE)
for name in ("a.log", "b.log"):
    open(name, "w").close()
serve.start()
# Two machines' logs have the same time and number: their records must not be joined.
append("a.log", record("SYSCALL", 1, 'arch=c000003e syscall=59 success=yes exe="/usr/bin/curl"'))
append("b.log", record("SYSCALL", 1, 'arch=c000003e syscall=59 success=yes exe="/usr/bin/id"'))
until("two records are there", lambda: serve.source("audit").get("records", 0) >= 2)
append("a.log", record("EXECVE", 1, 'argc=2 a0="curl" a1="evil-a"'))
append("b.log", record("EXECVE", 1, 'argc=2 a0="id" a1="evil-b"'))
until("four records are there", lambda: serve.source("audit").get("records", 0) >= 4)
check(not serve.findings(), "an event that is not complete waits")
append("a.log", record("EOE", 1, ""))
until("it is found when it is complete", lambda: len(serve.findings()) == 1)
found = serve.findings()[0]
check("evil-a" in json.dumps(found) and "a.log" in json.dumps(found), f"of its own file: {found}")

append("a.log", record("SYSCALL", 2, 'arch=c000003e syscall=59 success=yes exe="/usr/bin/curl"') +
       record("EXECVE", 2, 'argc=2 a0="curl" a1="evil-quiet"'))
until("what waits comes out when nothing more comes", lambda: len(serve.findings()) == 2)
append("a.log", record("SYSCALL", 3, 'arch=c000003e syscall=59 success=yes exe="/usr/bin/curl"') +
       record("EXECVE", 3, 'argc=2 a0="curl" a1="evil-end"'))
until("all records are there", lambda: serve.source("audit").get("records", 0) >= 9)
serve.end()
check(len(serve.findings()) == 3, f"and at the end: {serve.findings()}")
END
