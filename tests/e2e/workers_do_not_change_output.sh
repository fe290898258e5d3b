# One worker and many print the same, byte for byte, in each output.
. "$top/tests/e2e/rule.inc"
mkdir logs
for file in a b c d e; do
	i=0
	while [ $i -lt 700 ]; do
		i=$((i + 1))
		if [ $((i % 7)) -eq 0 ]; then event $i; else event $i "C:\\\\$file$i.exe"; fi
		[ $((i % 50)) -ne 0 ] || echo '{"broken":'
	done >logs/$file.json
done
for file in logs/*.json; do cat logs/*.json >>many; done
for n in 1 2 3 4 5 6; do cat many; done >logs/large.json
for output in jsonl csv timeline; do
	scan -o $output -j 1 logs >one
	scan -o $output -j 5 logs >five
	cmp one five
	test -s one
done
scan -j 1 logs >one
scan -j 5 logs >five
cmp one five
scan -o json -j 1 logs | jq 'del(.generated)' >one
scan -o json -j 5 logs | jq 'del(.generated)' >five
cmp one five
