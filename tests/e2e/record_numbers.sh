# Lines count from 1, elements of an array from 0, across batches and after broken records.
. "$top/tests/e2e/rule.inc"
{ echo; event 1 'C:\\x.exe'; echo '{broken'; event 2; } >lines.json
test "$(scan -o jsonl lines.json | jq .record)" = 4
{ echo '['; event 1 'C:\\x.exe'; echo ,; event 2; echo ']'; } >array.json
test "$(scan -o jsonl array.json | jq .record)" = 1
{ event 1 'C:\\x.exe'; event 2; } | jq . >pretty.json
test "$(scan -o jsonl pretty.json | jq .record)" = $(($(wc -l <pretty.json) / 2 + 1))
python3 - <<'PY'
import subprocess
one = '{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\\\%s.exe"}'
with open("long.json", "w") as f:
    for i in range(1, 60001):
        f.write(one % ("whoami" if i in (1, 30000, 60000) else "x" * 60) + "\n")
PY
test "$(scan -o jsonl long.json | jq .record | tr '\n' ' ')" = '1 30000 60000 '
