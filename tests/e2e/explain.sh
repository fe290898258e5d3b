# A line is told stage by stage: what read it, its time, fields and columns, the rule that matches and why,
# the rule that came near and the test that stood in the way, and the one that is for another log source.
mkdir rules
rule() { # FILE TITLE SERVICE SELECTION
	cat >"rules/$1" <<RULE
title: $2
id: 7f6e6f0e-8c61-4f39-9d7c-2f1d5f1f5b0${1%.yml}
status: test
level: medium
logsource: {product: linux, service: $3}
detection:
    selection: {$4}
    condition: selection
RULE
}
rule 1.yml 'Failed logon as root' sshd "program: sshd, user: root, src_ip|cidr: 192.0.2.0/24"
rule 2.yml 'Failed logon as oracle' sshd "program: sshd, user: oracle"
rule 3.yml 'Failed logon elsewhere' cron "program: sshd, user: root"
rule 4.yml 'Nothing of it' sshd "user: nobody"
line='Nov 24 10:00:01 web1 sshd[713]: Failed password for root from 192.0.2.7 port 50023 ssh2'
"$tocsin" explain --only -r rules "$line" >out
grep -q '^chosen *syslog  by its content$' out
grep -q '^ *sshd *named by the program; takes it$' out
grep -q '^outcome *failure$' out
grep -q '^source.ip *192.0.2.7$' out
grep -q '^asked *3 of 4' out
grep -A4 '^Matches' out | grep -q 'Failed logon as root'
grep -A2 'Failed logon as oracle' out | grep -q "it lacks *user is 'oracle'"
grep -A3 'Failed logon as oracle' out | grep -q 'the event has root'
grep -A1 'Failed logon elsewhere' out | grep -q 'it is for *linux/-/cron'
! grep -q 'Nothing of it' out
# From a file, by number, its year from the file's time; from standard input; as a format that is asked for.
echo "$line" >auth.log
echo "$line" | sed s/root/alice/ >>auth.log
touch -d 2020-12-01T00:00:00Z auth.log
"$tocsin" explain --only -r rules -n 2 auth.log >out
grep -q '^number *2$' out
grep -q '^user.name *alice$' out
grep -q '^time *2020-11-24T10:00:01Z  its year is a guess' out
"$tocsin" explain --only -r rules - <auth.log | grep -q '^user.name *root$'
"$tocsin" explain --only -r rules -f line "$line" | grep -q '^chosen *line  as asked for$'
# What is wrong is said.
! "$tocsin" explain --only -r rules -n 3 auth.log 2>err
grep -q 'there is no such record' err
! "$tocsin" explain --only -r rules -f nothing "$line" 2>err
grep -q "unknown format 'nothing'" err
! "$tocsin" explain --only -r rules --near x "$line" 2>err
grep -q -- "--near takes a number" err
# Log bytes do not reach the terminal as they are.
"$tocsin" explain --only -r rules "$(printf 'Nov 24 10:00:01 h sshd[1]: \033[2J\033]0;x')" >out
! grep -q "$(printf '\033')" out
# A source that an earlier record of the connection told is told as such.
cat >connection.log <<'LOG'
2026-11-24T10:00:00Z web1 sshd[713]: Connection from 192.0.2.7 port 50023 on 192.0.2.1 port 22
2026-11-24T10:00:01Z web1 sshd[713]: Disconnecting: Too many authentication failures [preauth]
LOG
"$tocsin" explain --only -r rules -n 2 connection.log >out
grep -q '^source.ip *192.0.2.7  told by earlier records of the connection$' out
! grep -q '^src_ip' out
"$tocsin" explain --only -r rules "$(tail -n 1 connection.log)" >out
! grep -q '^source.ip' out
