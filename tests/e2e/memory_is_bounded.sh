# A line of 1 GB, an array of 300 MB, bombs and a million findings stay under 200 MB of memory.
. "$top/tests/e2e/rule.inc"
case "$tocsin" in *-clang/* | *-tsan/*) exit 0 ;; esac # sanitizers keep memory of their own
event 5 >log.json
cat >limit.py <<'PY'
import subprocess, sys, resource
feed, args = sys.argv[1], sys.argv[2:]
p = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=open("out", "wb"), stderr=open("err", "wb"))
event = open("log.json", "rb").read().strip()
def chunks():
    if feed == "line":
        yield event + b"\n" + b'{"a":"'
        for _ in range(1024): yield b"x" * (1 << 20)
        yield b'"}\n' + event + b"\n"
    elif feed == "array":
        yield b"["
        for _ in range(1500): yield b",".join([event] * 700) + b","
        yield event + b"]"
    elif feed == "findings":
        for _ in range(1000): yield (event + b"\n") * 300
    elif feed == "open":
        yield b"[" * (64 << 20)
try:
    for c in chunks(): p.stdin.write(c)
    p.stdin.close()
except BrokenPipeError:
    pass
code = p.wait()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(feed, "exit", code, "peak", peak, "MB")
sys.exit(0 if code == 0 and peak < 200 else 1)
PY
python3 limit.py line "$tocsin" scan --only --rules rules -o json -
test "$(jq '.findings | length' out)" -eq 2
test "$(jq '.findings[1].record' out)" -eq 3
jq -e '.problems[] | select(.kind == "long_record")' out
python3 limit.py array "$tocsin" scan --only --rules rules -o csv -
test "$(wc -l <out)" -ge 1050002
for output in table timeline html; do
	python3 limit.py findings "$tocsin" scan --only --rules rules -o $output -
done
python3 limit.py open "$tocsin" scan --only --rules rules -o json -
python3 - <<'PY'
import zlib, subprocess
c = zlib.compressobj(9, wbits=31)
zeros = lambda: c.compress(b"\0" * (1 << 24)) + c.flush(zlib.Z_FULL_FLUSH)
with open("bomb.gz", "wb") as f:
    f.write(zeros() + zeros() * 127 + c.flush()) # from the second on they are the same bytes; nobody comes to the checksum
PY
head -c 3000000000 /dev/zero | zstd -q -1 -o bomb.zst
for bomb in bomb.gz bomb.zst; do
	"$tocsin" scan --only --rules rules -o json $bomb log.json >out
	test "$(jq '.findings | length' out)" -eq 1
	jq -e '.problems[] | select(.kind == "bomb")' out
done
