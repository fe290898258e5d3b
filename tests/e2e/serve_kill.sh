# kill -9 under load, with rotation and three senders: files exactly once, HTTP at least once and never
# doubled, TCP up to what was durable, without a gap before it; and a finding in the ledger for each record of the raw log.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
import collections
import os
import shutil
import time

from serve_drive import *

KILLS = 4
ROUND_S = 1.0
COMMIT_S = 0.1
LINES = 20

tcp_port, http_port = free_port(), free_port()
folder = os.getcwd()
os.mkdir("logs")
serve = Serve(f"""
  - {{name: files, type: file, paths: ['{folder}/logs/*.log*'], format: syslog, rescan: 1s}}
  - {{name: http, type: http_ndjson, format: syslog, listen: '127.0.0.1:{http_port}', token: none}}
  - {{name: tcp, type: syslog_tcp, listen: '127.0.0.1:{tcp_port}'}}
""", more=f"commit: {int(COMMIT_S * 1000)}ms\n")


class Files:
    """Appends to two files; one is rotated by a new name, the other is copied and cut."""

    def __init__(self):
        self.n = self.rotations = 0

    def append(self, name):
        with open(name, "a", encoding="utf-8") as f:
            for _ in range(LINES):
                self.n += 1
                f.write(syslog_line("files", f"f{self.n}") + "\n")

    def send(self):
        self.append("logs/renamed.log")
        self.append("logs/copied.log")
        if self.n % (100 * LINES) == 0:
            self.rotations += 1
            os.rename("logs/renamed.log", f"logs/renamed.log.{self.rotations}")
            shutil.copyfile("logs/copied.log", f"logs/copied.log.{self.rotations}")
            os.truncate("logs/copied.log", 0)
        time.sleep(0.005)


class Http:
    """Sends a batch again until it is answered."""

    def __init__(self):
        self.n = self.repeated = 0
        self.answered = []

    def send(self):
        ids = [f"h{self.n + i}" for i in range(LINES)]
        self.n += LINES
        body = "".join(syslog_line("http", i) + "\n" for i in ids).encode()
        while post(f"http://127.0.0.1:{http_port}/ingest", body)[0] != 200:
            self.repeated += 1
            time.sleep(0.02)
        self.answered += ids


class Tcp:
    """Sends, connects again when the connection breaks, and remembers what it sent on each."""

    def __init__(self):
        self.n = 0
        self.socket = None
        self.sent = []  # a list for each connection

    def send(self):
        if not self.socket:
            self.socket = connect(tcp_port)
            self.sent.append([])
        batch = [f"t{self.n + i}" for i in range(LINES)]
        self.n += LINES
        self.sent[-1] += batch
        try:
            self.socket.sendall("".join(syslog_line("h", i) + "\n" for i in batch).encode())
        except OSError:
            self.socket = None
        time.sleep(0.01)


files, http, tcp = Files(), Http(), Tcp()
serve.start()
senders = [Sender(s.send) for s in (files, http, tcp)]
for s in senders:
    s.start()
for _ in range(KILLS):
    end = time.monotonic() + ROUND_S
    until("all three sources go on, for a while", lambda: time.monotonic() > end and all(
        serve.source(n).get("records", 0) > 0 for n in ("files", "http", "tcp")))
    durable = {s["name"]: s["durable_record"] for s in serve.status()["sources"]}
    serve.kill()
    serve.start()
    for name, record in durable.items():
        check(serve.source(name)["next_record"] >= record, f"{name} kept what it called durable")
for s in senders:
    s.end()
if tcp.socket:
    tcp.socket.close()

until("the files are read", lambda: serve.source("files").get("lag_bytes") == 0 and
      serve.source("files")["durable_record"] >= files.n)
until("all is matched", lambda: all(s["unmatched"] == 0 for s in serve.status()["sources"]))
serve.end()


def counted(source):
    return collections.Counter(id_of(t) for t in serve.texts(source))


read, posted, streamed = counted("files"), counted("http"), counted("tcp")
print(f"{files.n} lines of files, {files.rotations} rotations; {len(http.answered)} over HTTP, "
      f"{http.repeated} batches repeated; {sum(map(len, tcp.sent))} over TCP")
wanted = {f"f{i}" for i in range(1, files.n + 1)}
check(files.rotations >= 2, "files were rotated while it ran")
missing, doubled = wanted - set(read), [i for i, n in read.items() if n > 1]
check(not missing, f"{len(missing)} lines of files are missing: {sorted(missing)[:5]}")
check(not doubled, f"{len(doubled)} lines of files are there twice: {sorted(doubled)[:5]}")
check(set(read) == wanted, "nothing is there that was not written")

missing, doubled = set(http.answered) - set(posted), [i for i, n in posted.items() if n > 1]
check(not missing, f"{len(missing)} records were answered and are missing: {sorted(missing)[:5]}")
check(not doubled, f"{len(doubled)} records over HTTP are there twice: {sorted(doubled)[:5]}")

# A power cut or kill takes what came since the last commit: the end of a connection, and nothing
# before it. (That what status called durable is there was seen at each kill.)
lost = 0
for connection in tcp.sent:
    there = [i in streamed for i in connection]
    kept = there.index(False) if False in there else len(there)
    lost += len(there) - kept
    check(not any(there[kept:]), f"a line over TCP is missing before others: {connection[kept:][:1]}")
print(f"{lost} lines over TCP were lost in {KILLS} kills")
check(lost < sum(map(len, tcp.sent)), "most came")
check(max(streamed.values()) == 1, "no line over TCP is there twice")

records = collections.Counter((r["source"], r["record"]) for r in serve.raw())
findings = collections.Counter((f["source"], f["record"]) for f in serve.findings())
check(max(findings.values()) == 1, "no finding is there twice")
check(set(findings) == set(records), f"a finding for each record: {len(findings)} of "
      f"{len(records)}; without: {sorted(set(records) - set(findings))[:5]}, "
      f"beyond: {sorted(set(findings) - set(records))[:5]}")
END
