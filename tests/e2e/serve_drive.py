"""serve_drive.py - a serve of a test's own: starts it on free ports, sends to it, asks it, and ends
it. Nothing waits by the clock alone: until() asks for a condition until a deadline."""

import atexit
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

TOCSIN = os.environ["tocsin"]
SANITIZER_SLACK = 4
DEADLINE_S = 15 * SANITIZER_SLACK

EVERY_RECORD = """title: Every record
id: 0b6a3f5e-8a35-4b0f-9f0d-6f1e0c9b7a01
status: test
level: low
logsource: {product: linux}
detection:
    keywords:
        - 'id='
    condition: keywords
"""


def until(what, ask, deadline_s=DEADLINE_S):
    """Asks until the answer is true, and gives it."""
    end = time.monotonic() + deadline_s
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise SystemExit(f"waited {deadline_s} s for: {what}")
        time.sleep(0.02)


def check(truth, what):
    if not truth:
        raise SystemExit(f"not so: {what}")


def skip(why):
    print("skipped:", why)
    sys.exit(0)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def run(*args, code=0, prefix=()):
    """The program's standard output; its exit code must be `code`."""
    p = subprocess.run([*prefix, TOCSIN, *args], capture_output=True, check=False)
    err = p.stderr.decode(errors="replace")
    check(code is None or p.returncode == code, f"{args} ended with {p.returncode}: {err}")
    return p.stdout.decode(errors="surrogateescape"), err


class Serve:
    """One data folder and its configuration; started and ended as often as a test likes."""

    def __init__(self, sources, more="", rule=EVERY_RECORD, folder="."):
        self.folder = folder
        self.data = os.path.join(folder, "data")
        self.config = os.path.join(folder, "tocsin.yml")
        self.rules = os.path.join(folder, "serve_rules")
        self.log_path = os.path.join(folder, "serve.err")
        self.process = None
        os.makedirs(self.rules, exist_ok=True)
        write(os.path.join(self.rules, "every.yml"), rule)
        self.configure(sources, more)

    def configure(self, sources, more=""):
        write(self.config, f"data: {self.data}\nrules: [{self.rules}]\nshipped_rules: false\n"
              f"metrics: none\nworkers: 1\nretention: {{free: 1M}}\n{more}sources:\n{sources}")

    def start(self, prefix=(), wait=True):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*prefix, TOCSIN, "serve", "-c", self.config],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        atexit.register(self.process.kill)  # a test that failed leaves nothing behind
        if wait:
            until("serve is there", self.is_there)

    def is_there(self):
        check(self.process.poll() is None, "serve runs; it said: " + self.log())
        return self.status() is not None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def status(self):
        p = subprocess.run([TOCSIN, "status", "--socket", self.data + "/control.sock", "-o", "json"],
                           capture_output=True, check=False)
        return json.loads(p.stdout) if p.returncode == 0 else None

    def source(self, name):
        """A source's status; {} when serve does not answer."""
        status = self.status()
        return next((s for s in status["sources"] if s["name"] == name), {}) if status else {}

    def fault(self, source, name):
        return self.source(source).get("faults", {}).get(name, 0)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self, code=0):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise SystemExit("serve does not end on SIGTERM") from None
        check(self.process.returncode == code,
              f"it ended with {self.process.returncode}: {self.log()}")

    def raw(self, source=None):
        """The records of the raw log, in order: their text."""
        args = ["raw", "export", "-d", self.data, "-o", "jsonl"]
        out, _ = run(*args, *(["--source", source] if source else []))
        return [json.loads(line) for line in out.splitlines()]

    def texts(self, source):
        return [r.get("text", "") for r in self.raw(source)]

    def findings(self):
        out, _ = run("findings", "-d", self.data, "-o", "jsonl")
        return [json.loads(line) for line in out.splitlines()]


def connect(port, host="127.0.0.1", deadline_s=DEADLINE_S):
    """A TCP connection; tried again while nobody listens."""
    end = time.monotonic() + deadline_s
    while True:
        try:
            return socket.create_connection((host, port), timeout=DEADLINE_S)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def post(url, body, headers=None):
    """The answer's status and body; status 0 when there was none."""
    request = urllib.request.Request(url, data=body, headers=headers or {}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()
    except OSError:
        return 0, b""


class Sender(threading.Thread):
    """Calls send() until it is told to end; what that raises fails the test in end()."""

    def __init__(self, send):
        super().__init__(daemon=True)
        self.send = send
        self.ending = threading.Event()
        self.failed = None

    def run(self):
        try:
            while not self.ending.is_set():
                self.send()
        except BaseException as e:  # told by end()
            self.failed = e

    def end(self):
        self.ending.set()
        self.join()
        if self.failed:
            raise self.failed


def syslog_line(host, ident):
    return f"<13>Oct 11 22:14:15 {host} app: id={ident} a line of a test"


def id_of(text):
    """What follows 'id=' in a record."""
    return text.split("id=", 1)[1].split(" ", 1)[0].strip('"') if "id=" in text else None


def raise_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else soft
