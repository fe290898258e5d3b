# Senders that mean no good: slow, half open, too many, endless, without certificate or token, bombs. What
# they do is counted, memory stays bounded, and a good sender is served all the while.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
import gzip
import shutil
import ssl
import stat
import subprocess
import tempfile

from serve_drive import *

MEMORY_MAX = 300 * 1000 * 1000
ALLOWED = 20
FLOOD = 10000

descriptors = raise_descriptors()
names = ("good", "slow", "few", "tls", "http", "flood")
port = {n: free_port() for n in names}
if not shutil.which("openssl"):
    skip("there is no openssl")
for name in ("server", "client"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    f"/CN={name}.test", "-keyout", f"{name}.key", "-out", f"{name}.pem"], check=True,
                   capture_output=True)
write("token", "the-right-token-of-it\n")
os.chmod("token", 0o600)
serve = Serve(f"""
  - {{name: good, type: syslog_tcp, listen: '127.0.0.1:{port["good"]}'}}
  - {{name: slow, type: syslog_tcp, listen: '127.0.0.1:{port["slow"]}', frame_timeout: 1s}}
  - {{name: few, type: syslog_tcp, listen: '127.0.0.1:{port["few"]}', connections: {ALLOWED}}}
  - {{name: tls, type: syslog_tls, listen: '127.0.0.1:{port["tls"]}', frame_timeout: 1s, certificate: server.pem, key: server.key, client_ca: client.pem}}
  - {{name: http, type: http_ndjson, format: syslog, listen: '127.0.0.1:{port["http"]}', token_file: token, unpacked_max: 1M}}
  - {{name: flood, type: syslog_tcp, listen: '127.0.0.1:{port["flood"]}', connections: 20000}}
""")
serve.start()
sanitized = b"__asan_init" in open(TOCSIN, "rb").read()
good = connect(port["good"])
sent = 0


