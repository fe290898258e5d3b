# Debian's rsyslog and syslog-ng, and curl with what Filebeat, Fluent Bit, Vector, Promtail and the
# OpenTelemetry collector send, pointed at a running serve. Shippers that are not installed are skipped.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
import atexit
import base64
import glob
import gzip
import shutil
import subprocess

from serve_drive import *

LINES = 500
TOKEN = "a-token-of-this-test"
folder = os.getcwd()
for tool in ("openssl", "curl"):
    if not shutil.which(tool):
        skip(f"there is no {tool}")


def certificate(name, *more):
    subprocess.run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
                    "-keyout", f"{name}.key", "-out", f"{name}.csr"], check=True,
                   capture_output=True)
    write(f"{name}.ext", f"subjectAltName=DNS:{name},IP:127.0.0.1\n")
    subprocess.run(["openssl", "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
                    "ca.key", "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out",
                    f"{name}.pem"], check=True, capture_output=True)


subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=authority of a test", "-keyout", "ca.key", "-out", "ca.pem"], check=True,
               capture_output=True)
certificate("server.test")
certificate("sender.test")
write("token", TOKEN + "\n")
os.chmod("token", 0o600)

SHIPPERS = ("rsyslog", "ng")
WAYS = ("lines", "counted", "tls", "udp")
ports = {f"{s}_{w}": free_port(socket.SOCK_DGRAM if w == "udp" else socket.SOCK_STREAM)
         for s in SHIPPERS for w in WAYS}
http = {n: free_port() for n in ("bulk", "hec", "loki", "otlp")}
sources = ""
for name, port in ports.items():
    way = name.split("_")[1]
    kind = {"udp": "syslog_udp", "tls": "syslog_tls"}.get(way, "syslog_tcp")
    more = (f", certificate: '{folder}/server.test.pem', key: '{folder}/server.test.key', "
            f"client_ca: '{folder}/ca.pem'" if way == "tls" else "")
    sources += f"  - {{name: {name}, type: {kind}, listen: '127.0.0.1:{port}'{more}}}\n"
for name, port in http.items():
    sources += (f"  - {{name: {name}, type: http_{name}, listen: '127.0.0.1:{port}', "
                f"token_file: '{folder}/token'}}\n")
serve = Serve(sources)
serve.start()

# ---------------------------------------------------------------- rsyslog and syslog-ng

started = []


def rsyslog():
    if not shutil.which("rsyslogd"):
        print("skipped: rsyslog is not installed")
        return False
    os.mkdir("rsyslog")

    def forward(way, more=""):
        return (f'action(type="omfwd" target="127.0.0.1" port="{ports["rsyslog_" + way]}" '
                f'template="RSYSLOG_SyslogProtocol23Format" {more})\n')

    tls = bool(glob.glob("/usr/lib/*/rsyslog/lmnsd_gtls.so"))
    if not tls:
        print("skipped: rsyslog-gnutls is not installed")
    write("rsyslog.conf", f"""
global(workDirectory="{folder}/rsyslog" defaultNetstreamDriverCAFile="{folder}/ca.pem"
       defaultNetstreamDriverCertFile="{folder}/sender.test.pem"
       defaultNetstreamDriverKeyFile="{folder}/sender.test.key")
module(load="imfile" mode="inotify")
input(type="imfile" file="{folder}/rsyslog.log" tag="shipped:")
""" + forward("lines", 'protocol="tcp"') +
          forward("counted", 'protocol="tcp" TCP_Framing="octet-counted"') +
          (forward("tls", 'protocol="tcp" TCP_Framing="octet-counted" streamDriver="gtls" '
                   'streamDriverMode="1" streamDriverAuthMode="x509/name" '
                   'streamDriverPermittedPeers="server.test"') if tls else "") +
          forward("udp", 'protocol="udp"'))
    with open("rsyslog.err", "wb") as err:
        started.append(subprocess.Popen(
            ["rsyslogd", "-n", "-f", f"{folder}/rsyslog.conf", "-i", f"{folder}/rsyslog.pid"],
            stdin=subprocess.DEVNULL, stdout=err, stderr=err))
    atexit.register(started[-1].kill)
    return [w for w in WAYS if tls or w != "tls"]


