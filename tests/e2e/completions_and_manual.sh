# Help, manual and completions are made from the tables and name every command and option.
"$tocsin" help >help
"$tocsin" man >man
"$tocsin" completion bash >bash
"$tocsin" completion zsh >zsh
for command in scan formats 'rule lint' 'rule list' 'rule show' 'rule test' 'rule coverage' version; do
	grep -q -- "$command" help
	grep -q -- "tocsin $command" man
	grep -q -- "'$command')" bash
	grep -q -- "'$command')" zsh
done
for option in rules min-level strict; do
	"$tocsin" scan --help | grep -q -- "--$option"
	grep -q -- "--$option" bash
	grep -q -- "--$option" zsh
done
bash -n bash
bash -c '. ./bash; COMP_WORDS=(tocsin scan --min-level cr); COMP_CWORD=3; _tocsin; test "${COMPREPLY[*]}" = critical'
bash -c '. ./bash; COMP_WORDS=(tocsin rule te); COMP_CWORD=2; _tocsin; test "${COMPREPLY[*]}" = test'
