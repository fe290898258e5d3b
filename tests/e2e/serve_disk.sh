# A full disk under the raw log, and under the findings; a data folder that is read-only. Senders are made
# to wait, nothing that was answered is lost, and it goes on by itself when there is room.
. "$top/tests/e2e/serve.inc"
if [ -z "${SERVE_DISK_INSIDE-}" ]; then
	for how in 'unshare -m' 'unshare -Urm'; do
		if $how sh -c 'mkdir -p probe && mount -t tmpfs none probe' 2>/dev/null; then
			# shellcheck disable=SC2086 # words
			SERVE_DISK_INSIDE=1 exec $how sh -eu "$top/tests/e2e/serve_disk.sh"
		fi
	done
	echo 'skipped: no file system can be mounted here'
	exit 0
fi
mkdir small full
mount -t tmpfs -o size=40m none small
mount -t tmpfs -o size=64k none full
mkdir readonly
mount -t tmpfs -o ro none readonly
exec python3 - <<'END'
import random

from serve_drive import *

LINES = 500
tcp, http = free_port(), free_port()
sources = f"""
  - {{name: tcp, type: syslog_tcp, listen: '127.0.0.1:{tcp}'}}
  - {{name: http, type: http_ndjson, format: syslog, listen: '127.0.0.1:{http}', token: none}}
"""
serve = Serve(sources, rule=EVERY_RECORD.replace("'id='", "'id=h1'"))
serve.data = "readonly/data"
serve.configure(sources)
serve.start(wait=False)
check(serve.process.wait(DEADLINE_S) != 0 and "readonly/data" in serve.log() and
      "Read-only file system" in serve.log(), f"a read-only folder is refused: {serve.log()}")
serve.data = "small/data"
serve.configure(sources, more="findings: full/found.jsonl\n")
write("small/ballast", "b" * 34000000)
serve.start()
noise = random.Random(1)


def lines(ids):
    return "".join(f"{syslog_line('h', i)} {noise.randbytes(250).hex()}\n" for i in ids).encode()


class Http:
    """Batches until one is answered with anything but success."""

    def __init__(self):
        self.n, self.answered, self.refused, self.sent = 0, [], 0, {}

    def send(self):
        ids = [f"h{self.n + i}" for i in range(LINES)]
        body = self.sent.setdefault(self.n, lines(ids))
        code, _ = post(f"http://127.0.0.1:{http}/ingest", body)
        if code == 200:
            self.n += LINES
            self.answered += ids
            self.sent.clear()
        else:
            check(code in (429, 503), f"a sender is told to come again: {code}")
            self.refused += 1
            time.sleep(0.02)


class Tcp:
    def __init__(self):
        self.n, self.socket = 0, connect(tcp)
        self.socket.settimeout(0.2)
        self.rest = b""
        self.waited = False

    def send(self):
        if not self.rest:
            self.rest = lines(f"t{self.n + i}" for i in range(LINES))
            self.n += LINES
        try:
            self.rest = self.rest[self.socket.send(self.rest):]
        except TimeoutError:
            self.waited = True


def refused():
    """The one waits for room in its window, the other for an answer, or is told to come again."""
    return sender_tcp.waited and serve.status()["commit_failures"] > 1


sender_http, sender_tcp = Http(), Tcp()
threads = [Sender(s.send) for s in (sender_http, sender_tcp)]
for t in threads:
    t.start()
until("senders are made to wait", refused)
check(serve.status()["commit_failures"] > 0, "it is counted")
check("No space left" in serve.log() or "space" in serve.log(), f"it says why: {serve.log()}")
check(serve.process.poll() is None, "it lives")
memory = serve.status()["memory_bytes"]
check(memory < 300000000 or b"__asan_init" in open(TOCSIN, "rb").read(), f"memory: {memory}")
threads[1].end()
answered = len(sender_http.answered)
os.unlink("small/ballast")
until("it goes on when there is room", lambda: len(sender_http.answered) > answered)
print(f"{answered} records were answered, {sender_http.refused} times it said to come again")
threads[0].end()
sender_tcp.socket.settimeout(DEADLINE_S)
sender_tcp.socket.sendall(sender_tcp.rest)
until("all of the connection is on disk", lambda: serve.source("tcp")["durable_record"] == sender_tcp.n)
until("all is matched", lambda: all(s["unmatched"] == 0 for s in serve.status()["sources"]))
serve.end()
ids = [id_of(t) for t in serve.texts("tcp")]
check(ids == [f"t{i}" for i in range(sender_tcp.n)],
      f"of the connection nothing is lost or doubled: {len(ids)} of {sender_tcp.n}")
ids = [id_of(t) for t in serve.texts("http")]
check(len(ids) == len(set(ids)), "nothing over HTTP is there twice")
missing = set(sender_http.answered) - set(ids)
check(not missing, f"what was answered is there: {len(missing)} are missing")
matching = sum(i.startswith("h1") for i in ids)
check(len(serve.findings()) == matching, f"the ledger has all findings: {len(serve.findings())} "
      f"of {matching}")
check("findings cannot be written" in serve.log(), "that the file of findings was full is said")
END
