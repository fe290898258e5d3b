# A sequence is found over files, with the places of all that it is made of, and ends as it says.
rule() { printf 'title: %s\nname: %s\nlogsource: {product: test}\ndetection: {s: {type: %s}, condition: s}\n---\n' "$1" "$1" "$1"; }
{
	rule failed; rule login; rule mfa; rule logoff
	cat <<'YAML'
title: any event
name: any_event
logsource: {product: test}
detection: {s: {type: '*'}, condition: s}
---
title: guessed
name: guessed
level: high
correlation: {type: sequence, rules: [{rule: failed, runs: 2}, login], until: logoff, group-by: [user], timespan: 10m}
---
title: without mfa
name: without_mfa
level: high
correlation: {type: sequence, rules: [login, {absence: mfa}], group-by: [user], timespan: 5m}
---
title: and then it was over
name: chained
level: high
correlation: {type: sequence, rules: [guessed, without_mfa], group-by: [user], timespan: 1h}
---
title: two events
name: two_events
level: low
correlation: {type: sequence, rules: [mfa, any_event], timespan: 1s, generate: true}
YAML
} >rules.yml
event() { printf '{"time":"2026-11-24T10:%sZ","user":"%s","type":"%s"}\n' "$1" "$2" "$3"; }
{
	event 00:00 eve failed; event 00:02 eve login # once is not enough
	event 01:00 Eve failed
	event 03:00 bob login; event 07:00 bob mfa; event 20:00 bob logoff
} >one.json
{
	event 01:01 eve failed; event 01:01 eve login # of one time: in the order of the records
	event 02:00 ann failed; event 02:01 ann failed; event 02:02 ann logoff; event 02:03 ann login
	event 18:00 ann login # its five minutes are not over at the last event
} >two.json
scan() { "$tocsin" scan --only -r rules.yml --logsource test// -q -o jsonl "$@"; }
told() { grep "\"rule\":\"$1\"" | sed 's/.*"time":"\([^"]*\)".*"matches":\(\[[^]]*\]\).*/\1 \2/'; }
scan one.json two.json >found
test "$(told guessed <found)" = ''
test "$(told 'without mfa' <found | head -1)" = '' # told by the chain alone
sed '/^title: and then/,/^---/d' rules.yml >plain.yml
scan() { "$tocsin" scan --only -r plain.yml --logsource test// -q -o jsonl "$@"; }
scan one.json two.json >plain
test "$(told guessed <plain)" = '2026-11-24T10:01:01Z ["one.json:3","two.json:1","two.json:2"]'
# The one at 10:00:02 is due before that at 10:01:01: a newer one does not put it off. Bob's was confirmed.
test "$(told 'without mfa' <plain)" = '2026-11-24T10:05:02Z ["one.json:2"]
2026-11-24T10:07:03Z ["two.json:6"]'
test "$(told 'and then it was over' <found)" = '2026-11-24T10:05:02Z ["two.json:2","one.json:2"]'
# An event is one step, whatever rules match it: mfa is not behind itself.
! grep -q '"rule":"two events"' plain
event 07:01 bob logoff >>one.json
scan one.json two.json | told 'two events' | grep -q '\["one.json:5","one.json:7"\]'
# The order of the files, the number of workers and the cache of rules change nothing.
scan one.json two.json | sort >one
scan --workers 3 two.json one.json | sort >other
cmp one other
"$tocsin" rule show --only -r plain.yml guessed | grep -q 'then *login'
