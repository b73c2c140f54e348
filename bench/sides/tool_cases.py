"""Cases 5 and 6: what works without a daemon, `quilter import` and reading mail."""
import json
import resource
import statistics
import time

from ground import Failure, run

from . import usage
from .figures import Goal, Row, alternate
from .mail_cases import CROWD

# CPU seconds a mail of Patchwork with PostgreSQL, measured on a machine of this kind: in one long-lived process, as an archive
# is imported, 17 + 6 ms; `parsemail`, a process a mail, 0.66 + 0.02 s.
PATCHWORK = {"archive import": (0.018, 30), "parsemail": (0.68, 800)}


def tool_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_import(world, subject, box):
    name = f"import_{world.number(subject)}"
    connection = world.database(subject, name)
    server = world.postgres.server()
    seconds, start = tool_seconds() + usage.cpu(server), time.monotonic()
    run(subject.program("quilter"), "--database", connection, "import", "--quiet", box, limit=7200)
    wall, seconds = time.monotonic() - start, tool_seconds() + usage.cpu(server) - seconds
    there = int(world.postgres.sql("SELECT count(*) FROM message", database=name))
    world.drop(name)
    if there != world.plan.imported:
        raise Failure(f"import recorded {there} of {world.plan.imported} mails")
    return {"rate": there / wall, "per_cpu": there / seconds}


def best_connections(world):
    """By how many case 3 was fastest; without it, what is usually so."""
    rates = {clients: statistics.median(one["rate"] for one in found[world.ours.name]) for clients, found in world.points}
    return max(rates, key=rates.get, default=CROWD)


def imports(world):
    """`quilter import` of the mails of case 3, each time into a new database, beside them live, as fast as they are."""
    crowd = best_connections(world)
    box = world.folder / "box"
    run(world.ours.driver("bench_drive"), f"mbox:{box}", "--mails", world.plan.imported, "--seed", world.plan.seed)
    world.daemon(world.ours)
    sides = {"live": lambda: world.live(world.ours, crowd)}
    for subject in world.subjects:
        sides[subject.name] = lambda subject=subject: one_import(world, subject, box)
    found = alternate(world.plan.rounds, sides)
    box.unlink()

    def figures(subject, key):
        return [one[key] for one in found[subject.name]]
    other = world.subjects[1:]
    yield Row("5", "import", "mails/s", figures(world.ours, "rate"), f"live, by {crowd}",
              [one["rate"] for one in found["live"]], Goal("≥", 1.5),
              other=[value for subject in other for value in figures(subject, "rate")])
    for how, (seconds, times) in PATCHWORK.items():
        yield Row("5", f"import, beside {how}", "mails/CPU s", figures(world.ours, "per_cpu"), f"Patchwork, {how}",
                  [1 / seconds] * world.plan.rounds, Goal("≥", times),
                  other=[value for subject in other for value in figures(subject, "per_cpu")])


QUILTER, BARE, DECODED = "Quilter: read_mail, classify", "GMime: parse", "GMime: parse, fields, text"


def parsed(world, subject):
    report = world.folder / "parse.json"
    run(subject.driver("bench_parse"), "--rounds", world.plan.rounds, "--json", report, limit=3600)
    return {one["mails"]: {reader["name"]: reader["microseconds"] for reader in one["readers"]}
            for one in json.loads(report.read_text(encoding="utf-8"))}


def three(times):
    return [times["least"], times["median"], times["most"]]


def parse(world):
    """Reading and classifying, beside bare GMime; where the body is encoded, beside GMime that decodes it."""
    found = {subject.name: parsed(world, subject) for subject in world.subjects if subject.driver("bench_parse")}
    for mails, readers in found[world.ours.name].items():
        limit = BARE if mails.endswith("bit") else DECODED
        others = [found[subject.name][mails][QUILTER] for subject in world.subjects[1:] if subject.name in found]
        yield Row("6", f"read and classify: {mails}", "µs", three(readers[QUILTER]), limit, three(readers[limit]),
                  Goal("≤", 1.5), other=[value for times in others for value in three(times)])
