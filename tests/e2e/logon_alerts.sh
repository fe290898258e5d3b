# Failed logons of one source are one alert, an attempt that sshd and PAM both tell counts once, and the
# logon that succeeds is an alert of its own. A file of settings changes the numbers.
for i in 1 2 3 4 5 6; do
    echo "Nov 24 10:00:0$i web1 sshd[10$i]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=bob"
    echo "Nov 24 10:00:0$i web1 sshd[10$i]: Failed password for bob from 192.0.2.7 port 5000$i ssh2"
done >auth.log
"$tocsin" scan --alerts -q -o jsonl auth.log >told.jsonl || test $? = 1
test "$(grep -c '"detector":"brute_force"' told.jsonl)" = 1
grep -q '"title":"Brute force","severity":"medium".*"count":6,.*{"name":"source","value":"192.0.2.7"}' told.jsonl
echo "Nov 24 10:00:09 web1 sshd[110]: Accepted password for bob from 192.0.2.7 port 50009 ssh2" >>auth.log
"$tocsin" scan --alerts -q -o jsonl auth.log >told.jsonl || test $? = 1
grep -q '"title":"Brute force, then success","severity":"high"' told.jsonl
printf 'behaviors:\n  brute_force: {threshold: 7, before_success: 7}\n' >settings.yml
"$tocsin" scan --alerts --behaviors settings.yml -q -o jsonl auth.log >told.jsonl || test $? = 1
if grep -q brute_force told.jsonl; then exit 1; fi
"$tocsin" behaviors | grep -q '^brute_force  *medium '
"$tocsin" behaviors brute_force | grep -q '^before_success  *number  *6 '
"$tocsin" behaviors -o json | grep -q '"name": "threshold"'
code=0
"$tocsin" behaviors nothing >/dev/null 2>err || code=$?
test "$code" = 2
grep -q "unknown behaviour 'nothing'" err