def is_well(after):
    """The good sender's line comes through, and memory is bounded."""
    global sent
    sent += 1
    good.sendall((syslog_line("h", f"good{sent}") + "\n").encode())
    until(f"the good sender is served after {after}",
          lambda: serve.source("good").get("records") == sent)
    memory = serve.status()["memory_bytes"]
    check(sanitized or memory < MEMORY_MAX, f"memory after {after}: {memory}")
    print(after, memory // 1000000, "MB")


def is_closed(s):
    """Whether the other side closes it, perhaps with last words such as a TLS alert."""
    try:
        while s.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


is_well("nothing")

# Slow: a frame that is never finished; TLS that is never begun; an idle connection may stay.
idle = connect(port["slow"])
slow = [connect(port["slow"]) for _ in range(5)]
for i, s in enumerate(slow):
    s.sendall(b"<13>Oct 11 22:14:15 h app: id=slow" if i % 2 else b"500 <13>Oct 11")
silent = connect(port["tls"])
until("unfinished frames are given up", lambda: serve.fault("slow", "timeout") == 5)
until("a handshake that is not begun is given up", lambda: serve.fault("tls", "timeout") == 1)
check(is_closed(slow[0]) and is_closed(silent), "they are closed")
idle.sendall(b"<13>Oct 11 22:14:15 h app: id=idle x\n")
until("what came of them is kept, and the idle one may send",
      lambda: serve.source("slow")["records"] == 6)
is_well("slow senders")

# A busy sender whose reads never end with a frame is not slow.
busy = connect(port["slow"])
end = time.monotonic() + 2.5
busy.sendall(b"<13>Oct 11 22:14:15 h app: ")
count = 0
while time.monotonic() < end:
    busy.sendall(b"id=busy x\n<13>Oct 11 22:14:15 h app: ")
    count += 1
    time.sleep(0.01)
busy.sendall(b"id=last x\n")
until("a busy sender is not cut off", lambda: serve.source("slow")["records"] == 6 + count + 1)
check(serve.fault("slow", "timeout") == 5, "and is not counted")

# Too many.
crowd = [connect(port["few"]) for _ in range(ALLOWED + 7)]
until("connections beyond the limit are refused", lambda: serve.fault("few", "refused") == 7)
for s in crowd:
    s.close()
until("there is room again", lambda: (connect(port["few"]).sendall(b"<13>Oct 11 22:14:15 h a: x\n"),
                                     serve.source("few")["records"])[1] > 0)
is_well("a crowd")

# Frames: mixed in one connection, 2 GB announced, an endless line.
mixed = connect(port["slow"])
one = b"<13>Oct 11 22:14:15 h app: id=mixed"
before = serve.source("slow")["records"]
mixed.sendall(b"%d %s" % (len(one), one) + one + b"\n" + b"%d %s" % (len(one), one) + one + b"\r\n" +
              one + b"\0" + b"%d %s\n" % (len(one), one))
until("frames are told apart one by one", lambda: serve.source("slow")["records"] == before + 6)
until("each is what was sent", lambda: serve.texts("slow")[-6:] == [one.decode()] * 6)
block = b"x" * 1000000
for start in (b"2000000000 <13>", b"<13>"):
    endless = connect(port["good"])
    endless.sendall(start)
    for _ in range(100):
        endless.sendall(block)
    endless.close()
    sent += 1  # its first bytes are a record
    until("the beginning is kept", lambda: serve.source("good")["records"] == sent)
    is_well(f"100 MB of a frame that begins with {start.decode()}")
check(serve.fault("good", "long_record") == 2, "both are counted")

# TLS: plain bytes; no certificate; one that nobody signed.
plain = connect(port["tls"])
plain.sendall(b"<13>Oct 11 22:14:15 h app: id=plain\n" * 10)
until("plain bytes are refused", lambda: serve.fault("tls", "tls") == 1)


def try_tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
    try:
        with context.wrap_socket(connect(port["tls"])) as s:
            s.sendall((syslog_line("h", f"tls-{certificate}") + "\n").encode())
            s.settimeout(DEADLINE_S)
            s.unwrap()
    except OSError:
        pass


try_tls(None)
try_tls("server")
until("senders without the right certificate are refused", lambda: serve.fault("tls", "tls") == 3)
try_tls("client")
until("the right one is taken", lambda: serve.source("tls")["records"] == 1)
until("and nothing else was", lambda: [id_of(t) for t in serve.texts("tls")] == ["tls-client"])
is_well("wrong TLS")

# HTTP: tokens and bombs.
url = f"http://127.0.0.1:{port['http']}/ingest"
line = syslog_line("h", "http").encode()
right = {"Authorization": "Bearer the-right-token-of-it"}
check(post(url, line)[0] == 401, "no token")
check(post(url, line, {"Authorization": "Bearer the-right-token-of-i"})[0] == 401, "a wrong token")
check(post(url, line, right)[0] == 200, "the right one")
bomb = gzip.compress(b"\0" * 300 * 1000 * 1000, 9)
check(post(url, bomb, {**right, "Content-Encoding": "gzip"})[0] in (400, 413), "a bomb is refused")
check(post(url, b"no gzip", {**right, "Content-Encoding": "gzip"})[0] == 400, "broken gzip is refused")
faults = serve.source("http")["faults"]
check(faults.get("token") == 2 and faults.get("bomb") == 1 and faults.get("body") == 1,
      f"they are counted: {faults}")
check([id_of(t) for t in serve.texts("http")] == ["http"], "nothing of them is kept")
is_well("bombs")

# As many connections as there are descriptors for, each with a frame that is begun.
flood = []
wanted = min(FLOOD, descriptors - 500)
for _ in range(wanted):
    s = connect(port["flood"])
    s.sendall(b"<13>Oct 11 22:14:15 h app: id=flood")
    flood.append(s)
is_well(f"{wanted} connections")
for s in flood:
    s.sendall(b" x\n")
until("each of them is served", lambda: serve.source("flood")["records"] == wanted)
for s in flood:
    s.close()
is_well(f"{wanted} connections that were closed")

# Nothing listens beyond loopback, and the control socket is ours alone.
mine = set()
for fd in os.listdir(f"/proc/{serve.process.pid}/fd"):
    try:
        link = os.readlink(f"/proc/{serve.process.pid}/fd/{fd}")
    except OSError:
        continue
    if link.startswith("socket:["):
        mine.add(link[8:-1])
listening = []
for table, loopback in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000"),
                        ("udp", "0100007F"), ("udp6", "00000000000000000000000001000000")):
    for row in open(f"/proc/net/{table}", encoding="ascii").read().splitlines()[1:]:
        field = row.split()
        if field[9] in mine and (field[3] == "0A" or table.startswith("udp")):
            listening.append(field[1])
            check(field[1].split(":")[0] == loopback, f"{table} {field[1]} is loopback")
check(len(listening) == len(names), f"as many as were told: {listening}")
control = serve.data + "/control.sock"
mode = os.stat(control).st_mode
check(stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600, f"the control socket's mode: {mode:o}")
if os.geteuid() == 0 and shutil.which("setpriv"):
    # Another user, though the file modes let him in: by another name of the socket.
    door = tempfile.mkdtemp()
    os.chmod(door, 0o711)
    os.link(control, door + "/control.sock")
    os.chmod(control, 0o666)
    p = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "python3", "-c",
                        "import socket, sys\ns = socket.socket(socket.AF_UNIX)\n"
                        "s.connect(sys.argv[1])\n"
                        "try:\n    s.sendall(b'status\\n')\n    print(s.recv(10))\n"
                        "except OSError:\n    print(b'')",
                        door + "/control.sock"], capture_output=True, check=False)
    shutil.rmtree(door)
    check(p.stdout.strip() == b"b''", f"another user is not answered: {p.stdout} {p.stderr}")
else:
    print("skipped: another user at the control socket; this takes root")
check(serve.status(), "we are")
serve.end()
END
