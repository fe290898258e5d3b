# The shipped evidence: every finding is on a record of the intrusion, none on the ordinary ones around
# it; there are as many as a report can show, over at least eight tactics; a cut-off file is named, what
# is whole in it is read, and removed records show as a gap.
cp -r "$top/content/demo" demo
"$tocsin" scan -q -o jsonl demo >findings.jsonl 2>problems
jq -r '"\(.file)\t\(.record)"' findings.jsonl | sed 's,^demo/,,' | sort -u >found
grep -v '^#' "$top/tests/golden/demo_attack.tsv" | sort -u >intrusion
test -z "$(comm -23 found intrusion)"
count=$(wc -l <findings.jsonl)
test "$count" -ge 25 -a "$count" -le 60
tactics='collection|command-and-control|credential-access|defense-evasion|discovery|execution|exfiltration|initial-access|lateral-movement|persistence|privilege-escalation'
test "$(jq -r '.tags[]' findings.jsonl | grep -xE "attack\.($tactics)" | sort -u | wc -l)" -ge 8
"$tocsin" scan -q -o json demo >all.json
test "$(jq '.summary.events' all.json)" -gt 2400
test "$(jq -r '[.summary.problems | to_entries[] | select(.value > 0) | "\(.key) \(.value)"] | join(" ")' all.json)" = \
	'truncated 1'
test "$(jq '[.findings[] | select(.file == "demo/SRV02/TaskScheduler.evtx")] | length' all.json)" -ge 1
test "$(jq -r '.summary.gaps[] | "\(.kind) \(.log) \(.host)"' all.json | sort | tr '\n' '|')" = \
	'cleared Security DC01.corp.example|cleared Windows PowerShell SRV02.corp.example|records Security WS01.corp.example|'
