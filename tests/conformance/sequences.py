"""sequences - EQL's own sequence cases, written as correlations of type `sequence`, and scanned.

Each term is a Sigma rule and a step; fields of `by` are group-by through aliases; maxspan is the timespan
and else 100 years; head, tail and a filter behind a pipe are applied to what was found. What asks for
something else is listed by its reason.
"""
import collections
import json
import re
import subprocess

TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_.][\w.]*)'
                   r'|(?P<mark><=|>=|==|!=|[<>=(),\[\]|*]))')
OPERATORS = {"<": "|lt", "<=": "|lte", ">": "|gt", ">=": "|gte"}
EPOCH_FILETIME = 116444736000000000


class Unsaid(Exception):
    """What the form of a sequence, or this translation, does not say."""


class Query:
    def __init__(self, text):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            m = TOKEN.match(text, at)
            if not m:
                raise Unsaid("an expression")
            self.tokens.append((m.lastgroup, m.group(m.lastgroup)))
            at = m.end()
        self.at = 0

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else None

    def take(self, *wanted):
        if self.peek() in wanted:
            self.at += 1
            return True
        return False

    def need(self, wanted):
        if not self.take(wanted):
            raise Unsaid("an expression")

    def value(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return json.loads(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        raise Unsaid("an expression")

    # An expression is a Sigma condition over selections, which are added to `found`.

    def either(self, found):
        parts = [self.both(found)]
        while self.take("or"):
            parts.append(self.both(found))
        return f"({' or '.join(parts)})"

    def both(self, found):
        parts = [self.one(found)]
        while self.take("and"):
            parts.append(self.one(found))
        return f"({' and '.join(parts)})"

    def one(self, found):
        if self.take("not"):
            return f"not {self.one(found)}"
        if self.take("("):
            inner = self.either(found)
            self.need(")")
            return inner
        field = self.peek()
        self.at += 1
        if field == "true":
            return self.select(found, {"event_type": "*"})
        operator = self.peek()
        self.at += 1
        if operator == "in":
            self.need("(")
            values = [self.value()]
            while self.take(","):
                values.append(self.value())
            self.need(")")
            return self.select(found, {field: values})
        if operator in ("=", "==", "!="):
            test = self.select(found, {field: self.sigma_text(self.value())})
            return f"not {test}" if operator == "!=" else test
        if operator in OPERATORS:
            return self.select(found, {field + OPERATORS[operator]: self.value()})
        raise Unsaid("an expression")

    @staticmethod
    def sigma_text(value):
        return re.sub(r"[\\?]", r"\\\g<0>", value) if isinstance(value, str) else value

    @staticmethod
    def select(found, test):
        found.append(test)
        return f"s{len(found) - 1}"

    def by(self):
        """The fields behind `by`, separated by commas."""
        if not self.take("by"):
            return []
        fields = []
        while True:
            kind, text = self.tokens[self.at]
            if kind != "name" or self.peek(1) in ("(", "*"):
                raise Unsaid("a key that is computed")
            fields.append(text)
            self.at += 1
            if not self.take(","):
                return fields

    def term(self):
        self.need("[")
        kind = self.peek()
        self.at += 1
        self.need("where")
        found = [] if kind == "any" else [{"event_type": kind}]
        condition = self.either(found)
        if kind != "any":
            condition = f"s0 and {condition}"
        self.need("]")
        fork = False
        if self.take("fork"):
            self.need("=")
            fork = self.take("true") or (self.take("false") and False)
        return {"selections": found, "condition": condition, "fork": fork, "by": self.by()}

    def sequence(self):
        if self.peek() == "join":
            raise Unsaid("a join: its events are in any order")
        if not self.take("sequence"):
            raise Unsaid("no sequence: events one by one")
        span, common = "100y", self.by()
        if self.take("with"):
            self.need("maxspan")
            self.need("=")
            span = f"{self.value()}{self.peek()}"
            self.at += 1
        terms, until = [], None
        while self.peek() == "[":
            terms.append(self.term())
        if self.take("until"):
            until = self.term()
        pipes = []
        while self.take("|"):
            pipes.append(self.pipe())
        if self.peek():
            raise Unsaid("an expression")
        return span, common, terms, until, pipes

    def pipe(self):
        if self.take("head"):
            count = self.value()
            return lambda found: found[:count]
        if self.take("tail"):
            count = self.value()
            return lambda found: found[-count:]
        if self.take("filter") and self.take("events"):
            self.need("[")
            place = self.value()
            self.need("]")
            if self.tokens[self.at:self.at + 2] != [("name", ".serial_event_id"), ("mark", "==")]:
                raise Unsaid("an expression")
            self.at += 2
            wanted = self.value()
            return lambda found: [f for f in found if f[place] == wanted]
        raise Unsaid("a pipe")


def documents(query):
    """The query as rules and a correlation, in YAML, and what its pipes do."""
    span, common, terms, until, pipes = Query(query).sequence()
    keys = len(terms[0]["by"]) + len(common)
    rules, aliases, steps = [], collections.defaultdict(dict), []
    for i, term in enumerate(terms + ([until] if until else [])):
        name = f"step_{i}"
        detection = {f"s{k}": s for k, s in enumerate(term["selections"])} | {"condition": term["condition"]}
        rules.append({"title": name, "name": name, "logsource": {"product": "eql"}, "detection": detection})
        if len(common + term["by"]) != keys:
            raise Unsaid("keys of different number")
        for k, field in enumerate(common + term["by"]):
            aliases[f"key_{k}"][name] = field
        steps.append({"rule": name, "fork": term["fork"]})
    body = {"type": "sequence", "rules": steps, "timespan": span}
    if until:
        body["until"] = steps.pop()["rule"]
    if keys:
        body |= {"group-by": list(aliases), "aliases": aliases}
    rules.append({"title": "sequence", "name": "sequence", "correlation": body})
    return "\n---\n".join(json.dumps(r) for r in rules), pipes


def filetime_text(ticks):
    seconds, rest = divmod(ticks - EPOCH_FILETIME, 10_000_000)
    date = subprocess.run(["date", "-u", "-d", f"@{seconds}", "+%Y-%m-%dT%H:%M:%S"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()
    return f"{date}.{rest:07d}Z"


class Sequences:
    def __init__(self, tocsin, corpus, work):
        self.tocsin, self.detect, self.work = tocsin, corpus / "detect", work / "sequences"

    def write_events(self):
        """The events in their order; returns their serial_event_id by line."""
        self.work.mkdir(parents=True, exist_ok=True)
        serials = []
        with open(self.work / "events.json", "w") as out:
            for line in open(self.detect / "eql-events.jsonl"):
                event = json.loads(line)["event"]
                serials.append(event["serial_event_id"])
                event["time"] = filetime_text(event.pop("timestamp"))
                out.write(json.dumps(event) + "\n")
        return serials

    def scan(self, rules, events):
        path = self.work / "rules.yml"
        path.write_text(rules)
        out = subprocess.run([self.tocsin, "scan", "--only", "--strict", "-q", "--no-hash", "-o", "jsonl",
                              "--logsource", "eql//", "-r", path, events],
                             check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if out.returncode > 1:
            raise ValueError(out.stderr)
        return [json.loads(line) for line in out.stdout.splitlines()]

    def eql(self):
        serials, right, of, unsaid = self.write_events(), 0, 0, collections.Counter()
        for line in open(self.detect / "eql.jsonl"):
            case = json.loads(line)
            try:
                rules, pipes = documents(case["query"])
            except Unsaid as reason:
                unsaid[str(reason) if re.match(r"sequence|join", case["query"]) else
                       "no sequence: events one by one"] += 1
                continue
            found = [[serials[int(m.rsplit(":", 1)[1]) - 1] for m in f["matched"]["matches"]]
                     for f in self.scan(rules, self.work / "events.json")]
            for pipe in pipes:
                found = pipe(found)
            got = [serial for match in found for serial in match]
            of += 1
            right += got == case["expect"]
            if got != case["expect"]:
                print(f"  {case['id']}: {got} and not {case['expect']}")
        for reason, count in sorted(unsaid.items()):
            print(f"  eql: {count} left out: {reason}")
        return right, of


SEQUENCE_SETS = ["eql"]
