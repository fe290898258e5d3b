# Evidence inside .gz, .zst, .zip and .tar, and nested, gives the same findings under a path that names it.
. "$top/tests/e2e/rule.inc"
mkdir -p in/sub
event 1 >in/one.json
event 2 >in/sub/two.json
gzip -k in/one.json
zstd -q in/sub/two.json
mv in/one.json.gz in/sub/two.json.zst .
zip -qr all.zip in
tar cf all.tar in
tar czf all.tar.gz in
tar cf outer.tar all.zip one.json.gz
files() { scan -o jsonl "$1" | jq -r '.file + " " + (.record | tostring)'; }
test "$(files one.json.gz)" = 'one.json.gz 1'
test "$(files two.json.zst)" = 'two.json.zst 1'
test "$(files all.zip | sort | tr '\n' ' ')" = 'all.zip!in/one.json 1 all.zip!in/sub/two.json 1 '
test "$(files all.tar | sort | tr '\n' ' ')" = 'all.tar!in/one.json 1 all.tar!in/sub/two.json 1 '
test "$(files all.tar.gz | sort | tr '\n' ' ')" = 'all.tar.gz!in/one.json 1 all.tar.gz!in/sub/two.json 1 '
test "$(files outer.tar | sort | tr '\n' ' ')" = \
	'outer.tar!all.zip!in/one.json 1 outer.tar!all.zip!in/sub/two.json 1 outer.tar!one.json.gz 1 '
test "$(scan -o jsonl - <all.tar.gz | wc -l)" -eq 2
