# Correlations live tell at the end what a scan of the sorted events tells: four sources, each out of order
# within its lateness, one matcher and several, and killed in the midst of it.
. "$top/tests/e2e/serve.inc"
exec python3 - <<'END'
import datetime
import random
import shutil

import correlation_drive
from serve_drive import *

LATENESS_S = 120
CHUNKS = 12
START = datetime.datetime(2024, 3, 1, 10, tzinfo=datetime.timezone.utc)


def made(seed):
    """The events of correlation_drive in 2024, no two at one time, each with its source."""
    os.makedirs("made", exist_ok=True)
    correlation_drive.make(seed, "made")
    events = []
    for i in range(4):
        with open(f"made/{i}.json", encoding="utf-8") as f:
            events += [(json.loads(line), i) for line in f]
    shift = START - correlation_drive.START
    for e, _ in events:
        at = datetime.datetime.fromisoformat(e["time"].replace("Z", "+00:00")) + shift
        e["at"] = at + datetime.timedelta(microseconds=10 * e["n"])
        e["time"] = e["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return sorted(events, key=lambda x: x[0]["at"])


def line(e):
    return json.dumps({k: v for k, v in e.items() if k != "at"}) + "\n"


def key(f):
    return json.dumps([f["rule"], f["time"], f["matched"]], sort_keys=True)


def append(source, text):
    with open(f"logs/{source}.json", "a", encoding="utf-8") as f:
        f.write(text)


def live(events, seed, workers, kills):
    """What serve finds; killed so often on the way."""
    rng = random.Random(seed)
    for folder in ("logs", "data"):
        shutil.rmtree(folder, ignore_errors=True)
    os.mkdir("logs")
    shutil.copy("made/rules.yml", "serve_rules/every.yml")
    for i in range(4):
        append(i, "")
    serve.configure("".join(
        f"  - {{name: s{i}, type: file, paths: [logs/{i}.json], format: json, logsource: test//}}\n"
        for i in range(4)), more="watermark: {idle: 3s}\ncommit: 50ms\n")
    write(serve.config, open(serve.config).read().replace("workers: 1", f"workers: {workers}"))
    serve.start()
    late = [e["at"] + datetime.timedelta(seconds=rng.random() * LATENESS_S) for e, _ in events]
    arriving = [x for _, x in sorted(zip(late, events), key=lambda x: x[0])]
    size = len(arriving) // CHUNKS + 1
    sent = 0
    for chunk in range(CHUNKS):
        part = arriving[chunk * size:(chunk + 1) * size]
        for i in range(4):
            append(i, "".join(line(e) for e, source in part if source == i))
        sent += len(part)
        if kills and chunk % (CHUNKS // (kills + 1)) == 2:
            until("some of it is matched", lambda: sum(
                s["next_record"] for s in serve.status()["sources"]) >= sent - size // 2)
            serve.kill()
            serve.start()
    until("all is read", lambda: sum(
        s["next_record"] for s in serve.status()["sources"]) == len(events))
    until("nothing waits", lambda: serve.status()["watermark"]["waiting"] == 0 and
          all(s["unmatched"] == 0 for s in serve.status()["sources"]))
    watermark = serve.status()["watermark"]
    serve.end()
    check(watermark["late"] == 0, f"what keeps to the lateness is not late: {watermark}")
    return serve.findings()


serve = Serve("", rule="")
for seed in (1, 2):
    events = made(seed)
    write("sorted.json", "".join(line(e) for e, _ in events))
    out, _ = run("scan", "--only", "-r", "made/rules.yml", "--logsource", "test//", "-q",
                 "-o", "jsonl", "sorted.json")
    wanted = sorted(key(json.loads(text)) for text in out.splitlines())
    check(len(wanted) > 100, "the scan finds something")
    ids = {}
    for workers, kills in ((1, 0), (3, 0), (2, 2)):
        found = live(events, 10 * seed + workers, workers, kills)
        final = [f for f in found if f.get("state") == "final"]
        what = f"seed {seed}, {workers} matchers, {kills} kills"
        got = sorted(key(f) for f in final)
        missing, beyond = set(wanted) - set(got), set(got) - set(wanted)
        check(got == wanted, f"{what}: as the scan; {len(missing)} missing {sorted(missing)[:3]}, "
              f"{len(beyond)} beyond {sorted(beyond)[:3]}")
        check(len(found) == len(final), f"{what}: nothing is provisional any more")
        these = {f["id"] for f in final}
        check(len(these) == len(final), f"{what}: each has an id of its own")
        check(ids.setdefault("all", these) == these, f"{what}: the ids are the same")
