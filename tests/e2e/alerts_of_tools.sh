# Alerts that other tools have written are alerts here too: of one host they are one group, and what a
# suppression hides is told as hidden.
cat "$top/tests/golden/formats/wazuh/sample.log" >wazuh.json
cat "$top/tests/golden/formats/crowdsec/sample.log" >crowdsec.json
cat >suppress.yml <<'END'
title: probes from outside
id: s1
logsource: {product: tocsin, category: alert}
filter:
  rules: any
  probes: {rule_id|startswith: 'crowdsec:'}
  condition: not probes
owner: alice
reason: a test
expires: never
END
"$tocsin" scan --alerts --rules "$top/content/rules" -o json wazuh.json crowdsec.json >plain.json
"$tocsin" scan --alerts --rules "$top/content/rules" -o json --suppressions suppress.yml wazuh.json crowdsec.json >hidden.json
grep -q '"rule_id":"wazuh:5710"' plain.json
grep -q '"why":"same host web1 as' plain.json
test "$(grep -c '"origin":"tool"' plain.json)" = 5
if grep -q suppressed_by plain.json; then exit 1; fi
test "$(grep -c '"suppressed_by":"s1"' hidden.json)" = 2
grep -q '"suppressed":2' hidden.json
sed 's/never/soon/' suppress.yml >wrong.yml
code=0
"$tocsin" scan --alerts --rules "$top/content/rules" --suppressions wrong.yml wazuh.json >/dev/null 2>err || code=$?
test "$code" = 2
grep -q "wrong.yml:10:10: 'soon' is no date" err
