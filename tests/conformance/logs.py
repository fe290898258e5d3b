"""logs - scores `tocsin parse` on the log lines of the corpus against what other projects expect.

Each case is a file of its own, so that the format is found by its content alone, unless the case's
source is one whose lines say nothing of where they come from: then its table names the format, as a
user's configuration would. The tables are map/SET/SOURCE.tsv and map/SET/any.tsv, rows of

    their field <TAB> ours [<TAB> theirs=ours, theirs=ours ...]

where ours is common:COLUMN, native:FIELD, line (the record), time, time:FORMAT (strftime's, in UTC; blanks in it are
written ~, %L is milliseconds), outcome, format, kind (their event.category or event.type is among ours), or =VALUE: what follows from the source alone. Several of ours are
separated by blanks; the first that the event has is compared. Behind one, #N takes the element N of an array, and
~REGEX what its first group matches (no blanks in it), for what others cut out of a value. The third column says what their words
are in ours. The row `*format` names the format, `*zone` the zone of times without one. An expected
field without a row is a miss.
"""
import base64
import collections
import csv
import datetime
import functools
import json
import ipaddress
import os
import pathlib
import re
import shutil
import subprocess

MAP = pathlib.Path(__file__).resolve().parent / "map"
FAIL2BAN_NOW = "2005-08-14T10:00:00Z"  # what its tests take for the present
# What a normaliser derives from other fields, or says of itself: not of the line.
DERIVED = ("related.", "ecs.version", "tags", "event.ingested", "event.original", "event.timezone",
           "labels.", "@version", "template", "event_id", "whitelist", "parsed.static_ressource",
           "parsed.impact_completion", "meta.http_args_len",
           # by tables of browsers and of public suffixes, and the time of the test
           "user_agent.name", "user_agent.version", "user_agent.os.", "user_agent.device.",
           "url.registered_domain", "url.top_level_domain", "url.subdomain", "url.extension",
           "destination.registered_domain", "destination.top_level_domain",
           "destination.subdomain", "dns.question.registered_domain", "dns.question.top_level_domain",
           "dns.question.subdomain", "source.registered_domain", "source.top_level_domain", "source.subdomain", "destination.size_in_char", "event.created")


def flatten(value, name=""):
    """{"a": {"b": 1}} as {"a.b": 1}; lists stay."""
    if not isinstance(value, dict):
        return {name: value}
    flat = {}
    for key, inner in value.items():
        flat.update(flatten(inner, f"{name}.{key}" if name else key))
    return flat


