"""Cases 1 to 4: live mail, through Postfix and by the bare milter protocol."""
from .figures import Goal, Row, alternate
from .world import UNTRACKED_ID

SESSIONS = 8
CONNECTIONS = (1, 4, 16, 64)
INGEST_GOALS = {4: Goal("≥", 0.45), 16: Goal("≥", 0.35)}
LATENCY_GOAL = Goal("≤", 3)
FLOORS = (1, 4, 16)
FIGURES = {"p50": "p50", "p99": "p99", "cpu": "CPU a mail"}
CROWD = 16


def rates(found):
    return [one["rate"] for one in found]


def of(found, key):
    return [one[key] for one in found]


def others(world, found, key="rate"):
    """The other revision's, if there is one."""
    return [one[key] for subject in world.subjects[1:] for one in found[subject.name]]


def postfix_rows(world, case, what, null, goal, send):
    """`send(port, subject or None)`, through none, the null milter, and each subject."""
    ports = world.ports()
    sides = {"none": lambda: send(ports["none"], None), "null": lambda: send(ports[null], None)}
    for subject in world.subjects:
        sides[subject.name] = lambda subject=subject: send(ports[subject.name], subject)
    found = alternate(world.plan.rounds, sides)
    none, least, ours = (rates(found[name]) for name in ("none", "null", world.ours.name))
    yield Row(case, f"{what} through Postfix", "mails/s", ours, "null milter", least, goal, other=others(world, found))
    yield Row(case, f"{what}: a null milter", "mails/s", least, "no milter", none)


def tracked(world):
    """Postfix, tracked list mail: no milter, a null milter with the same negotiation, Quilter."""
    def send(port, subject):
        found = world.smtp(port, SESSIONS, subject)
        return world.counted(subject, found) if subject else found
    yield from postfix_rows(world, "1", "tracked mail", "go-on", Goal("≥", 0.70), send)


def untracked(world):
    """Postfix, mail for no tracked list: no milter, a null milter that accepts at the end of the header, Quilter."""
    def send(port, subject):
        found = world.smtp(port, SESSIONS, subject, list_id=UNTRACKED_ID)
        if subject:
            world.counted(subject, {"mails": 0})
        return found
    yield from postfix_rows(world, "2", "untracked mail", "accept", Goal("≥", 0.97), send)


def ingest(world):
    """The milter protocol without an MTA, beside the bare durable INSERT of the same bytes."""
    for subject in world.subjects:
        world.daemon(subject)
    for clients in CONNECTIONS:
        sides = {"bare": lambda clients=clients: world.bare(clients)}
        for subject in world.subjects:
            sides[subject.name] = lambda subject=subject, clients=clients: world.live(subject, clients)
        floors = {"null": lambda clients=clients: world.null(clients), "rows": lambda clients=clients: world.rows(clients)}
        found = alternate(world.plan.rounds, sides | (floors if clients in FLOORS else {}))
        world.points.append((clients, {name: found[name] for name in sides}))
        ours, bare = found[world.ours.name], found["bare"]
        yield Row("3", f"ingest by {clients}", "mails/s", rates(ours), "bare INSERT", rates(bare),
                  INGEST_GOALS.get(clients), other=others(world, found))
        for key, what in FIGURES.items():
            yield Row("3", f"ingest by {clients}: {what}", "ms", of(ours, key), "bare INSERT", of(bare, key),
                      LATENCY_GOAL if clients == 1 and key != "cpu" else None, sense="≤", other=others(world, found, key))
        if clients in FLOORS:
            yield from floor_rows(clients, found)


def floor_rows(clients, found):
    """The least that a mail could cost: taken by a milter that does nothing, and its rows, each in a run of its own."""
    bare = found["bare"]
    yield Row("3", f"by {clients}: a patch's rows, nothing read", "mails/s", rates(found["rows"]), "bare INSERT", rates(bare))
    for side, what in {"rows": "a patch's rows, nothing read", "null": "a null milter"}.items():
        yield Row("3", f"by {clients}: {what}: CPU a mail", "ms", of(found[side], "cpu"), "bare INSERT", of(bare, "cpu"))


CONTENDED = {"one-series": "all of one series and sender", "one-sender": "all of one sender",
             "burst": "a series' mails at once"}


def contended(world):
    """The same mail when the clients are in each other's way, beside each with series of its own, and one client alone."""
    for subject in world.subjects:
        world.daemon(subject)
    sides = {"alone": lambda: world.live(world.ours, 1)}
    for deal in ("apart", *CONTENDED):
        for subject in world.subjects:
            sides[deal, subject.name] = lambda subject=subject, deal=deal: world.live(subject, CROWD, deal=deal)
    found = alternate(world.plan.rounds, sides)
    for deal, what in CONTENDED.items():
        ours, apart = (rates(found[name, world.ours.name]) for name in (deal, "apart"))
        other = [one["rate"] for subject in world.subjects[1:] for one in found[deal, subject.name]]
        yield Row("4", f"{what}, by {CROWD}", "mails/s", ours, "series apart", apart,
                  None if deal == "burst" else Goal("≥", 0.5), other=other)
        yield Row("4", f"{what}, by {CROWD}: beside", "mails/s", ours, "one connection alone", rates(found["alone"]))
