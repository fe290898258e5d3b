# A log of sshd is recognised by its content. A rule of keywords and one of fields match in it, the year
# comes from the file's time and the zone from --zone. A line that is no syslog is told, and its
# neighbours are read.
mkdir rules
cat >rules/keyword.yml <<'RULE'
title: Failed logon as root
id: 7f6e6f0e-8c61-4f39-9d7c-2f1d5f1f5a01
status: test
level: medium
logsource:
    product: linux
    service: sshd
detection:
    keywords:
        - 'Failed password for root'
    condition: keywords
RULE
cat >rules/field.yml <<'RULE'
title: Logon from the test network
id: 7f6e6f0e-8c61-4f39-9d7c-2f1d5f1f5a02
status: test
level: low
logsource:
    product: linux
    service: auth
detection:
    selection:
        program: sshd
        message|startswith: 'Accepted '
        message|contains: ' from 192.0.2.'
    condition: selection
RULE
{
	echo 'Dec 31 23:59:59 web1 sshd[712]: Failed password for root from 198.51.100.7 port 50022 ssh2'
	echo 'Jul  4 10:00:01 web1 sshd[712]: Accepted publickey for ann from 192.0.2.7 port 50023 ssh2'
	echo 'Jul  4 10:00:01 web1 CRON[713]: Accepted nothing from 192.0.2.7'
	echo 'this is no line of syslog'
	echo 'Jul  4 10:00:02 web1 sshd[714]: Failed password for bob from 198.51.100.7 port 50024 ssh2'
	echo 'Jul  4 10:00:03 web1 sshd[714]: Failed password for root from 198.51.100.7 port 50025 ssh2'
} >auth.log
touch -d 2026-07-05T00:00:00Z auth.log
"$tocsin" scan -q --only --rules rules --zone Europe/Berlin -o json auth.log >out
test "$(jq -r '.findings[] | "\(.record) \(.time) \(.host) \(.rule)"' out)" = \
	'1 2025-12-31T22:59:59Z web1 Failed logon as root
2 2026-07-04T08:00:01Z web1 Logon from the test network
6 2026-07-04T08:00:03Z web1 Failed logon as root'
test "$(jq -r '.findings[0].format' out)" = syslog
jq -e '[.problems[] | select(.kind == "bad_record" and .record == 4)] | length == 1' out >/dev/null
test "$(jq -c '.findings[0].time_guess' out)" = '["year"]'
"$tocsin" scan -q --only --rules rules -o jsonl auth.log >out
test "$(jq -c .time_guess out | sort -u)" = '["year","zone"]'
test "$(jq -r .time out | tail -1)" = 2026-07-04T10:00:03Z
if "$tocsin" scan -q --only --rules rules --zone No/Where -o jsonl auth.log >out 2>err; then exit 1; fi
grep -q "no time zone 'No/Where'" err
