# Findings are chosen by level, status, tag, time and number.
. "$top/tests/e2e/rule.inc"
sed 's/^id: .*/id: 00000000-0000-4000-8000-000000000001/; s/level: high/level: low/; s/status: test/status: stable/; s/t1033/t1059.001/' \
	rules/whoami.yml >rules/low.yml
{ event 1; event 2; } | sed '2s/2026-05-04/2026-06-04/' >log.json
count() { scan -o jsonl "$@" log.json | wc -l; }
test "$(count)" -eq 4
test "$(count --min-level medium)" -eq 2
test "$(count --status stable)" -eq 2
test "$(count --status stable --status test)" -eq 4
test "$(count --tag attack.t1059)" -eq 2
test "$(count --tag attack.t10)" -eq 0
test "$(count --from 2026-06-01)" -eq 2
test "$(count --to 2026-05-04)" -eq 2
test "$(count --from 2026-05-04T10:11:12.123Z --to 2026-05-04T10:11:12.123Z)" -eq 2
test "$(count --from 2026-05-04T10:11:12.124Z)" -eq 2
test "$(count --limit 3)" -eq 3
test "$(scan -o jsonl --field CommandLine log.json | jq -r '.fields.CommandLine[0]' | sort -u)" = 'whoami /all'
