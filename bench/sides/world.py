"""The servers of a run, each started when it is first asked for, and ended with the run."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.request

import parts
from ground import LIST_ID, PROJECT, Failure, run, wait_until

from . import usage

ROWS = pathlib.Path(__file__).resolve().parent.parent / "rows.sql"
BARE = """CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message_id text NOT NULL UNIQUE,
                            raw bytea COMPRESSION lz4 NOT NULL)"""
# More than a busy machine can use up: mail that is spooled measures nothing.
PATIENCE = {"database.deadline": "1min", "database.statement_timeout": "50s"}
UNTRACKED_ID = "other.lists.example.org"
ACCOUNT = "SELECT count(*) FROM message"


class World:
    """A PostgreSQL with a database a subject, a quilterd a subject, null milters, a Postfix before each of them.

    subjects: Quilter, and the other revision where there is one. plan: how long and how much. All durable, all with the
    defaults of an installation, but for PostgreSQL's max_connections and the daemon's patience.
    """

    def __init__(self, folder, subjects, plan):
        self.folder = folder
        self.subjects = subjects
        self.plan = plan
        self.ours = subjects[0]
        self.runs = 0
        self.points = []  # for the plot: (connections, what each side gave)
        self.growth = []  # (messages in the database, what each subject gave)
        self.recorded = {subject.name: 0 for subject in subjects}
        self.parts = {}
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        self.postgres = self.stack.enter_context(
            parts.Postgres(self.folder / "pg", {"max_connections": 200, "shared_buffers": "128MB"}))
        self.postgres.sql(BARE)
        return self

    def __exit__(self, *_):
        self.stack.close()

    def once(self, name, make):
        """A part that is started at the first call."""
        if name not in self.parts:
            self.parts[name] = self.stack.enter_context(make())
        return self.parts[name]

    def database(self, subject, name):
        """A new one, with schema and project; the connection string of ingest."""
        self.postgres.sql(f"CREATE DATABASE {name} OWNER quilter_owner", database="postgres")
        owner = (subject.program("quilter"), "--database", self.postgres.connection("quilter_owner", name))
        run(*owner, "migrate")
        run(*owner, "project", "add", PROJECT, "--list-id", LIST_ID)
        return self.postgres.connection("quilter_ingest", name)

    def drop(self, name):
        self.postgres.sql(f"DROP DATABASE {name} WITH (FORCE)", database="postgres")

    def number(self, subject):
        return self.subjects.index(subject)

    def new_daemon(self, subject, name):
        """A daemon with a database of its own; both are called `name`."""
        port = parts.free_port()
        daemon = parts.Daemon(self.folder / name, self.database(subject, name), {**PATIENCE, "metrics.listen": f"127.0.0.1:{port}"},
                              prefix=("prlimit", "--nofile=8192"))
        daemon.metrics = f"http://127.0.0.1:{port}/metrics"

        @contextlib.contextmanager
        def running():
            with subject.programs():
                daemon.start()
            try:
                yield daemon
            finally:
                daemon.kill()  # to be stopped takes libmilter 5 s
                self.drop(name)
        return running()

    def daemon(self, subject):
        """The one that all live mail goes to."""
        name = f"live_{self.number(subject)}"
        daemon = self.once(name, lambda: self.new_daemon(subject, name))
        if self.recorded[subject.name] == 0:  # connections and plans are made
            self.live(subject, 16, seconds=min(2, self.plan.seconds))
        return daemon

    @contextlib.contextmanager
    def new_null_milter(self, what="go-on", name="null"):
        """Of `bench_null_milter`: its address and process id."""
        path = self.folder / name
        with subprocess.Popen([self.ours.driver("bench_null_milter"), f"unix:{path}", what], stdout=subprocess.PIPE,
                              text=True) as process:
            try:
                if process.stdout.readline().strip() != "listening":
                    raise Failure("bench_null_milter did not start")
                path.chmod(0o666)
                yield f"unix:{path}", process.pid
            finally:
                process.kill()

    def null_milter(self, what):
        return self.once(f"null {what}", lambda: self.new_null_milter(what, f"null-{what}"))

    def ports(self):
        """{what stands behind it: a port of Postfix}."""
        milters = {"none": "", "go-on": self.null_milter("go-on")[0], "accept": self.null_milter("accept")[0]}
        milters |= {subject.name: self.daemon(subject).address for subject in self.subjects}

        def make():
            self.parts["ports"] = {name: parts.free_port() for name in milters}
            return parts.Postfix(self.folder / "mta", {self.parts["ports"][name]: milters[name] for name in milters})
        self.once("postfix", make)
        return self.parts["ports"]

    def drive(self, target, clients, seconds=None, mails=None, deal="apart", list_id=LIST_ID):
        """What bench_drive says: mails, rate, p50, p99, most."""
        self.runs += 1
        words = ["--clients", clients, "--deal", deal, "--list-id", list_id, "--seed", self.plan.seed, "--run", self.runs]
        words += ["--mails", mails] if mails else ["--seconds", seconds or self.plan.seconds]
        return json.loads(run(self.ours.driver("bench_drive"), target, *words, limit=7200))

    def live(self, subject, clients, **options):
        """Tracked mail by the milter protocol, to a subject's daemon."""
        daemon = self.parts[f"live_{self.number(subject)}"]
        return self.counted(subject, self.through(daemon, clients, **options))

    def through(self, daemon, clients, **options):
        """Tracked mail to any daemon. What is spooled is answered, too, and would make a quick database of none."""
        begin = daemon.log_size()

        def drive():
            return self.settled(daemon, self.drive(f"milter:{daemon.address}", clients, **options))
        found = self.with_cpu(drive, daemon.process.pid)
        if "status=spooled" in daemon.log(begin):
            raise Failure(f"mail was spooled:\n{daemon.log(begin)[-2000:]}")
        return found

    @staticmethod
    def settled(daemon, found):
        """The rate at which mail came into the database, not that at which it was answered: until its backlog is empty."""
        start = time.monotonic()

        def backlog():
            with urllib.request.urlopen(daemon.metrics) as page:
                told = re.search(r"^quilter_backlog_messages (\d+)", page.read().decode(), re.MULTILINE)
            return int(told[1]) if told else 0  # a revision that has none
        wait_until(lambda: backlog() == 0, "the backlog is recorded", 60)
        return {**found, "rate": found["mails"] / (found["seconds"] + time.monotonic() - start)}

    def with_cpu(self, drive, *processes):
        """With "cpu": milliseconds a mail, of PostgreSQL and the processes; the driver's is not in it."""
        main = (self.postgres.server(), *processes)
        before = sum(map(usage.cpu, main))
        found = drive()
        return {**found, "cpu": 1000 * (sum(map(usage.cpu, main)) - before) / max(found["mails"], 1)}

    def counted(self, subject, found):
        """A rate is worth nothing where mail was not recorded."""
        self.recorded[subject.name] += found["mails"]
        there = int(self.postgres.sql(ACCOUNT, database=f"live_{self.number(subject)}"))
        if there != self.recorded[subject.name]:
            raise Failure(f"{subject.name} recorded {there} of {self.recorded[subject.name]} mails")
        return found

    def smtp(self, port, clients, subject=None, **options):
        """Through Postfix; back once its queue is empty, so that the next one does not pay for this one's deliveries."""
        found = self.drive(f"smtp:{port}", clients, **options)
        if subject:
            found = self.settled(self.daemon(subject), found)
        queue = self.folder / "mta" / "queue"
        wait_until(lambda: not any(files for name in ("incoming", "active", "deferred") for *_, files in os.walk(queue / name)),
                   "Postfix's queue is empty", 600)
        return found

    def null(self, clients):
        """A milter that does nothing, by the bare milter protocol."""
        address, process = self.null_milter("go-on")
        return self.with_cpu(lambda: self.drive(f"milter:{address}", clients), process)

    def rows(self, clients):
        """The rows of a patch without what they are found by (bench/rows.sql), by pgbench(1)."""
        name = "rows"
        if name not in self.parts:
            self.parts[name] = self.folder / "rows.pgbench"
            box = self.folder / "rows-box"
            run(self.ours.driver("bench_drive"), f"mbox:{box}", "--mails", 2)
            self.parts[name].write_text(f"SELECT rows_of_a_patch('\\x{box.read_bytes()[-6_000:].hex()}');\n")
            self.database(self.ours, name)
            self.postgres.sql(ROWS.read_text(), database=name)
        words = ("--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--time={max(1, round(self.plan.seconds))}",
                 f"--file={self.parts[name]}")

        def drive():
            told = run("pgbench", *words, self.postgres.connection("postgres", name))
            rate = float(re.search(r"^tps = ([\d.]+)", told, re.MULTILINE)[1])
            return {"rate": rate, "mails": int(re.search(r"actually processed: (\d+)", told)[1])}
        return self.with_cpu(drive)

    def bare(self, clients, **options):
        """The limit: bare INSERTs, each time into an empty table, since it would grow several times as fast as ours."""
        self.postgres.sql("TRUNCATE bare")
        return self.with_cpu(lambda: self.drive(f"insert:{self.postgres.connection('postgres')}", clients, **options))
