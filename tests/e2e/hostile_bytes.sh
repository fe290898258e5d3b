# What an attacker writes into a log reaches no terminal, browser or spreadsheet as anything but text.
. "$top/tests/e2e/rule.inc"
python3 - <<'PY'
import json
evil = "\x1b]0;owned\x07\x1b[31m=cmd|' /C calc'!A0\r\n</script><script>alert(1)</script>\u202e\u009b31m\x00"
e = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": evil, "User": evil,
     "Image": evil + "\\whoami.exe", "CommandLine": evil}
open("log.json", "w").write(json.dumps(e) + "\n")
PY
for output in table timeline jsonl json csv html; do
	scan -o $output --field CommandLine log.json >out.$output
	python3 - out.$output <<'PY'
import sys
text = open(sys.argv[1], "rb").read()
text.decode("utf-8")
bad = [c for c in text.decode("utf-8") if (ord(c) < 32 and c not in "\n\t\r") or 0x7f <= ord(c) < 0xa0 or ord(c) in (0x202e, 0x2028)]
assert not bad, (sys.argv[1], bad)
if sys.argv[1].endswith("html"):
    assert b"</script><script>alert" not in text
if sys.argv[1].endswith("csv"):
    assert b'"=cmd' not in text and b",=" not in text
PY
done
jq -e . out.json >/dev/null
jq -e . out.jsonl >/dev/null
