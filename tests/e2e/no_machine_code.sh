# Where memory that was written may not be run (systemd's MemoryDenyWriteExecute), patterns that need
# PCRE2 match the same.
. "$top/tests/e2e/serve.inc"
. "$top/tests/e2e/rule.inc"
sed -i "s/Image|endswith: .*/CommandLine|re: '(?<=who)ami(?! \/none)'/" rules/whoami.yml
event 1 >log.json
event 2 | sed 's,whoami /all,whoami /none,' >>log.json
scan -o jsonl -q log.json >plain.out
test "$(wc -l <plain.out)" -eq 1
cat >denied.py <<'PY'
import ctypes, os, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
    print("skipped: the kernel has no PR_SET_MDWE", file=sys.stderr)
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
PY
python3 denied.py "$tocsin" scan --only --rules rules -o jsonl -q log.json >denied.out || {
	test $? -eq 77
	exit 0
}
cmp plain.out denied.out
