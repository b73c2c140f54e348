"""Each failure of docs/operations.md, made with the real daemon: the line that is documented, and the metric's change."""
import contextlib
import dataclasses
import re
import subprocess
import threading
import urllib.request

import mails
import parts
import traffic as sending
from ground import ROOT
from parts import Failure
from scenario import scenario
from scenarios.disk import Faults
from scenarios.network import networked

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TAKEN, LATER = 250, 451
MOST_FILES = 4  # in the spool
AWAY = {"quilter_database_up": 0.0}
BACK = {"quilter_database_up": 1.0}


def messages(status, project=parts.PROJECT):
    return f'quilter_messages_total{{project="{project}",status="{status}"}}'


def event(name):
    return f'quilter_events_total{{event="{name}"}}'


def shelf(name):
    return f'quilter_spool_files{{shelf="{name}"}}'


class Observed:
    """What a daemon says: its log from here on, and its metrics compared with those of here."""

    done = set()  # lines of the guide that were seen

    def __init__(self, daemon):
        self.daemon = daemon
        self.begin = daemon.log_size()
        self.before = self.metrics()

    def metrics(self):
        with contextlib.suppress(OSError):
            url = f"http://{self.daemon.settings['metrics.listen']}/metrics"
            with urllib.request.urlopen(url, timeout=20) as answer:
                lines = answer.read().decode().splitlines()
            return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"}
        return {}

    def line(self, documented):
        """Waits for it. `documented` stands in the guide as it is here; … is anything, N a number."""
        if f"`{documented}`" not in GUIDE:
            raise Failure(f"docs/operations.md does not have `{documented}`")
        words = re.escape(documented)
        for shown, any_of_it in (("\\ …", ".*"), ("…", ".*"), ("QUEUEID", r"\S+"), ("=N", r"=\d+")):
            words = words.replace(shown, any_of_it)
        parts.wait_until(lambda: re.search(words, self.daemon.log(self.begin)), f"quilterd says {documented}", 30)
        Observed.done.add(documented)

    def changes(self, more=(), values=None):
        """Each counter of `more` has grown by one or more, each gauge of `values` is that."""
        def hold():
            now = self.metrics()
            return all(now.get(name, 0) > self.before.get(name, 0) for name in more) and \
                all(now.get(name) == value for name, value in (values or {}).items())
        parts.wait_until(hold, f"metrics: {more} grow, {values}; they are {self.metrics()}", 30)


class Mails:
    """One mail after the other, by a client of its own."""

    def __init__(self, world, seed):
        self.world = world
        self.waiting = iter(mails.make(200, seed, untracked=0))

    def send(self, expected=TAKEN, more=b""):
        client = sending.Milter(self.world.daemon.folder / "socket")
        mail = next(self.waiting)
        code = client.send(dataclasses.replace(mail, body=mail.body + more))[0]
        client.close()
        if code != expected:
            raise Failure(f"answered {code}, not {expected}")


def restart(world, **settings):
    """With these and no others: spool__on_failure="tempfail"."""
    world.daemon.settings = {**world.settings, **{name.replace("__", "."): value for name, value in settings.items()}}
    world.daemon.restart()


def database_away(world, proxy, post):
    seen = Observed(world.daemon)
    with proxy.switched("refuse"):
        post.send()
        seen.line('database-away reason="…"')
        post.send()
        seen.line("spooled (database away: …)")
        seen.changes([messages("spooled"), event("database-away")], {**AWAY, shelf("waiting"): 2})
    seen.line("database-back")
    seen.line("spool-emptied replayed=N")
    seen.changes([messages("stored"), event("database-back")], {**BACK, shelf("waiting"): 0})


def deadline_passed(world, proxy, post):
    seen = Observed(world.daemon)
    post.send()
    seen.changes([messages("stored")])  # there is a connection, for sure
    seen = Observed(world.daemon)
    with proxy.switched("hole"):
        post.send()
        seen.line("spooled (connection: …)")
        seen.changes([messages("spooled")], AWAY)
    seen.changes([messages("stored")], BACK)


