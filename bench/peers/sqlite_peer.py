"""sqlite_peer.py - Zircolite's method with the packages it is made of.

Usage: sqlite_peer.py convert RULES... QUERIES
       sqlite_peer.py scan QUERIES [--ids FILE] PATH...

Zircolite itself is no package of a registry. What it does is: rules become SQL by pySigma's SQLite
backend once and beforehand; events are decoded by the evtx package, flattened into one table whose
columns compare without case, in memory; each rule is one query over it. That is done here: convert
writes the queries (its time is not part of the figures), scan is the run that is measured.
"""
import json
import pathlib
import re
import sqlite3
import sys

WINDOWS = {"windows"}


def convert(paths, out):
    from sigma.backends.sqlite import sqliteBackend
    from sigma.collection import SigmaCollection
    from sigma.pipelines.sysmon import sysmon_pipeline
    from sigma.pipelines.windows import windows_logsource_pipeline

    backend = sqliteBackend(processing_pipeline=sysmon_pipeline() + windows_logsource_pipeline())
    queries, refused = [], 0
    for path in paths:
        for file in sorted(pathlib.Path(path).rglob("*.yml")):
            for rule in SigmaCollection.from_yaml(file.read_text(encoding="utf-8")):
                if rule.logsource.product not in WINDOWS:
                    continue
                try:
                    queries += [[str(rule.id), q] for q in backend.convert_rule(rule)]
                except Exception as e:  # any refusal of the backend's is counted
                    refused += 1
                    print(f"{file.name}: {e}", file=sys.stderr)
    pathlib.Path(out).write_text(json.dumps(queries))
    print(json.dumps({"rules": len(queries), "refused": refused}))


def text(value):
    return value.get("#text") if isinstance(value, dict) else value


def flatten(record):
    event, flat = record["Event"], {}
    for name, value in event.get("System", {}).items():
        if isinstance(value, dict):
            for attribute, v in value.get("#attributes", {}).items():
                flat[f"{name}_{attribute}"] = v
            value = value.get("#text")
        flat[name] = value
    data = [event.get("EventData") or {}, *(event.get("UserData") or {}).values()]
    for fields in data:
        if isinstance(fields, dict):
            for name, value in fields.items():
                if name != "#attributes":
                    flat.setdefault(name.replace(" ", ""), text(value))
    return {k: v for k, v in flat.items() if v is not None}


def cell(value):
    """Columns are text; the values of a list, a line each."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def events(paths):
    from evtx import PyEvtxParser

    for path in paths:
        path = pathlib.Path(path)
        for file in sorted(path.rglob("*.evtx")) if path.is_dir() else [path]:
            try:
                records = PyEvtxParser(str(file)).records_json()
                for record in records:
                    event = flatten(json.loads(record["data"]))
                    # the number of the record's header is another one in exported logs
                    yield str(file), event.get("EventRecordID"), event
            except (RuntimeError, OSError, ValueError):
                continue


def regexp(pattern, value, compiled={}):
    if value is None:
        return False
    if pattern not in compiled:
        compiled[pattern] = re.compile(pattern)
    return compiled[pattern].search(str(value)) is not None


def fill(db, paths):
    """One table of all events; the column of a field is named as the field."""
    rows = list(events(paths))
    names = {}
    for _, _, event in rows:
        for name in event:
            names.setdefault(name.lower(), name)
    columns = ["_file", "_record", *names.values()]
    typed = ", ".join('"%s" TEXT COLLATE NOCASE' % c.replace('"', '""') for c in columns)
    db.execute(f"CREATE TABLE logs ({typed})")
    place = {n: i + 2 for i, n in enumerate(names)}

    def values():
        for file, record, event in rows:
            row = [file, record] + [None] * len(names)
            for name, value in event.items():
                row[place[name.lower()]] = cell(value)
            yield row

    db.executemany(f"INSERT INTO logs VALUES ({','.join('?' * len(columns))})", values())
    return len(rows)


def scan(queries, paths, ids):
    db = sqlite3.connect(":memory:")
    db.create_function("regexp", 2, regexp, deterministic=True)
    count, found, failed = fill(db, paths), set(), 0
    known = {row[1] for row in db.execute("PRAGMA table_info(logs)")}
    for rule, query in json.loads(pathlib.Path(queries).read_text()):
        query = re.sub(r"^SELECT \* FROM \S+", "SELECT _file, _record FROM logs", query)
        while True:
            try:
                found.update((f, r, rule) for f, r in db.execute(query))
            except sqlite3.OperationalError as e:
                missing = re.match(r"no such column: (.*)", str(e))
                if missing and missing[1] not in known:
                    known.add(missing[1])
                    db.execute('ALTER TABLE logs ADD COLUMN "%s" TEXT' % missing[1].strip('"'))
                    continue
                failed += 1
            break
    if ids:
        with open(ids, "w") as f:
            f.writelines(f"{a}\t{b}\t{c}\n" for a, b, c in sorted(found))
    print(json.dumps({"events": count, "matches": len(found), "failed": failed}))


def main():
    args = sys.argv[1:]
    if len(args) >= 3 and args[0] == "convert":
        convert(args[1:-1], args[-1])
    elif len(args) >= 3 and args[0] == "scan":
        ids = None
        if args[2] == "--ids":
            ids = args[3]
            del args[2:4]
        scan(args[1], args[2:], ids)
    else:
        sys.exit("usage: sqlite_peer.py convert RULES... QUERIES | scan QUERIES [--ids FILE] PATH...")


if __name__ == "__main__":
    main()
