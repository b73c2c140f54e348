"""The parts of a run: PostgreSQL, Postfix, PgBouncer and the real quilterd, each in a folder of its own.

Each is a context manager: what it starts is stopped by its process id at the end, whatever happened. Nothing outside
the folders is touched.
"""
import contextlib
import os
import pathlib
import re
import signal
import subprocess

# Scenarios name these by parts, too.
from ground import (LIST_ID, PROJECT, SKIPPED, SUPPORT, Failure, Part, Skip, free_port, full,  # pylint: disable=unused-import
                    processes, program, run, scratch, tmpfs, wait_until)


class Postgres(Part):
    """A cluster of its own with database quilter, on a unix socket; on 127.0.0.1 too when `port` is given.

    `settings` are lines of postgresql.conf and hold from the next start. standby_of: another Postgres, which it copies
    and follows until promote().
    """

    def __init__(self, folder, settings=None, port=None, standby_of=None):
        self.folder = pathlib.Path(folder)
        self.settings = {"max_connections": 60, "shared_buffers": "32MB", "recovery_init_sync_method": "syncfs",
                         **(settings or {})}
        self.port = port
        self.standby_of = standby_of

    def start(self):
        options = [word for name, value in self.settings.items() for word in ("--set", f"{name}={value}")]
        if self.port:
            options += ["--port", self.port]
        if self.standby_of:
            options += ["--standby-of", self.standby_of.folder]
        run(SUPPORT / "postgres", "start", self.folder, *options)

    def stop(self, immediate=True):
        self.resume()
        if (self.folder / "data").exists():
            run(SUPPORT / "postgres", "stop", self.folder, *(["--immediate"] if immediate else []))

    def restart(self, immediate=True):
        self.stop(immediate)
        self.start()

    def promote(self):
        run(SUPPORT / "postgres", "promote", self.folder)

    def server(self):
        """The process id of the postmaster, or None."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
            os.kill(number, 0)
            return number
        return None

    def pause(self):
        """SIGSTOP to the postmaster, which then starts no more, and to all that it started."""
        server = self.server()
        if server is None:
            raise Failure("PostgreSQL does not run")
        os.kill(server, signal.SIGSTOP)
        self.signal_children(server, signal.SIGSTOP)

    def resume(self):
        server = self.server()
        if server is not None:
            self.signal_children(server, signal.SIGCONT)
            os.kill(server, signal.SIGCONT)

    @staticmethod
    def signal_children(server, number):
        for child, parent in processes():
            if parent == server:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, number)

    @contextlib.contextmanager
    def frozen(self):
        self.pause()
        try:
            yield
        finally:
            self.resume()

    def connection(self, role="quilter_ingest", database="quilter", tcp=False):
        """A libpq connection string."""
        host = "127.0.0.1" if tcp else self.folder
        return f"host={host} port={self.port or 5432} user={role} dbname={database}"

    def sql(self, text, role="postgres", database="quilter", limit=60):
        """What a statement gives: rows as lines, columns split by |."""
        return run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text,
                   f"{self.connection(role, database)} application_name=chaos", limit=limit).rstrip("\n")

    def tool(self, *words, role="quilter_owner", limit=300):
        return run(program("quilter"), "--database", self.connection(role), *words, limit=limit)

    def prepare(self):
        """The schema and the project."""
        self.tool("migrate")
        self.tool("project", "add", PROJECT, "--list-id", LIST_ID)


class PgBouncer(Part):
    """Before a Postgres; `settings` are lines of pgbouncer.ini."""

    def __init__(self, folder, postgres, settings=None):
        self.folder = pathlib.Path(folder)
        self.postgres = postgres
        self.settings = {"default_pool_size": 4, **(settings or {})}

    def start(self):
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        run(SUPPORT / "pgbouncer", "start", self.folder, self.postgres.folder, *settings)

    def stop(self):
        if self.folder.exists():
            run(SUPPORT / "pgbouncer", "stop", self.folder)

    def connection(self, role="quilter_ingest"):
        return f"host={self.folder} port=6432 user={role} dbname=quilter"


class Postfix(Part):
    """SMTP on 127.0.0.1: `milters` has a milter's address for each port. It wants root, else Skip.

    prefix: as Daemon's; then a port may be "ADDRESS:PORT".
    """

    def __init__(self, folder, milters, settings=None, prefix=()):
        self.folder = pathlib.Path(folder)
        self.milters = dict(milters)
        self.settings = dict(settings or {})
        self.prefix = list(prefix)

    @property
    def port(self):
        return next(iter(self.milters))

    def start(self):
        words = [word for pair in self.milters.items() for word in pair]
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        run(*self.prefix, SUPPORT / "postfix", "start", self.folder, *words, *settings)

    def stop(self):
        with contextlib.suppress(Skip):
            run(SUPPORT / "postfix", "stop", self.folder)

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


def toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Daemon(Part):
    """quilterd with its own configuration, socket, spool and log, all in `folder`.

    settings: {"database.deadline": "2s", …} beyond what it needs. prefix: words before the command that end in exec
    (prlimit …, ip netns exec …). environment: more of it (LD_PRELOAD). descriptors: what the daemon inherits.
    """

    def __init__(self, folder, connection, settings=None, prefix=(), environment=None, descriptors=()):
        self.folder = pathlib.Path(folder)
        self.spool = self.folder / "spool"
        self.log_file = self.folder / "log"
        self.settings = {"milter.listen": f"unix:{self.folder}/socket", "milter.socket_mode": "0666",
                         "database.connection": connection, "spool.folder": str(self.spool), **(settings or {})}
        self.prefix = [str(word) for word in prefix]
        self.environment = dict(environment or {})
        self.descriptors = tuple(descriptors)
        self.process = None
        self.starts = 0
        self.has_spool = None  # until configure() has asked

    @property
    def address(self):
        """What Postfix's smtpd_milters wants."""
        return f"unix:{self.folder}/socket"

    @property
    def config(self):
        return self.folder / "quilter.toml"

    def configure(self):
        """Writes the configuration; without [spool] for a daemon that knows no such table."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        self.spool.mkdir(mode=0o700, exist_ok=True)
        if self.has_spool is None:
            self.write_config(True)
            said = subprocess.run([program("quilterd"), "--config", self.config, "--check-config"], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
            self.has_spool = re.search(r": spool: ", said) is None
        self.write_config(self.has_spool)

    def write_config(self, with_spool):
        tables = {}
        for name, value in self.settings.items():
            table, key = name.split(".")
            if with_spool or table != "spool":
                tables.setdefault(table, []).append(f"{key} = {toml(value)}")
        self.config.write_text("".join(f"[{table}]\n" + "\n".join(lines) + "\n" for table, lines in tables.items()))

    def start(self):
        """Back once it listens."""
        self.configure()
        begin = self.log_size()
        self.launch()
        wait_until(lambda: self.listens(begin), f"quilterd listens; its log:\n{self.log()[-2000:]}")

    def launch(self):
        """Does not wait, for it to listen or to say why not."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, program("quilterd"), "--config", str(self.config)], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={**os.environ, **self.environment}, pass_fds=self.descriptors, start_new_session=True)
        self.starts += 1

    def listens(self, begin):
        if "listening on=" in self.log(begin):
            return True
        if self.process.poll() is not None:
            raise Failure(f"quilterd ended with {self.process.returncode}:\n{self.log(begin)[-2000:]}")
        return False

    def log_size(self):
        return self.log_file.stat().st_size if self.log_file.exists() else 0

    def log(self, begin=0):
        """From a byte of it on."""
        if not self.log_file.exists():
            return ""
        with open(self.log_file, "rb") as file:
            file.seek(begin)
            return file.read().decode("utf-8", "replace")

    def wait_for_log(self, words, begin=0, limit=60):
        wait_until(lambda: words in self.log(begin), f"quilterd says {words!r}", limit)

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL."""
        self.end(signal.SIGKILL)

    def terminate(self, limit=40):
        """SIGTERM; the exit status."""
        return self.end(signal.SIGTERM, limit)

    def end(self, number, limit=40):
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(number)
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.wait()
            raise Failure(f"quilterd did not end within {limit} s of signal {number}") from error

    def stop(self):
        """SIGCONT first: a scenario may have stopped it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.terminate()

    def restart(self):
        status = self.terminate()
        self.start()
        return status

    def spooled(self, folder="new"):
        """Names of the files in a folder of the spool: tmp, new, failed, torn."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(os.listdir(self.spool / folder))
        return []
