# Formats without C: --formats of parse, scan, explain, formats and rule profile, mistakes with their
# place, a draft that reads what it was made from, and serve's setting.
. "$top/tests/e2e/rule.inc"
cat >app.yml <<'YAML'
name: app
summary: an application
bare: true
logsource:
  - {product: app}
time: timestamp
patterns:
  - pattern: '%{TIMESTAMP_ISO8601:timestamp} login of (?<user>.*) refused, address %{IP:src_ip}'
    outcome: failure
tests:
  - line: '2026-11-24 10:00:00 login of alice refused, address 192.0.2.7'
    common: {source.ip: 192.0.2.7}
YAML
cat >app.log <<'LOG'
2026-11-24 10:00:00 login of alice refused, address 192.0.2.7
2026-11-24 10:00:01 login of x refused, address 198.51.100.1 refused, address 192.0.2.8
LOG
"$tocsin" formats check app.yml | grep -qx '1 passed, 0 failed'
"$tocsin" formats --formats app.yml | grep -q '^app '
"$tocsin" parse --formats app.yml app.log >events
test "$(grep -c '"format":"app"' events)" -eq 2
sed -n 2p events | grep -q '"src_ip":"192.0.2.8"'
"$tocsin" parse --formats app.yml --format app app.log | cmp - events
mkdir -p folder && cp app.yml folder/
"$tocsin" parse --formats folder app.log | cmp - events
"$tocsin" explain --only --rules rules --formats app.yml "$(sed -n 1p app.log)" | grep -q app

cat >refused.yml <<'YAML'
title: Refused
id: 7d1b1f0e-5d0e-4f55-9a86-1f4a64c0a001
logsource: {product: app}
detection: {selection: {src_ip: 192.0.2.8}, condition: selection}
level: low
YAML
"$tocsin" scan --only --rules refused.yml --formats app.yml -q -o jsonl app.log >found
test "$(wc -l <found)" -eq 1
"$tocsin" rule profile --formats app.yml -w profile.jsonl app.log

sed -i 's/%{IP:src_ip}/%{IPP:src_ip}/' app.yml
code=0
"$tocsin" parse --formats app.yml app.log >/dev/null 2>said || code=$?
test "$code" -eq 2
grep -q "app.yml:8:84: there is no pattern 'IPP'" said
code=0
"$tocsin" formats check app.yml 2>said || code=$?
test "$code" -eq 1
sed -i 's/%{IPP:src_ip}/%{IP:src_ip}/; s/192.0.2.7}/192.0.2.9}/' app.yml
code=0
"$tocsin" formats check app.yml 2>said || code=$?
test "$code" -eq 1
grep -q "app.yml:12:" said

"$tocsin" formats draft --name drafted app.log >drafted.yml 2>said
grep -q 'read 2 of 2 lines' said
"$tocsin" formats check drafted.yml
test "$("$tocsin" parse --formats drafted.yml app.log | grep -c '"format":"drafted"')" -eq 2

cat >tocsin.yml <<'YAML'
data: data
rules: [refused.yml]
shipped_rules: false
formats: [folder]
sources:
  - {name: app, type: file, paths: [/var/log/app.log], format: app}
YAML
"$tocsin" config check --config tocsin.yml
sed -i 's/^formats:.*/formats: [absent.yml]/' tocsin.yml
if "$tocsin" config check --config tocsin.yml 2>said; then exit 1; fi
grep -q absent.yml said
