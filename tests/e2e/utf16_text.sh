# UTF-16 with and without a byte order mark, and UTF-8 with one, read as UTF-8 does.
. "$top/tests/e2e/rule.inc"
event 7 'C:\\Zürich\\whoami.exe' >utf8
python3 - <<'PY'
text = open("utf8", encoding="utf-8").read()
open("le.json", "wb").write(b"\xff\xfe" + text.encode("utf-16-le"))
open("be.json", "wb").write(b"\xfe\xff" + text.encode("utf-16-be"))
open("bare.json", "wb").write(text.encode("utf-16-le"))
open("mark.json", "wb").write(b"\xef\xbb\xbf" + text.encode())
PY
for file in le be bare mark; do
	scan -o jsonl $file.json >out
	test "$(jq -r '.matched.Image[0]' out)" = 'C:\Zürich\whoami.exe'
done
