"""lanes - rsigma's correlation lane, against the slow loops of tests/e2e/correlation_drive.py.

The lane's events have no times, so they are given some: a clock that goes on by the same step from record to
record, once slow and once fast, so that windows hold few events and nearly all. Two files take turns with
them, for a scan to put in order.
"""
import collections
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import correlation_drive  # noqa: E402

STEPS_MS = (20, 300, 4000)
RULES = {"perf-auth-failure": "authentication_failure", "perf-auth-success": "authentication_success"}
# What the fixture's correlation.yml says, in the words of the slow loops.
CORRELATIONS = {
    "perf-auth-failure-user-burst": dict(type="event_count", rules=["perf-auth-failure"], by=["User"], span=300,
                                         bounds={"gte": 4}),
    "perf-auth-source-fanout": dict(type="value_count", rules=["perf-auth-failure"], by=["Computer"], span=300,
                                    bounds={"gte": 10}, field="SourceIP"),
    "perf-auth-egress-volume": dict(type="value_sum", rules=["perf-auth-failure"], by=["Computer"], span=300,
                                    bounds={"gt": 50000}, field="BytesOut"),
    "perf-auth-failure-then-success": dict(type="temporal_ordered", rules=list(RULES), by=["User"], span=300),
}


class Lanes:
    def __init__(self, tocsin, corpus, work):
        self.tocsin, self.corpus, self.work = tocsin, corpus, work / "lanes"

    def lanes_correlation(self):
        """(expected, found): (step, rule, record, group) of each firing."""
        self.work.mkdir(parents=True, exist_ok=True)
        packed = self.corpus / "sigma/lanes/correlation.ndjson.zst"
        out = subprocess.run(["zstd", "-dcq", packed], check=True, stdout=subprocess.PIPE)
        events = [json.loads(line) for line in out.stdout.splitlines()]
        want, got = set(), set()
        for step_ms in STEPS_MS:
            want |= self.expected(events, step_ms)
            got |= self.found(events, step_ms)
        counts = collections.Counter(key[1] for key in want)
        print("  lanes_correlation: " + ", ".join(f"{name} {counts[name]}" for name in CORRELATIONS))
        return want, got

    @staticmethod
    def expected(events, step_ms):
        want = set()
        for name, c in CORRELATIONS.items():
            matches = [(n * step_ms / 1000, rule, event | {"n": n}) for n, event in enumerate(events)
                       for rule in c["rules"] if event["EventType"] == RULES[rule]]
            want |= {(str(step_ms), name, str(event["n"]), *key) for _, key, event in
                     correlation_drive.fire(c, matches)}
        return want

    def found(self, events, step_ms):
        files = [open(self.work / f"{k}.json", "w") for k in range(2)]
        for n, event in enumerate(events):
            at = divmod(n * step_ms, 1000)
            time = f"2026-11-{1 + at[0] // 86400:02}T{at[0] // 3600 % 24:02}:{at[0] // 60 % 60:02}:{at[0] % 60:02}"
            files[n % 2].write(json.dumps(event | {"time": f"{time}.{at[1]:03}Z", "n": n}) + "\n")
        for f in files:
            f.close()
        out = subprocess.run([self.tocsin, "scan", "--only", "-q", "--no-hash", "-o", "jsonl", "--logsource",
                              "/authentication/", "-r", self.corpus / "sigma/lanes/correlation.yml", self.work],
                             check=True, stdout=subprocess.PIPE)
        got = set()
        for line in out.stdout.splitlines():
            f = json.loads(line)
            group = [f["matched"][b][0].lower() for b in CORRELATIONS[f["rule_id"]]["by"]]
            n = 2 * (f["record"] - 1) + int(pathlib.Path(f["file"]).stem)
            got.add((str(step_ms), f["rule_id"], str(n), *group))
        return got


LANE_SETS = ["lanes_correlation"]