@contextlib.contextmanager
def slowly(world):
    """Each message takes an hour to write."""
    world.postgres.sql("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
                       "'BEGIN PERFORM pg_sleep(3600); RETURN NEW; END'; "
                       "CREATE TRIGGER slow BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION slow()")
    try:
        yield
    finally:
        world.postgres.sql("SET lock_timeout = '20s'; DROP FUNCTION slow CASCADE")


def slow_statement(world, _, post):
    seen = Observed(world.daemon)
    with slowly(world):
        post.send()
        seen.line("spooled (57014 …)")
        seen.changes([messages("spooled")])


def no_free_connection(world, proxy, post):
    restart(world, database__connections=1, database__lease_timeout="200ms", spool__write_ahead=0)
    seen = Observed(world.daemon)
    with slowly(world):
        first = threading.Thread(target=post.send)
        first.start()
        parts.wait_until(lambda: "PgSleep" in world.postgres.sql("SELECT wait_event FROM pg_stat_activity"), "one is busy")
        post.send()
        seen.line("spooled (no database connection came free in time)")
        first.join()


def lock_held(world, _, post):
    seen = Observed(world.daemon)
    with subprocess.Popen(["psql", "-XqAt", world.postgres.connection("postgres")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("BEGIN; LOCK TABLE message; SELECT 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        post.send()
        seen.line("spooled (55P03 …)")
        seen.changes([messages("spooled")])
        holder.stdin.close()


def read_only(world, proxy, post):
    post.send()
    seen = Observed(world.daemon)
    world.postgres.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    world.postgres.sql("SELECT pg_reload_conf()")
    parts.wait_until(lambda: world.postgres.sql("SHOW default_transaction_read_only") == "on", "the server is read-only")
    post.send()
    seen.line("spooled (25006 …)")
    seen.changes([messages("spooled"), event("database-away")], AWAY)
    world.postgres.sql("ALTER SYSTEM RESET default_transaction_read_only")
    world.postgres.sql("SELECT pg_reload_conf()")
    seen.changes([messages("stored")], BACK)


def newer_schema(world, proxy, post):
    """While it runs it goes on, as docs/upgrading.md says; the database that comes back is one that is not ours."""
    world.postgres.sql("INSERT INTO schema_migration (version, name) VALUES (999, 'of the future')")
    seen = Observed(world.daemon)
    post.send()
    seen.changes([messages("stored")], BACK)
    with proxy.switched("refuse"):
        post.send()
        seen.line('database-away reason="…"')
    world.daemon.wait_for_log("install the newer quilter", seen.begin)
    post.send()
    seen.changes([messages("spooled")], AWAY)
    other = stranger(world, world.daemon.settings["database.connection"])
    start_fails(other, 'start-failed reason="… install the newer quilter"')
    world.postgres.sql("DELETE FROM schema_migration WHERE version = 999")
    seen.changes([messages("stored")], BACK)


def refused(world, _, post):
    seen = Observed(world.daemon)
    world.postgres.sql("ALTER TABLE message ADD CONSTRAINT unloved CHECK (message_id = '') NOT VALID")
    post.send()
    seen.line("set-aside (…)")
    seen.changes([messages("set-aside")], {shelf("failed"): 1})
    world.postgres.sql("ALTER TABLE message DROP CONSTRAINT unloved")


def spool_full(world, proxy, post):
    """One file is there, in failed/."""
    restart(world, spool__write_ahead=0)
    seen = Observed(world.daemon)
    with proxy.switched("refuse"):
        for _ in range(MOST_FILES - 1):
            post.send()
        post.send(LATER)
        seen.line("try-later (…; spool: full: …)")
        seen.changes([messages("try-later")], {shelf("waiting"): MOST_FILES - 1})


def disk_full(world, proxy, post):
    faults = Faults(world)
    restart(world, spool__write_ahead=0)
    seen = Observed(world.daemon)
    with proxy.switched("refuse"):
        faults.order("ENOSPC at write:1 for 1")
        post.send(LATER)
        seen.line("try-later (…; spool: …)")
        seen.changes([messages("try-later")], {shelf("waiting"): 0})
        faults.none()
    world.daemon.environment.clear()


def tempfail(world, proxy, post):
    restart(world, spool__on_failure="tempfail")
    seen = Observed(world.daemon)
    with proxy.switched("refuse"):
        post.send(LATER)
        seen.line("try-later (…)")
        seen.changes([messages("try-later")], {shelf("waiting"): 0})


def too_big(world, _, post):
    seen = Observed(world.daemon)
    post.send(more=b"text\r\n" * 20_000)
    seen.line("QUEUEID: truncated limit_bytes=N")
    seen.changes([event("truncated"), messages("stored")])


def torn(world, proxy, post):
    with proxy.switched("refuse"):
        post.send()
        world.daemon.terminate()
        world.daemon.settings = world.settings
        for file in (world.daemon.spool / "new").iterdir():
            file.write_bytes(file.read_bytes()[:-10])
    seen = Observed(world.daemon)
    world.daemon.start()
    seen.line('spool-torn id=… reason="…"')
    seen.changes([event("spool-torn")], {shelf("torn"): 1, shelf("waiting"): 0})


def stranger(world, connection, **settings):
    """Another daemon, that will not start."""
    stranger.number = getattr(stranger, "number", 0) + 1
    return parts.Daemon(world.folder / f"stranger{stranger.number}", connection, settings)


def start_fails(daemon, documented):
    daemon.configure()
    daemon.launch()
    seen = Observed.__new__(Observed)
    seen.daemon, seen.begin = daemon, 0
    try:
        try:
            seen.line(documented)
        except Failure as error:
            raise Failure(f"{error}; it says:\n{daemon.log()[-1500:]}") from error
        status = daemon.process.wait(30)
    finally:
        daemon.stop()
    if status != 75:
        raise Failure(f"ended with {status}")


def bad_starts(world, proxy, _):
    """A daemon that does not start has no metrics: Prometheus' own `up` tells."""
    connection = world.daemon.settings["database.connection"]
    world.postgres.sql("CREATE DATABASE empty OWNER quilter_owner", database="postgres")
    start_fails(stranger(world, connection.replace("dbname=quilter", "dbname=empty")),
                'start-failed reason="the database has no schema yet …"')
    with proxy.switched("refuse"):
        start_fails(stranger(world, connection),
                    'start-failed reason="…; what is tracked is not known yet either …"')
    start_fails(stranger(world, connection, **{"spool.folder": str(world.daemon.spool)}), "start-failed")
    start_fails(stranger(world, connection, **{"milter.listen": world.daemon.settings["milter.listen"]}), "start-failed")


FAILURES = (database_away, deadline_passed, slow_statement, lock_held, read_only, newer_schema, refused, too_big, spool_full,
            tempfail, disk_full, no_free_connection, torn, bad_starts)
ELSEWHERE = {"spooled (commit in doubt: …)"}  # a connection that breaks at every commit: scenario commit-cut


def check_all_are_here():
    table = GUIDE.partition("\n## Failures\n")[2].partition("\n## ")[0]
    known = set(re.findall(r"^\| `((?:spooled|try-later|start-failed)[^`]*)`", table, re.M))
    if missing := known - Observed.done - ELSEWHERE:
        raise Failure(f"failures of docs/operations.md that nobody has made: {sorted(missing)}")


@scenario("failures-told")
def told(run):
    """Each failure gives the log line that docs/operations.md has, and moves its metric"""
    with networked(run) as (world, proxy):
        world.settings = {**world.daemon.settings, "metrics.listen": f"127.0.0.1:{parts.free_port()}",
                          "milter.max_message_bytes": "64KiB", "database.lock_timeout": "200ms",
                          "spool.max_files": MOST_FILES}
        restart(world)
        post = Mails(world, run.seed)
        for failure in FAILURES:
            parts.wait_until(lambda: not world.daemon.spooled(), "what waits is recorded")
            print(failure.__name__, flush=True)
            failure(world, proxy, post)
        check_all_are_here()
