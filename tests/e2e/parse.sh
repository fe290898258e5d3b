# Each record is an object with its place; what cannot be read is told and its neighbours are not lost;
# numbers are numbers; several files are read, and what is asked for goes before what is found.
cat >auth.log <<'LOG'
Nov 24 10:00:01 web1 sshd[713]: Failed password for root from 192.0.2.7 port 50023 ssh2
this is no line of syslog

Nov 24 10:00:02 web1 sshd[714]: Failed password for alice from 2001:DB8:0::1 port 50024 ssh2
LOG
touch -d 2026-12-01T00:00:00Z auth.log
"$tocsin" parse --zone +01:00 auth.log >out
test "$(wc -l <out)" -eq 3
python3 - <<'PYTHON'
import json
first, broken, last = map(json.loads, open("out"))
assert first["time"] == "2026-11-24T09:00:01Z" and first["time_guess"] == ["year"]
assert first["format"] == "sshd" and first["outcome"] == "failure" and first["error"] is None
assert {"product": "linux", "service": "sshd"} in first["logsource"]
assert first["native"]["user"] == "root" and first["common"]["source.port"] == 50023
assert first["ocsf"]["class_uid"] == 3002 and first["ocsf"]["status_id"] == 2
assert (first["record"], broken["record"], last["record"]) == (1, 2, 4) and first["file"] == "auth.log"
assert broken["error"]["kind"] == "bad_record" and broken["time"] is None
assert last["common"]["source.ip"] == "2001:db8::1"
PYTHON
printf '[{"a": 1.50, "b": [true, null], "c": {"d": "x"}}, {"a":' >records.json
"$tocsin" parse records.json >out
grep -q '"native":{"a":1.50,"b":\[true,null\],"c.d":"x"}' out
test "$(grep -c '"file":"records.json","record":[12],"error":{"kind":"truncated"' out)" -eq 2
"$tocsin" parse -f line auth.log records.json | grep -c '"format":"line"' | grep -qx 4
"$tocsin" parse -p records.json | grep -q '^  "native": {$'
! "$tocsin" parse -f nothing auth.log 2>err
grep -q "unknown format 'nothing'" err
! "$tocsin" parse 2>err
grep -q 'nothing to parse' err
! "$tocsin" parse absent.log 2>err
grep -q "cannot open 'absent.log'" err
# What a connection's records said before completes those that do not say it, and is told; the fields stay.
cat >connection.log <<'LOG'
2026-11-24T10:00:00Z web1 sshd[713]: Connection from 192.0.2.7 port 50023 on 192.0.2.1 port 22
2026-11-24T10:00:01Z web1 sshd[713]: Disconnecting: Too many authentication failures [preauth]
2026-11-24T10:00:01Z web1 sshd[714]: Disconnecting: Too many authentication failures [preauth]
LOG
"$tocsin" parse connection.log >out
python3 - <<'PYTHON'
import json
first, known, other = map(json.loads, open("out"))
assert "derived" not in first and "derived" not in other and "source.ip" not in other["common"]
assert known["derived"] == ["source.ip", "source.port"] and "src_ip" not in known["native"]
assert (known["common"]["source.ip"], known["common"]["source.port"]) == ("192.0.2.7", 50023)
PYTHON
