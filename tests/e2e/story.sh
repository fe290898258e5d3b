# An intrusion that no single line shows, in the logs of five sources over two working weeks: one group of
# alerts tells it from the spray to the exfiltration, the days before it raise nothing to look at, and
# neither the number of workers nor the order of the files changes an alert.
cp -r "$top/content/ssh-demo" logs
"$tocsin" scan -q --alerts -o json logs >all.json
first=2026-05-15T22:41:00Z

# What is to be looked at: nothing before the night of the intrusion.
jq -r '.alerts[] | select(.severity != "low" and .severity != "informational") | .first_seen' all.json >seen
test -s seen
test "$(awk -v first=$first '$0 < first' seen | wc -l)" -eq 0

# The story: in one group, in this order, by these detections.
jq -r '[.groups[] | select(.severity == "high" or .severity == "critical")] | length' all.json >high
test "$(cat high)" -eq 1
jq -r '.groups[] | select(.severity == "high" or .severity == "critical") | .id' all.json >group
jq -r --arg g "$(cat group)" '[.alerts[] | select(.group == $g)] | sort_by(.last_seen)[] | .detector // .title' \
	all.json | uniq >story
for part in brute_force spray enumeration privilege_chain new_account first_seen exfil; do
	grep -qx "$part" story
done
grep -qx 'Account added to an administrative group' story
test "$(grep -nx spray story | head -n 1 | cut -d: -f1)" -lt "$(grep -nx new_account story | head -n 1 | cut -d: -f1)"
test "$(grep -nx new_account story | head -n 1 | cut -d: -f1)" -lt "$(grep -nx exfil story | head -n 1 | cut -d: -f1)"
jq -e --arg g "$(cat group)" '.groups[] | select(.id == $g) | .entities | map(.value) |
	contains(["203.0.113.77", "bastion", "farid", "db01"])' all.json
jq -e --arg g "$(cat group)" '.groups[] | select(.id == $g) | (.links | length) == (.alerts | length) - 1' all.json

# Without the intrusion's night there is no group of weight at all.
mkdir before
for file in logs/*/*.gz; do
	zcat "$file" | awk -v first=$first 'substr($0, 1, 3) == "177" ? $1 < 1778884860 : /^#/ || $0 < first' \
		>"before/$(echo "$file" | tr / -)"
done
"$tocsin" scan -q --alerts -o json before >before.json
test "$(jq '[.groups[] | select(.severity != "low" and .severity != "informational")] | length' before.json)" -eq 0

# The same alerts for any number of workers, and any order of files.
"$tocsin" scan -q --alerts -o jsonl -j 1 logs >one.jsonl
for workers in 2 4; do
	"$tocsin" scan -q --alerts -o jsonl -j $workers logs >many.jsonl
	cmp one.jsonl many.jsonl
done
"$tocsin" scan -q --alerts -o jsonl logs/sensor logs/db01 logs/gw logs/app02 logs/bastion >other.jsonl
jq -r '"\(.id) \(.count)"' one.jsonl | sort >ids
jq -r '"\(.id) \(.count)"' other.jsonl | sort | diff ids -

# A suppression hides with its reason, and the hidden stay countable.
cat >quiet.yml <<'END'
title: The usual default names
id: 5c0a2a1e-2f4f-4bbd-9e0a-6f9b3f7d1c11
logsource: {product: tocsin, category: alert}
owner: soc
reason: the internet tries them all day
expires: never
filter:
  rules: any
  selection:
    title: SSH login tried with a typical default account name
  condition: selection
END
"$tocsin" scan -q --alerts --suppressions quiet.yml -o jsonl logs >hidden.jsonl
test "$(wc -l <hidden.jsonl)" -eq "$(wc -l <one.jsonl)"

# What is said of alerts alone is refused without them.
if "$tocsin" scan -q --suppressions quiet.yml logs 2>refused; then false; fi
grep -q 'give --alerts too' refused
