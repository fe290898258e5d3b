# Behaviours about traffic in logs of Zeek and of a firewall: each attack is told of the host that it is of,
# and two days without any tell nothing.
drive="$top/tests/e2e/network_traffic.py"
alerts() { "$tocsin" scan -a -q --only -r "$top/content/rules" -o jsonl "$@"; }
mkdir usual attacked
python3 "$drive" usual
test "$(alerts usual | wc -l)" -eq 0
python3 "$drive" attacked attacks
alerts attacked >found
python3 - found <<'PYTHON'
import json, sys
found = {(a["detector"], a["key"][0]["value"], a["key"][-1]["value"]) for a in map(json.loads, open(sys.argv[1]))}
wanted = {
    ("beacon", "10.0.0.15", "203.0.113.66"),
    ("network_scan", "10.0.0.16", "10.0.0.2"),
    ("network_scan", "192.0.2.99", "10.0.0.3"),
    ("network_scan", "10.0.0.17", "445"),
    ("long_connection", "10.0.0.18", "203.0.113.77"),
    ("exfil", "10.0.0.19", "10.0.0.19"),
    ("exfil", "10.0.0.19", "203.0.113.88"),
    ("dns_tunnel", "10.0.0.20", "tunnel.example"),
    ("dga", "10.0.0.21", "10.0.0.21"),
}
assert found == wanted, (wanted - found, found - wanted)
PYTHON
# A scanner is meant to scan; a behaviour that is off tells nothing.
cat >assets.yml <<'YAML'
assets:
  - match: [10.0.0.16, 10.0.0.17]
    roles: [scanner]
YAML
cat >behaviors.yml <<'YAML'
behaviors:
  beacon: {enabled: false}
  dga: {threshold: 900}
YAML
alerts --assets assets.yml --behaviors behaviors.yml attacked >less
! grep -qE '"detector":"(beacon|dga)"' less
test "$(grep -c '"detector":"network_scan"' less)" -eq 1
