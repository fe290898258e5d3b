# Each documented exit code, and what is said with it.
. "$top/tests/e2e/rule.inc"
event 1 >log.json
code() { set +e; "$@" >out 2>err; c=$?; set -e; }
code scan log.json; test $c -eq 0
code "$tocsin"; test $c -eq 2
code "$tocsin" scna; test $c -eq 2; grep -q "did you mean 'scan'" err
code scan --nonsense log.json; test $c -eq 2; grep -q "unknown option '--nonsense'" err
code scan; test $c -eq 2; grep -q 'nothing to scan' err
code scan --limit 0 log.json; test $c -eq 2
code scan --from yesterday log.json; test $c -eq 2; grep -q -- "--from" err
code scan -o pdf log.json; test $c -eq 2
code scan absent.json; test $c -eq 3; grep -q "cannot open 'absent.json': No such file" err
code scan absent.json log.json -o jsonl; test $c -eq 3; test "$(wc -l <out)" -eq 1
echo '{"a":' >broken.json
code scan broken.json; test $c -eq 0
code scan --strict broken.json; test $c -eq 3
printf 'title: x\nlogsource: {product: windows}\ndetection: {selection: {a: b}, condition: nothing}\n' >rules/bad.yml
code scan log.json; test $c -eq 0; grep -q 'rules/bad.yml:3:' err
code scan --strict log.json; test $c -eq 4
code "$tocsin" scan --only --rules rules/bad.yml log.json; test $c -eq 4
code "$tocsin" scan --only --rules absent log.json; test $c -eq 4
code scan --profile absent.jsonl log.json; test $c -eq 4; grep -q absent.jsonl err
code scan --profile log.json log.json; test $c -eq 4; grep -q log.json err
code scan -w /dev/full log.json; test $c -eq 5; grep -q 'No space left' err
code scan -w absent/out log.json; test $c -eq 5