class Table:
    """The rows of one source, over those of any."""

    def __init__(self, chosen, source):
        self.rows, self.words, self.format, self.zone = {}, {}, None, None
        for name in ("any", source):
            path = MAP / chosen / f"{re.sub('[^A-Za-z0-9_.-]', '_', name)}.tsv"
            if path.exists():
                self.read(path)
        self.own = path.exists()

    def read(self, path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                cells = line.rstrip("\n").split("\t")
                if not line.strip() or line.startswith("#"):
                    continue
                if cells[0] == "*format":
                    self.format = cells[1]
                elif cells[0] == "*zone":
                    self.zone = cells[1]
                else:
                    self.rows[cells[0]] = cells[1] if cells[1].startswith("=") else cells[1].split()
                    if len(cells) > 2:
                        self.words[cells[0]] = dict(w.strip().split("=", 1)
                                                    for w in cells[2].split(",") if "=" in w)


def moment(text):
    """Seconds since 1970 of an RFC 3339 time, or None."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", str(text).replace(",", "."))
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text.replace("Z", "+00:00"))
    text = re.sub(r"\.(\d{1,5})(?=[+-]|$)", lambda m: "." + m[1].ljust(6, "0"), text)
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)).timestamp()


def plain(value):
    """A value as text that is equal when the values mean the same."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip().lower()
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        pass
    if re.fullmatch(r"-?\d+\.\d+", text):
        return repr(float(text)).removesuffix(".0")
    if re.fullmatch(r"0\d+", text):
        return text.lstrip("0") or "0"
    at = moment(text.upper()) if re.match(r"\d{4}-\d\d-\d\dt", text) else None
    return repr(at) if at is not None else text


def same(want, got):
    if isinstance(want, list) or isinstance(got, list):
        want = want if isinstance(want, list) else [want]
        got = got if isinstance(got, list) else [got]
        return {plain(w) for w in want} == {plain(g) for g in got}
    if isinstance(want, float) and re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", str(got)):
        return abs(want - float(got)) <= 1e-6 * max(1, abs(want))  # as their tests round them
    return plain(want) == plain(got)


def ours(event, names):
    """The first of the places that the event has a value in."""
    for name in names:
        name, _, regex = name.partition("~") if not name.startswith("time:") else (name, "", "")
        where, _, key = name.partition(":")
        key, _, element = key.partition("#")
        if where in ("common", "native"):
            value = event.get(where, {}).get(key)
        elif where == "native*":  # an object's or array's fields, flattened
            value = {k: v for k, v in event.get("native", {}).items() if k.startswith(key)} or None
        elif where == "time" and key:
            at = moment(event.get("time"))
            at = at and datetime.datetime.fromtimestamp(at, datetime.timezone.utc)
            key = key.replace("~", " ").replace("%L", f"{at.microsecond // 1000:03d}" if at else "")
            value = at and at.strftime(key)
        else:
            value = event.get(where)
        if element and value is not None:
            value = dict(enumerate(value if isinstance(value, list) else [value])).get(int(element))
        if regex and value is not None:
            found = re.search(regex, str(value))
            value = found and found[1]
        if value not in (None, ""):
            return value
    return None


def field_right(field, want, event, table, year_inferred=False):
    """Is this expected field right? None: it is derived and does not count."""
    if field.startswith(DERIVED):
        return None
    row = table.rows.get(field)
    if row is None:
        return False
    words = table.words.get(field, {})
    if isinstance(want, str):
        want = words.get(want, want)
    if isinstance(row, str):
        return same(want, row[1:])
    if row == ["time"] or field == "@timestamp":
        got, wanted = moment(ours(event, row)), moment(want)
        if got is None or wanted is None:
            return plain(want) == plain(ours(event, row))
        if year_inferred:
            return moment_without_year(got) == moment_without_year(wanted)
        return abs(got - wanted) < 0.001
    if row == ["kind"]:
        common = event.get("common", {})
        got = {common.get("event.category")} | set(common.get("event.type", []))
        return set(want if isinstance(want, list) else [want]) <= got
    got = ours(event, row)
    return got is not None and same(want, got)


def moment_without_year(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%m-%dT%H:%M:%S")


class Logs:
    def __init__(self, tocsin, corpus, work):
        self.tocsin, self.corpus, self.work = tocsin, corpus / "logs", work / "logs"
        self.verbose = os.environ.get("TOCSIN_MISSES")  # prints each miss of the sources it names

    def cases(self, name):
        path = self.corpus / name
        if path.suffix == ".zst":
            text = subprocess.run(["zstd", "-dc", path], check=True, stdout=subprocess.PIPE).stdout
        else:
            text = path.read_bytes()
        for line in text.decode().split("\n"):
            if line:
                yield json.loads(line)

    @functools.lru_cache(maxsize=None)
    def formats(self):
        out = subprocess.run([self.tocsin, "formats"], check=True, stdout=subprocess.PIPE, text=True)
        return {line.split()[0] for line in out.stdout.splitlines() if not line.startswith(" ")}

    def parse(self, chosen, groups, mtime=None):
        """{(format, zone): {id: bytes}} parsed, each a file: {id: [event]}."""
        found = collections.defaultdict(list)
        for (form, zone), texts in groups.items():
            folder = self.work / chosen / re.sub("[^A-Za-z0-9]", "_", f"{form}-{zone}")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            names = {}
            for n, (key, text) in enumerate(texts.items()):
                file = folder / f"{n}.log"
                file.write_bytes(text)
                if mtime:
                    os.utime(file, (mtime, mtime))
                names[file.name] = key
            args = [self.tocsin, "parse"]
            if form and form in self.formats():
                args += ["--format", form]
            if zone:
                args += ["--zone", zone]
            out = subprocess.run([*args, folder], check=False, stdout=subprocess.PIPE)
            for line in out.stdout.splitlines():
                event = json.loads(line)
                found[names[pathlib.Path(event["file"]).name]].append(event)
        return found

    @functools.lru_cache(maxsize=None)
    def excused(self, chosen):
        """Cases in which the product differs on purpose: exceptions.tsv says why."""
        with open(MAP.parent / "exceptions.tsv", encoding="utf-8") as f:
            return {r["file"] for r in csv.DictReader(f, delimiter="\t") if r["set"] == chosen}

    def miss(self, source, case, text):
        if self.verbose and re.search(self.verbose, source):
            print(f"    {case}: {text}")

    def by_source(self, chosen, scores):
        """Prints a line a source: right of all, the worst first."""
        for source, (right, of) in sorted(scores.items(), key=lambda s: s[1][0] - s[1][1]):
            print(f"  {chosen}: {source}: {right} of {of} ({100 * right / of if of else 0:.1f}%)")

    def scored(self, chosen, name, source_of, values, listed=lambda table: True, change=lambda c: c):
        """Fields of each case compared by the tables: (right, of), of values or of whole cases."""
        groups, cases, tables = collections.defaultdict(dict), [], {}
        for case in map(change, self.cases(name)):
            source = source_of(case)
            table = tables.setdefault(source, Table(chosen, source))
            if not listed(table):
                continue
            text = case.get("line", case.get("message"))
            text = base64.b64decode(case["line_b64"]) if text is None else text.encode()
            groups[(table.format, table.zone)][case["id"]] = text + b"\n"
            cases.append((case, source, table))
        found, scores = self.parse(chosen, groups), collections.defaultdict(lambda: [0, 0])
        for case, source, table in cases:
            event = {**(found.get(case["id"]) or [{}])[0], "line": case.get("line")}
            results = {}
            for field, want in flatten(case["expect"]).items():
                if want in ("", None, [], {}) or want == case.get("line"):
                    continue  # the line as it was is no field of it
                results[field] = field_right(field, want, event, table, case.get("year_inferred"))
            results = {f: r for f, r in results.items() if r is not None}
            for field, right in results.items():
                if not right:
                    got = ours(event, table.rows[field]) if isinstance(table.rows.get(field), list) \
                        else table.rows.get(field, "no row")
                    self.miss(source, case["id"],
                              f"{field}: {flatten(case['expect'])[field]!r} and not {got!r}")
            good = sum(results.values()) if values else int(all(results.values()))
            scores[source][0] += good
            scores[source][1] += len(results) if values else 1
        self.by_source(chosen, scores)
        return sum(s[0] for s in scores.values()), sum(s[1] for s in scores.values())

    # ------------------------------------------------------------ the sets

    def logs_fail2ban(self):
        """Failures: whether there is one, of which host, and when."""
        groups, cases = collections.defaultdict(dict), list(self.cases("fail2ban.jsonl"))
        tables = {c["service"]: Table("fail2ban", c["service"]) for c in cases}
        for c in cases:
            table = tables[c["service"]]
            lines = [*c.get("context", []), c["line"]]
            text = "".join(c.get("prefix", "") + line + "\n" for line in lines)
            groups[(table.format, "Europe/Zurich")][c["id"]] = text.encode()
        found = self.parse("fail2ban", groups, moment(FAIL2BAN_NOW))
        scores, left_out = collections.defaultdict(lambda: [0, 0]), 0
        for c in cases:
            event = (found.get(c["id"]) or [{}])[-1]
            want, common = c["expect"], event.get("common", {})
            hosts = {plain(common[k]) for k in ("source.ip", "source.domain") if k in common}
            failure = event.get("outcome") == "failure" and bool(hosts)
            right = failure == want["match"]
            if right and failure:
                right = not want.get("host") or plain(want["host"]) in hosts
                right = right and ("time" not in want or moment(want["time"]) == moment(
                    re.sub(r"\.\d+", "", event.get("time") or "")))
            if not right and c["id"] in self.excused("logs_fail2ban"):
                left_out += 1
                continue
            if not right:
                self.miss(c["service"], c["id"], f"{want} and not {event.get('format')} "
                          f"{event.get('outcome')} {hosts} {event.get('time')}: {c['line']}")
            scores[c["service"]][0] += right
            scores[c["service"]][1] += 1
        self.by_source("fail2ban", scores)
        return sum(s[0] for s in scores.values()), len(cases) - left_out, left_out

    def logs_crowdsec(self):
        """Lines of which every field is right."""
        return self.scored("crowdsec", "crowdsec.jsonl.zst", lambda c: c["test"], False)

    def logs_wazuh(self):
        """Lines of which the product and the outcome are right."""
        with open(MAP / "wazuh/products.tsv", encoding="utf-8") as f:
            products = {r[0]: r[1].split() for r in csv.reader(f, delimiter="\t") if len(r) > 1}
        with open(MAP / "wazuh/outcomes.tsv", encoding="utf-8") as f:
            outcomes = {r[0]: r[1] for r in csv.reader(f, delimiter="\t") if len(r) > 1}
        cases = list(self.cases("wazuh.jsonl.zst"))
        texts = {c["id"]: c["line"].encode() + b"\n" for c in cases}
        found, scores = self.parse("wazuh", {(None, None): texts}), collections.defaultdict(lambda: [0, 0])
        for c in cases:
            event, want = (found.get(c["id"]) or [{}])[0], c["expect"]
            decoder = want.get("decoder")
            keys = [f"{decoder}/{c['product']}", decoder, c["product"]] if decoder else []
            formats = next((products[k] for k in keys if k in products), [] if decoder else None)
            right = formats is None or event.get("format") in formats
            outcome = next((outcomes[g] for g in want.get("groups", []) if g in outcomes), None)
            if outcome and want["match"] and right:
                right = event.get("outcome") == outcome
            if not right:
                self.miss(c["product"], c["id"], f"{decoder} {outcome} and not {event.get('format')} "
                          f"{event.get('outcome')}: {c['line'][:200]}")
            scores[c["product"]][0] += right
            scores[c["product"]][1] += 1
        self.by_source("wazuh", scores)
        return sum(s[0] for s in scores.values()), len(cases)

    def logs_loghub(self):
        """Lines of which every part of the header is right; the templates of messages are not ours."""
        def cut_right(case):
            # log4j's [thread:class@line] is cut at its last colon; theirs is cut at the first. The
            # client that Apache names is a field and not of the text.
            expect = case["expect"]
            if case["source"] == "Apache":
                expect["content"] = re.sub(r"^\[client [^]]*\] ", "", expect["content"])
            if " " in expect.get("process", "") and case["source"] == "Thunderbird":
                expect["content"] = f"{expect.pop('process')}: {expect['content']}"  # it has no tag
            if case["source"] == "Zookeeper" and "node" in expect:
                both = f"{expect['node']}:{expect.get('process', '')}"
                expect["node"], expect["process"] = both.rsplit(":", 1)
            return case
        return self.scored("loghub", "loghub.jsonl", lambda c: c["source"], False, change=cut_right)

    def logs_sekoia(self):
        """Expected values that are right, of the sources that have a table."""
        return self.scored("sekoia", "sekoia.jsonl.zst", lambda c: c["format"], True, lambda t: t.own)

    def logs_elastic(self):
        return self.scored("elastic", "elastic.jsonl.zst",
                           lambda c: f"{c['package']}_{c['stream']}", True, lambda t: t.own)

    def logs_zeek(self):
        """Cells of all rows, as text; sets and vectors as lists."""
        wanted = collections.defaultdict(dict)
        with open(self.corpus / "zeek/index.tsv", encoding="utf-8") as f:
            tables = {r["file"]: r["format"] for r in csv.DictReader(f, delimiter="\t")}
        for c in self.cases("zeek/expected.jsonl"):
            wanted[c["file"]][c["row"]] = c["fields"]
        out = subprocess.run([self.tocsin, "parse", self.corpus / "zeek"], check=False,
                             stdout=subprocess.PIPE)
        found = collections.defaultdict(list)
        for line in out.stdout.splitlines():
            event = json.loads(line)
            found[str(pathlib.Path(event["file"]).relative_to(self.corpus / "zeek"))].append(event)
        right = of = 0
        for file, rows in wanted.items():
            events = [e for e in found.get(file, []) if "native" in e]
            for row, fields in rows.items():
                native = events[row]["native"] if row < len(events) else {}
                for name, want in fields.items():
                    good = same_cell(want, native.get(name), tables[file] == "tsv")
                    if not good:
                        self.miss("zeek", f"{file}#{row}", f"{name}: {want!r} and not {native.get(name)!r}")
                    right, of = right + good, of + 1
        return right, of

    def logs_lnav(self):
        """A line of each format gives an event without an error, with its time where it has one."""
        cases = list(self.cases("lnav/samples.jsonl"))
        texts = {c["id"]: c["line"].encode() + b"\n" for c in cases}
        found, right = self.parse("lnav", {(None, None): texts}), 0
        for c in cases:
            event = (found.get(c["id"]) or [{}])[0]
            timed = "timestamp" in (c.get("expect") or {}).get("captures", {})
            good = event.get("error", "none") is None and (not timed or bool(event.get("time")))
            if not good:
                self.miss("lnav", c["id"], f"{event.get('format')} {event.get('error')} "
                          f"{event.get('time')}: {c['line'][:200]}")
            right += good
        return right, len(cases)


def zeek_text(cell, inside=False):
    """A cell of a table as Zeek's JSON has it: escapes of ASCII undone; `inside` a set or vector,
    elements that are unset or empty."""
    if inside and cell in ("-", "(empty)"):
        return ""
    return re.sub(r"\\x([0-7][0-9a-fA-F])|\\\\",
                  lambda m: chr(int(m[1], 16)) if m[1] else "\\", str(cell))


def same_cell(want, got, table):
    """Is a cell right? Of a `table`, not of JSON, T and F are booleans."""
    if isinstance(want, list):
        got = got if isinstance(got, list) else [] if got is None and not want else [got]
        return len(want) == len(got) and all(
            same_cell(zeek_text(w, True) if table else w, g, table) for w, g in zip(want, got))
    if table and want in ("T", "F") and isinstance(got, bool):
        return got == (want == "T")
    want = zeek_text(want) if table and isinstance(want, str) else want
    return plain("" if want is None else want) == plain("" if got is None else got)


LOG_SETS = ["logs_fail2ban", "logs_crowdsec", "logs_wazuh", "logs_loghub", "logs_sekoia", "logs_elastic",
            "logs_zeek", "logs_lnav"]