def syslog_ng():
    """On the path, or its package's files under the folder that TOCSIN_SYSLOG_NG names: Debian does
    not install it beside rsyslog."""
    root = os.environ.get("TOCSIN_SYSLOG_NG", "")
    program = f"{root}/usr/sbin/syslog-ng" if root else shutil.which("syslog-ng")
    if not program or not os.path.exists(program):
        print("skipped: syslog-ng is not installed")
        return False

    def to(way, how, transport, more=""):
        return (f'  {how}("127.0.0.1" port({ports["ng_" + way]}) transport("{transport}") {more});\n')

    write("ng.conf", f"""@version: 3.38
@requires json-plugin
options {{ stats-freq(0); time-reopen(1); }};
source s {{ file("{folder}/ng.log" follow-freq(0.2) flags(no-parse) program-override("shipped")); }};
destination d {{
""" + to("lines", "network", "tcp") + to("counted", "syslog", "tcp") + to("udp", "network", "udp") +
          to("tls", "syslog", "tls",
             f'tls(ca-file("{folder}/ca.pem") key-file("{folder}/sender.test.key") '
             f'cert-file("{folder}/sender.test.pem") peer-verify(required-trusted))') + """};
log { source(s); destination(d); };
""")
    libraries = glob.glob(f"{root}/usr/lib/syslog-ng/*/libafsocket.so")
    module = ["--module-path", os.path.dirname(libraries[0])] if root and libraries else []
    env = dict(os.environ)
    if root:
        # Its own and those of the packages that came with it, which a bare machine has nowhere else.
        env["LD_LIBRARY_PATH"] = ":".join(
            sorted({os.path.dirname(p) for part in ("lib", "usr/lib")
                    for p in glob.glob(f"{root}/{part}/**/lib*.so*", recursive=True)}))
    with open("ng.err", "wb") as err:
        started.append(subprocess.Popen(
            [program, "-F", "--no-caps", "-f", "ng.conf", "-p", "ng.pid", "-R", "ng.persist", "-c",
             "ng.ctl", *module], stdin=subprocess.DEVNULL, stdout=err, stderr=err, env=env))
    atexit.register(started[-1].kill)
    return WAYS


def all_there(source, ids):
    found = {id_of(t) for t in serve.texts(source)}
    return ids <= found


for shipper, start in (("rsyslog", rsyslog), ("ng", syslog_ng)):
    ids = {f"{shipper}{i}" for i in range(LINES)}
    write(f"{shipper}.log", "".join(f"id={shipper}{i} a line of a test\n" for i in range(LINES)))
    ways = start()
    for way in ways or ():
        name = f"{shipper}_{way}"

        def told():
            check(started[-1].poll() is None, f"{shipper} runs: " + open(f"{shipper}.err").read())
            return serve.source(name).get("records", 0) >= LINES and \
                serve.source(name)["unmatched"] == 0

        until(f"{name} brought {LINES} lines", told)
        check(all_there(name, ids), f"{name}: each line is there")
        status = serve.source(name)
        check(status["records"] == LINES and not status["faults"] and status["problems"] == 0,
              f"{name}: as many as were sent, and no fault: {status}")
        check(status["findings"] == LINES, f"{name}: each line was matched: {status}")
        print(name, "passed")
for process in started:
    process.terminate()
    process.wait()

# ---------------------------------------------------------------- over HTTP


def curl(name, path, body, *headers, method="POST", want=200, token=None):
    write("headers", "".join(h + "\n" for h in headers))
    with open("body", "wb") as f:
        f.write(body)
    at = f"http://127.0.0.1:{http[name]}{path}"
    args = ["curl", "-s", "-o", "answer", "-w", "%{http_code}", "-X", method, "-H", "@headers", at]
    if method == "POST":
        args += ["--data-binary", "@body"]
    if token:
        args += ["-H", f"Authorization: {token}"]
    code = int(subprocess.run(args, capture_output=True, check=False).stdout or b"0")
    answer = open("answer", "rb").read() if os.path.exists("answer") else b""
    check(code == want, f"{name} {path} answers {want}: {code} {answer[:300]}")
    return answer


def lines(prefix, count=20):
    return [f"id={prefix}{i} <x> \u00e9" for i in range(count)]


def there(source, prefix, count=20):
    found = [id_of(r.get("text", "")) for r in serve.raw(source)]
    for i in range(count):
        check(found.count(f"{prefix}{i}") == 1, f"{source} has {prefix}{i} once")
    print(source, prefix, "passed")


def documents(action, texts):
    return "".join(f"{action}\n" + json.dumps({"@timestamp": "2026-10-11T22:14:15Z", "message": t}) +
                   "\n" for t in texts).encode()


