# Symbolic links, FIFOs and devices in a folder are told of and not opened; the rest is read.
. "$top/tests/e2e/rule.inc"
mkdir in
event 1 >in/log.json
event 2 >outside.json
ln -s ../outside.json in/link.json
ln -s .. in/up
mkfifo in/fifo
scan -o json in >out
test "$(jq '.findings | length' out)" -eq 1
test "$(jq -r '[.problems[] | select(.kind == "skipped")] | length' out)" -eq 3
scan -o jsonl in/link.json >out # a link that is named is the user's own wish
test "$(jq -r .record out)" = 1
