# Correlations of every type find what a slow loop in another language finds: over four files whose events
# are shuffled, in any order of the files, with one worker and with several, and from the cache of rules.
drive="$top/tests/e2e/correlation_drive.py"
for seed in 1 2 3; do
	rm -rf data
	mkdir data
	python3 "$drive" make $seed data
	scan() { "$tocsin" scan --only -r data/rules.yml --logsource test// -q -o jsonl "$@"; }
	scan --workers 1 data/0.json data/1.json data/2.json data/3.json >one
	python3 "$drive" check data one
	scan --workers 4 data/0.json data/1.json data/2.json data/3.json >four
	cmp one four
	scan --naive data/0.json data/1.json data/2.json data/3.json >slow
	cmp one slow
done
# Rules that are correlated make no findings of their own, unless a correlation says so.
! grep -q '"rule":"login"' one
sed 's/"type": "temporal", /&"generate": true, /' data/rules.yml >loud.yml
"$tocsin" scan --only -r loud.yml --logsource test// -q -o jsonl data >loud
grep -q '"rule":"sudo"' loud
# What lacks a field of group-by does not count, and is told.
"$tocsin" scan --only -r data/rules.yml --logsource test// -o jsonl data 2>&1 >all | grep -q 'matches lack a field that they are correlated by'
# Without a time there is no order: that is said, and the matches are told by themselves.
sed 's/"time": "[^"]*", //' data/0.json >untimed.json
"$tocsin" scan --only -r data/rules.yml --logsource test// -o jsonl untimed.json >none 2>err
test "$(wc -l <none)" -eq "$(wc -l <untimed.json)"
grep -q 'matches have no time: they are left out of correlations and told by themselves' err
# A rule is told when its correlation is left out by its level, and when it cannot be evaluated.
sed 's/^level: high$/level: low/; s/^name: login$/&\nlevel: high/' data/rules.yml >low.yml
"$tocsin" scan --only -r low.yml --logsource test// -q -o jsonl --min-level high data >told
grep -q '"rule":"login"' told
! grep -q '"rule":"both"' told
# More groups than can be told apart, and rules than a temporal one takes.
python3 - >many.yml <<'PYTHON'
names = [f"r{i}" for i in range(70)]
for name in names:
    print(f"title: {name}\nname: {name}\nlogsource: {{product: test}}\ndetection: {{s: {{type: {name}}}, condition: s}}\n---")
print(f"title: too many\nname: many\ncorrelation: {{type: temporal, rules: [{', '.join(names)}], timespan: 1h}}")
PYTHON
"$tocsin" scan --only -r many.yml --logsource test// -o jsonl data/0.json >none 2>err
grep -q "'too many' is not evaluated: a correlation tells at most 64 rules apart" err
sed 's/{type: r0}/{type: sudo}/' many.yml >told.yml
"$tocsin" scan --only -r told.yml --logsource test// -q -o jsonl data/0.json 2>err | grep -q '"rule":"r0"'
