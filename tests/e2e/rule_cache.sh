# A scan with rules from the cache prints what one without it prints, at once what changed rules say,
# and the same when the cache is damaged, cannot be written, or must not be trusted.
. "$top/tests/e2e/rule.inc"
export TOCSIN_CACHE="$PWD/cache"
shipped=$top/content/rules/windows/process_creation/whoami_run_by_system
other=$top/content/rules/windows/ps_module/remote_session_host_runs_discovery.yml
cat "$shipped.match.ndjson" >events.json
event 2 >>events.json

# The rules are links to files that were there before: what was just written is not cached.
mkdir linked
whoami=$shipped.yml
ln -s "$whoami" linked/whoami.yml
ln -s "$top/tests/e2e/rule.inc" linked/broken.yml # no rule, so that there is something to refuse
cached() { "$tocsin" scan --only --rules linked "$@" events.json; }
plain() { "$tocsin" scan --no-cache --only --rules linked "$@" events.json; }
stamp() { ls -i --time-style=full-iso -l cache; } # of the cache's files: another inode is another file

plain -o jsonl >want 2>want.said
test ! -e cache
grep -q broken.yml want.said
cached -o jsonl >cold 2>cold.said
cmp want cold
cmp want.said cold.said
test "$(ls cache | wc -l)" -eq 1
stamp >before
for output in jsonl csv table timeline html json; do
	plain -o $output >want 2>want.said
	cached -o $output >warm 2>warm.said
	sed -i 's/"generated":"[^"]*"//' want warm
	cmp want warm
	cmp want.said warm.said
done
plain --naive -o jsonl >want
cached --naive -o jsonl >warm
cmp want warm
stamp >after
cmp before after # the first file served them all

# Other options are another file.
cached --min-level critical -o jsonl >/dev/null 2>&1 || test $? -eq 4
cached --pipeline "$top/content/pipelines/$(ls "$top/content/pipelines" | head -n 1)" -o jsonl >/dev/null
test "$(ls cache | wc -l)" -ge 2

# A rule that came, changed or went shows at once.
found() { cached -o jsonl 2>/dev/null | grep -c "$1" || true; }
new='Account name asked for' old='run by the SYSTEM account'
test "$(found "$new")" -eq 0
test "$(found "$old")" -gt 0
cp rules/whoami.yml linked/new.yml
test "$(found "$new")" -gt 0
sed -i 's/whoami/nobody/' linked/new.yml
test "$(found "$new")" -eq 0
rm linked/new.yml
ln -sf "$other" linked/whoami.yml
test "$(found "$old")" -eq 0
ln -sf "$whoami" linked/whoami.yml
test "$(found "$old")" -gt 0

# Damage, or what others may write to, is not used, and what is damaged is written anew.
plain -o jsonl >want 2>/dev/null
rm -rf cache
cached -o jsonl >warm 2>/dev/null
file=cache/$(ls cache)
size=$(wc -c <"$file")
for at in 0 9 17 30 61 100 $((size / 2)) $((size - 1)); do
	byte=$(dd if="$file" bs=1 skip="$at" count=1 2>/dev/null | od -An -tu1 | tr -d ' ')
	printf "\\$(printf %o $(((byte + 1) % 256)))" | dd of="$file" bs=1 seek="$at" conv=notrunc 2>/dev/null
	stamp >before
	cached -o jsonl >warm 2>/dev/null
	cmp want warm
	stamp >after
	! cmp -s before after
done
truncate -s $((size / 3)) "$file"
cached -o jsonl >warm 2>/dev/null
cmp want warm
test "$(wc -c <"$file")" -eq "$size"
chmod g+w "$file"
cached -o jsonl >warm 2>/dev/null
cmp want warm
test "$(stat -c %a "$file")" = 600
chmod g+w cache
stamp >before
cached -o jsonl >warm 2>/dev/null
cmp want warm
stamp >after
cmp before after

# Where there can be no folder, there is no cache, and nothing is said of it.
for folder in "" /dev/null/cache "$PWD/none/none/none"; do
	TOCSIN_CACHE=$folder cached -o jsonl >warm 2>warm.said
	cmp want warm
	! grep -i cache warm.said
done

# Without TOCSIN_CACHE it is where caches are.
unset TOCSIN_CACHE
env -u XDG_CACHE_HOME HOME="$PWD/home" "$tocsin" scan --only --rules linked events.json >/dev/null 2>&1
test ! -e home
mkdir home
env -u XDG_CACHE_HOME HOME="$PWD/home" "$tocsin" scan --only --rules linked events.json >/dev/null 2>&1
test "$(ls home/.cache/tocsin | wc -l)" -eq 1
XDG_CACHE_HOME="$PWD/xdg" "$tocsin" scan --only --rules linked events.json >/dev/null 2>&1
test "$(ls xdg/tocsin | wc -l)" -eq 1
