# The commands about rules: what they print and how they end.
. "$top/tests/e2e/rule.inc"
code() { set +e; "$@" >out 2>err; c=$?; set -e; }

# lint: places, severities, exit codes; shipped rules are compared with and not told.
code "$tocsin" rule lint rules; test $c -eq 0
grep -q '^rules/whoami.yml:1:1: warning: no .description. \[description_missing\]$' out
grep -q '^1 rules loaded: 0 errors, 1 warnings, [0-9]* notes$' out
code "$tocsin" rule lint -s error rules; test "$(wc -l <out)" -eq 1
sed 's/^id: .*/id: 7/' rules/whoami.yml >rules/bad_id.yml
printf 'title: x\nlogsource: {product: windows}\ndetection: {selection: {a: b}, condition: nothing}\n' >rules/broken.yml
code "$tocsin" rule lint -o jsonl rules; test $c -eq 1
test "$(jq -r 'select(.severity == "error") | "\(.check) \(.file):\(.line)"' out | sort)" = \
	"id_format rules/bad_id.yml:2
load rules/broken.yml:3"
test "$(jq -r 'select(.check == "title_duplicate") | .file' out)" = rules/whoami.yml
code "$tocsin" rule lint; test $c -eq 0
code "$tocsin" rule lint "$TOCSIN_CONTENT/rules/macos"; test $c -eq 0 # shipped rules that are named are told
grep -q '^6 rules loaded: 0 errors' out
code "$tocsin" rule lint --severity fatal; test $c -eq 2
code "$tocsin" rule lint -o xml; test $c -eq 2
code "$tocsin" rule lint absent; test $c -eq 4
"$tocsin" rule lint --checks | grep -q '^error    condition_never '

# show: by id, by file, by a part of the title; what it comes to after a pipeline.
rm rules/bad_id.yml rules/broken.yml
show() { "$tocsin" rule show --only --rules rules "$@"; }
show 4f1a7c0e-5d0b-4a52-9d3c-0c5a7f0a1b2c | grep -q "Image ends with '.whoami.exe'"
show whoami.yml | grep -q '    Image|endswith: .whoami.exe'
show 'NAME ASKED' | grep -q '^level            high$'
printf 'transformations: [{type: field_name_prefix, prefix: p.}]\n' >p.yml
show --pipeline p.yml whoami.yml | grep -q "p.Image ends with"
code show nothing; test $c -eq 3
code show; test $c -eq 2
sed 's/^id: .*/id: 00000000-0000-4000-8000-000000000001/' rules/whoami.yml >rules/two.yml
sed -i 's/^title: .*/title: Account name also asked for/' rules/two.yml
code show asked; test $c -eq 2; grep -q '2 rules have .asked. in their titles' err

# coverage: techniques by tactic, and a layer for the Navigator.
"$tocsin" rule coverage --only --rules rules | grep -q '^  T1033      System Owner/User Discovery  *2  high$'
"$tocsin" rule coverage --only --rules rules -o navigator >layer.json
test "$(jq -r '.versions.layer, .domain, (.techniques[] | "\(.techniqueID) \(.score)")' layer.json)" = \
	'4.5
enterprise-attack
T1033 2'
test "$("$tocsin" rule coverage --only --rules rules --missing | wc -l)" -gt 500
code "$tocsin" rule coverage -o svg; test $c -eq 2
for command in 'rule show whoami.yml' 'rule coverage' 'rule lint rules' 'rule list' 'rule test'; do
	set +e; "$tocsin" $command --only --rules rules >/dev/full 2>err; c=$?; set -e
	test $c -eq 5; grep -q 'No space left' err
done

# test: an event on the wrong side fails; a rule without events is named; nothing loaded is no success.
rm rules/two.yml
code "$tocsin" rule test rules; test $c -eq 0; grep -q '^rules/whoami.yml:1: has no events to be tested with' out
code "$tocsin" rule test --strict rules; test $c -eq 1
event 1 >rules/whoami.match.ndjson
event 2 'C:\\x.exe' >rules/whoami.nomatch.ndjson
code "$tocsin" rule test --strict rules; test $c -eq 0; test "$(cat out)" = '2 passed, 0 failed'
event 3 >>rules/whoami.nomatch.ndjson
event 4 'C:\\y.exe' >>rules/whoami.match.ndjson
code "$tocsin" rule test rules; test $c -eq 1
grep -q '^rules/whoami.nomatch.ndjson:2: matches and should not: Account name asked for$' out
grep -q '^rules/whoami.match.ndjson:2: should match and does not' out
mkdir none
code "$tocsin" rule test none; test $c -eq 4

# list: the paths that are named, and no others.
test "$("$tocsin" rule list rules | wc -l)" -eq 1
test "$("$tocsin" rule list -o jsonl rules | jq -r .file)" = rules/whoami.yml
test "$("$tocsin" rule list | wc -l)" -gt 300

# profile: pieces of values are counted, a common value that may be a name is not kept whole.
for i in 1 2 3 4 5 6 7 8 9; do event $i; done >events.ndjson
"$tocsin" rule profile -w profile.jsonl events.ndjson
test "$(head -n 1 profile.jsonl)" = '{"tocsin_profile":1,"events":9}'
test "$(jq -c 'select(.field == "EventID") | [.events, .values, .commons]' profile.jsonl)" = '[9,9,["1",9]]'
jq -e 'select(.field == "User") | .commons == [] and (.grams | index("lice"))' profile.jsonl >out
"$tocsin" rule profile --format json - <events.ndjson | cmp - profile.jsonl
code "$tocsin" rule profile absent; test $c -eq 3
: >empty.json
code "$tocsin" rule profile --format json empty.json; test $c -eq 3; grep -q 'no event' err
code "$tocsin" rule profile; test $c -eq 2
code "$tocsin" rule profile --format csv events.ndjson; test $c -eq 2
code "$tocsin" rule profile -w missing/profile.jsonl events.ndjson; test $c -eq 5
set +e; "$tocsin" rule profile events.ndjson >/dev/full 2>err; c=$?; set -e
test $c -eq 5; grep -q 'No space left' err