api_key = "ApiKey " + base64.b64encode(b"shipper:" + TOKEN.encode()).decode()
basic = "Basic " + base64.b64encode(b"elastic:" + TOKEN.encode()).decode()
root = json.loads(curl("bulk", "/", b"", method="GET", token=basic))
check(root["version"]["number"] >= "8", "Filebeat is told a version that it takes")
curl("bulk", "/_license?human=false", b"", method="GET", token=basic)
answer = json.loads(curl(
    "bulk", "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status",
    gzip.compress(documents('{"create":{"_index":"filebeat-8.17.0"}}', lines("filebeat"))),
    "User-Agent: Elastic-filebeat/8.17.0", "Content-Encoding: gzip",
    "Content-Type: application/x-ndjson", token=basic))
check(not answer["errors"] and len(answer["items"]) == 20 and
      all(i["create"]["status"] == 201 for i in answer["items"]), f"Filebeat is answered: {answer}")
there("bulk", "filebeat")
curl("bulk", "/_bulk", documents('{"create":{"_index":"fluent-bit","_type":"_doc"}}',
                                 lines("fluentbit")),
     "User-Agent: Fluent-Bit", "Content-Type: application/x-ndjson", token=basic)
there("bulk", "fluentbit")
curl("bulk", "/_bulk?timeout=60s", documents('{"index":{"_index":"vector-2026.10.11"}}',
                                            lines("vectorbulk")),
     "Content-Type: application/x-ndjson", token=api_key)
there("bulk", "vectorbulk")
curl("bulk", "/_bulk", documents('{"index":{}}', lines("nobody")), want=401)

curl("hec", "/services/collector/health", b"", method="GET")
curl("hec", "/services/collector/event", gzip.compress("".join(
    json.dumps({"event": {"message": t}, "host": "h", "time": 1791756855.123,
                "sourcetype": "app"}) for t in lines("vectorhec")).encode()),
     "Content-Encoding: gzip", "Content-Type: application/json", token=f"Splunk {TOKEN}")
there("hec", "vectorhec")
curl("hec", "/services/collector/raw?channel=0b6a3f5e-8a35-4b0f-9f0d-6f1e0c9b7a01",
     "\n".join(lines("rawhec")).encode(), token=f"Splunk {TOKEN}")
there("hec", "rawhec")
answer = curl("hec", "/services/collector/event", b'{"event":"x"}', token="Splunk wrong", want=403)
check(json.loads(answer)["code"] == 4, "HEC's code of a wrong token")


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def message(field, body):
    return varint(field << 3 | 2) + varint(len(body)) + body


def snappy(body):
    """The Snappy block format: literals only, of at most 60 bytes."""
    out = varint(len(body))
    for at in range(0, len(body), 60):
        part = body[at:at + 60]
        out += bytes([(len(part) - 1) << 2]) + part
    return out


NOW = 1791756855
curl("loki", "/loki/api/v1/push", json.dumps({"streams": [{
    "stream": {"job": "app", "host": "h"},
    "values": [[str(NOW * 10**9 + i), t] for i, t in enumerate(lines("lokijson"))]}]}).encode(),
     "Content-Type: application/json", want=204, token=f"Bearer {TOKEN}")
there("loki", "lokijson")
push = message(1, message(1, b'{job="app"}') + b"".join(
    message(2, message(1, b"\x08" + varint(NOW) + b"\x10" + varint(i)) + message(2, t.encode()))
    for i, t in enumerate(lines("promtail"))))
curl("loki", "/loki/api/v1/push", snappy(push), "Content-Type: application/x-protobuf",
     "User-Agent: promtail/3.0.0", want=204, token=f"Bearer {TOKEN}")
there("loki", "promtail")

curl("otlp", "/v1/logs", json.dumps({"resourceLogs": [{
    "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "app"}}]},
    "scopeLogs": [{"logRecords": [{"timeUnixNano": str(NOW * 10**9), "severityText": "INFO",
                                   "body": {"stringValue": t}} for t in lines("otlpjson")]}]}]}
).encode(), "Content-Type: application/json", token=f"Bearer {TOKEN}")
there("otlp", "otlpjson")
logs = message(1, message(1, message(1, message(1, b"service.name") +
                                     message(2, message(1, b"app")))) +
               message(2, b"".join(message(2, b"\x09" + (NOW * 10**9).to_bytes(8, "little") +
                                           message(3, b"INFO") + message(5, message(1, t.encode())))
                                   for t in lines("collector"))))
curl("otlp", "/v1/logs", gzip.compress(logs), "Content-Type: application/x-protobuf",
     "Content-Encoding: gzip", "User-Agent: OpenTelemetry Collector", token=f"Bearer {TOKEN}")
there("otlp", "collector")
check(serve.fault("bulk", "token") == 1 and serve.fault("hec", "token") == 1,
      "wrong tokens are counted")
serve.end()
END
