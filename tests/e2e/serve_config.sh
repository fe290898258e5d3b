# When no rule can be loaded, it is said why, with the place.
cat >one.yml <<'RULE'
title: Without a log source
logsource: {}
detection: {selection: [x], condition: selection}
RULE
printf 'data: data\nrules: [one.yml]\nshipped_rules: false\nsources:\n  - {name: a, type: syslog_udp}\n' >tocsin.yml
if "$tocsin" config check -c tocsin.yml 2>err; then exit 1; fi
grep -q 'one.yml:2:12: ' err
grep -q 'no rule is left to match' err
test ! -e data
