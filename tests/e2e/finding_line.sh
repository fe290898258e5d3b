# A finding as a JSON line says which rule, when, where, who and why.
. "$top/tests/e2e/rule.inc"
{ event 1 'C:\\x.exe'; event 2; } >log.json
scan -o jsonl log.json >out
test "$(wc -l <out)" -eq 1
test "$(jq -r .rule_id out)" = 4f1a7c0e-5d0b-4a52-9d3c-0c5a7f0a1b2c
test "$(jq -r .rule out)" = 'Account name asked for'
test "$(jq -r .level out)" = high
test "$(jq -r .time out)" = 2026-05-04T10:11:12.123Z
test "$(jq -r .file out)" = log.json
test "$(jq -r .record out)" = 2
test "$(jq -r .host out)" = WS01.corp.example
test "$(jq -r .user out)" = 'CORP\alice'
test "$(jq -r '.tags | join(",")' out)" = attack.discovery,attack.t1033
test "$(jq -r '.matched.Image[0]' out)" = 'C:\Windows\System32\whoami.exe'
jq -e '.entities | any(.type == "host" and .value == "WS01.corp.example")' out
