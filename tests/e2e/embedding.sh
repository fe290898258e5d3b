# A program of one's own, built as docs/embedding.md says, finds what scan finds.
. "$top/tests/e2e/rule.inc"
library=$(dirname "$tocsin")

# A library with a sanitizer inside wants it linked by the compiler that built it.
cc=$(sed -n 's/^ command = \([^ ]*\) \$ARGS -MD.*/\1/p' "$library/../build.ninja" | head -n 1)
symbols=$(nm "$library/libtocsin.a" 2>/dev/null | grep -o '__[at]san_init' | sort -u)
case $symbols in
__asan_init) flags='-fsanitize=address,undefined' ;;
__tsan_init) flags='-fsanitize=thread' ;;
*) flags= ;;
esac
# shellcheck disable=SC2046,SC2086 # words
${cc:-cc} $flags -std=gnu17 -I "$top/include" -o watch "$top/tests/e2e/embed_example.c" \
	-L "$library" -ltocsin $(pkg-config --libs yaml-0.1 libpcre2-8 nettle libarchive libseccomp) \
	-lm -pthread

{
	event 1
	event 2 'C:\\Windows\\explorer.exe'
} >events.ndjson
./watch rules <events.ndjson >out
cat >expected <<'EOF'
high: Account name asked for
    Image = C:\Windows\System32\whoami.exe
1 rules, 2 events, 1 findings
EOF
diff expected out
[ "$(scan -q -o jsonl events.ndjson | wc -l)" -eq 1 ]

# A rule file that is not there, and one without a rule.
if ./watch absent <events.ndjson 2>err; then exit 1; fi
grep -q absent err
echo 'title: no detection' >broken.yml
if ./watch broken.yml <events.ndjson 2>err; then exit 1; fi
grep -q 'no rule could be loaded' err
