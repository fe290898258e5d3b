# Broken evidence is counted and located, and what is whole around it is still found.
. "$top/tests/e2e/rule.inc"
mkdir in
python3 - <<'PY'
ok = open("rules/whoami.yml") and '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\\\whoami.exe"}\n'
def put(name, data):
    open("in/" + name, "wb").write(data)
b = ok.encode()
put("truncated.json", b + b[:-20])
put("binary.json", b + bytes(range(256)) * 40 + b"\n" + b)
put("nul.json", b + b"\0" * 5000 + b"\n" + b)
put("deep.json", b + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n" + b)
put("deep_array.json", b + b"[" * 100000 + b"\n" + b)
put("utf8.json", b + b'{"EventID":1,"x":"\xff\xfe\xc0\x80"}\n' + b)
put("number.json", b + b'{"EventID":1' + b"0" * 5000 + b"}\n" + b)
put("twice.json", b'{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"a","Image":"C:\\\\whoami.exe"}\n' + b)
put("noise.bin", bytes((i * 7919) % 256 for i in range(100000)))
put("empty.json", b"")
put("endless_key.json", b + b'{"' + b"k" * 200000 + b'":1}\n' + b)
put("broken.gz", b"\x1f\x8b\x08\x00garbage")
put("broken.zst", b"\x28\xb5\x2f\xfdgarbage")
put("broken.zip", b"PK\x03\x04garbage")
PY
scan -o json in >out
jq -e . out >/dev/null
for file in truncated:1 binary:2 nul:2 deep:2 deep_array:2 utf8:2 number:2 twice:2 endless_key:2; do
	test "$(jq --arg f "in/${file%:*}.json" '[.findings[] | select(.file == $f)] | length' out)" -eq "${file#*:}" ||
		{ echo "$file"; jq -c '.problems[]' out; exit 1; }
done
for file in truncated.json binary.json deep.json noise.bin broken.gz broken.zst broken.zip; do
	jq -e --arg f "in/$file" 'any(.problems[]; .file | startswith($f))' out >/dev/null || { echo "$file"; exit 1; }
done
