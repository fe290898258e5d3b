"""scenarios - CrowdSec's scenario tests: lines that are fed, and who is alerted of, for what.

Each case's lines are scanned as a file of its own with everything that ships. A case is right when each
alert that is expected is told by a detection of its class, naming the same source, and when these detections
name no source that is not expected; where nothing is expected, no detection of the case's classes may tell
anything. map/crowdsec_scenarios.tsv says which of our detections are a scenario's class:

    scenario <TAB> detection detection ...      (* and ? are wildcards; the first row that matches counts)
    *format <TAB> case <TAB> format             lines that say nothing of where they come from
    *threshold <TAB> scenario <TAB> behavior.setting ...   takes the scenario's capacity + 1 where it is lower

A detection is a behaviour's name, a rule's id, or `tool`: another tool's alert. TOCSIN_MISSES=REGEX prints what
is wrong with the cases that it names.
"""
import fnmatch
import ipaddress
import json
import os
import pathlib
import re
import subprocess

import places

MAP = pathlib.Path(__file__).resolve().parent / "map/crowdsec_scenarios.tsv"
SCENARIO_SETS = ["crowdsec_scenarios"]
DEFAULTS = {"brute_force.threshold": 6, "refusals.threshold": 10, "slow_brute_force.threshold": 4, "enumeration.accounts": 6}


def plain(value):
    """An address in one way of writing."""
    try:
        ip = ipaddress.ip_address(value)
        return str(getattr(ip, "ipv4_mapped", None) or ip)
    except ValueError:
        return value.lower()


def texts(value):
    """All texts in a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {t for v in value for t in texts(v)}
    return {plain(value)} if isinstance(value, str) else {str(value)}


class Scenarios:
    def __init__(self, tocsin, corpus, work):
        self.tocsin, self.corpus, self.work = tocsin, corpus, work / "scenarios"
        self.verbose = os.environ.get("TOCSIN_MISSES")
        self.classes, self.formats, self.thresholds = [], {}, []
        for line in MAP.read_text(encoding="utf-8").splitlines():
            cells = line.split("\t")
            if not line.strip() or line.startswith("#"):
                continue
            if cells[0] == "*format":
                self.formats[cells[1]] = cells[2]
            elif cells[0] == "*threshold":
                self.thresholds.append((cells[1], cells[2].split()))
            else:
                self.classes.append((cells[0], set(cells[1].split())))

    def detections(self, scenario, held_against=False):
        name = scenario.rpartition("/")[2]
        found = next((found for pattern, found in self.classes if fnmatch.fnmatch(name, pattern)), set())
        return {f.rstrip("?") for f in found if not (held_against and f.endswith("?"))}

    def settings(self, case, path):
        """A file of settings: the numbers of the case's own scenarios where these are lower, and where its
        addresses are, by the countries that its oracle found."""
        lower = {}
        for scenario, spec in case["scenarios"].items():
            for pattern, names in self.thresholds:
                capacity = spec.get("capacity") or 0
                if not fnmatch.fnmatch(scenario.rpartition("/")[2], pattern) or capacity < 1:
                    continue
                for name in names:
                    lower[name] = min(lower.get(name, DEFAULTS[name]), max(capacity + 1, 2))
        lower = {name: n for name, n in lower.items() if n < DEFAULTS[name]}
        text = "behaviors:\n" if lower else ""
        for name, n in lower.items():
            behavior, _, setting = name.partition(".")
            text += f"  {behavior}:\n    {setting}: {n}\n"
        seen = {e["source_ip"]: e["IsoCode"] for a in case["alerts"] for e in a["events"] if e.get("IsoCode")}
        if any("impossible_travel" in self.detections(s) for s in case["scenarios"]):
            places.write(path.with_suffix(".mmdb"), seen)
            text = (text or "behaviors:\n") + f"  impossible_travel:\n    database: {path.with_suffix('.mmdb')}\n"
        path.write_text(text)
        return ["--behaviors", path] if text else []

    def alerts(self, case):
        name = case["id"].rpartition("/")[2]
        path = self.work / f"{name}.log"
        path.write_text("\n".join(case["lines"]) + "\n", encoding="utf-8")
        args = [self.tocsin, "scan", "--alerts", "-q", "-o", "jsonl", *self.settings(case, self.work / "settings.yml")]
        if name in self.formats:
            args += ["--format", self.formats[name]]
        out = subprocess.run([*args, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if out.returncode not in (0, 1):
            raise ValueError(f"{name}: {out.stderr.strip()}")
        return [json.loads(line) for line in out.stdout.splitlines() if line.startswith("{")]

    def told_by(self, alert):
        return {"tool"} if alert["origin"] == "tool" else {alert.get("detector"), alert.get("rule_id")} - {None}

    @staticmethod
    def named(alert, case, values):
        """Those that the records name which an alert points at: the first of two places; 127.0.0.1, which is no entity."""
        lines = [case["lines"][e["record"] - 1].lower() for e in alert["events"] if e["record"] <= len(case["lines"])]
        return {v for v in values if any(re.search(rf"(?<![\w.]){re.escape(v)}(?![\w.])", line) for line in lines)}

    def wrong(self, case):
        """What is wrong with a case: texts."""
        try:
            alerts, found = self.alerts(case), []
        except ValueError as e:
            return [str(e)]
        of_case = set().union(*(self.detections(s, True) for s in case["scenarios"]), set())
        wanted = {plain(v["value"]) for a in case["alerts"] for v in a["sources"] if v.get("value")}
        for want in case["alerts"]:
            of, values = self.detections(want["scenario"]), {plain(v.get("value", "")) for v in want["sources"]} - {""}
            names = set().union(*(texts([a["key"], a["entities"], a["details"]]) | self.named(a, case, values)
                                  for a in alerts if self.told_by(a) & of), set())
            some = any(self.told_by(a) & of for a in alerts)
            missing = values - names if some else values or {"anyone"}
            found += [f"{want['scenario']} of {m} is not told" for m in sorted(missing)]
        for alert in alerts:
            if not self.told_by(alert) & of_case:
                continue
            source = {plain(k["value"]) for k in alert["key"] if k["name"] == "source"}
            if source - wanted and (wanted or not case["alerts"]):
                found.append(f"{'/'.join(sorted(self.told_by(alert)))} of {', '.join(sorted(source))} is told")
            elif not case["alerts"]:
                found.append(f"{'/'.join(sorted(self.told_by(alert)))} is told")
        return found

    def crowdsec_scenarios(self):
        self.work.mkdir(parents=True, exist_ok=True)
        text = subprocess.run(["zstd", "-dc", self.corpus / "detect/crowdsec-scenarios.jsonl.zst"], check=True,
                              stdout=subprocess.PIPE).stdout
        right = of = 0
        for line in text.decode().splitlines():
            case = json.loads(line)
            found = self.wrong(case)
            of += 1
            right += not found
            name = case["id"].rpartition("/")[2]
            if found and self.verbose and re.search(self.verbose, name):
                print(f"  crowdsec_scenarios: {name}: {'; '.join(found)}")
        return right, of
