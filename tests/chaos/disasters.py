"""What can happen to the parts of a world: each takes the world and a source of chance, and leaves all well again."""
import contextlib
import socket
import struct
import time

import parts

INGEST = "pg_stat_activity WHERE usename = 'quilter_ingest' AND backend_type = 'client backend'"
END_ALL = f"SELECT count(pg_terminate_backend(pid)) FROM {INGEST}"
# One that is at work, where there is one.
END_ONE = (f"SELECT count(pg_terminate_backend(pid)) FROM "
           f"(SELECT pid FROM {INGEST} ORDER BY state = 'idle', random() LIMIT 1) a")


def killed(world, _):
    world.daemon.kill()
    world.daemon.start()


def stopped(world, _):
    status = world.daemon.restart()
    if status != 0:
        raise parts.Failure(f"quilterd ended with {status} after SIGTERM")


def restarted(world, chance):
    """As a power cut does it."""
    world.postgres.stop(immediate=True)
    time.sleep(chance.uniform(0, 1))
    world.postgres.start()


def terminated(world, _):
    world.postgres.sql(END_ONE)


def frozen(world, chance, least=1, most=4):
    with world.postgres.frozen():
        time.sleep(chance.uniform(least, most))


def crowded(world, chance):
    """Others hold all connections; the last slots of PostgreSQL are its superuser's."""
    with contextlib.ExitStack() as guests:
        for _ in range(200):  # quilterd may be quicker where one comes free
            while (guest := visit(world.postgres)) is not None:
                guests.enter_context(guest)
            if world.postgres.sql(END_ALL) == "0":
                break
        else:
            raise parts.Failure("quilterd always gets a connection")
        time.sleep(chance.uniform(0.3, 2))


def visit(postgres):
    """A session that does nothing, or None where PostgreSQL takes no more."""
    guest = socket.socket(socket.AF_UNIX)
    guest.settimeout(30)
    guest.connect(f"{postgres.folder}/.s.PGSQL.{postgres.port or 5432}")
    words = b"user\0quilter_owner\0database\0quilter\0\0"
    guest.sendall(struct.pack("!II", len(words) + 8, 3 << 16) + words)  # StartupMessage, protocol 3.0
    if guest.recv(1) == b"R":  # AuthenticationOk; it also stands before an error that comes later
        said = b""
        while b"Z\0\0\0\5" not in said:  # ReadyForQuery
            more = guest.recv(65536)
            if not more:
                break
            said += more
        else:
            return guest
    guest.close()
    return None


def read_only(world, chance):
    """At first for new sessions; then those that are there end."""
    def say(words):
        world.postgres.sql(f"ALTER DATABASE quilter {words}", database="postgres")
    say("SET default_transaction_read_only = on")
    try:
        time.sleep(chance.uniform(0.1, 1))
        world.postgres.sql(END_ALL)
        time.sleep(chance.uniform(0.3, 1.5))
    finally:
        say("RESET default_transaction_read_only")
        world.postgres.sql(END_ALL)  # they would stay read-only for good


@contextlib.contextmanager
def small_tablespace(world, size="512m"):
    """Puts the database on a file system of its own, for disk_full(); the daemon is restarted for that."""
    with parts.tmpfs(world.folder / "small", size) as folder:
        place = folder / "tables"
        place.mkdir()
        parts.run("chown", "postgres:", place)
        world.daemon.stop()
        world.postgres.sql(END_ALL)  # PgBouncer's
        for words in (f"CREATE TABLESPACE small LOCATION '{place}'", "ALTER DATABASE quilter SET TABLESPACE small"):
            world.postgres.sql(words, database="postgres")
        world.daemon.start()
        try:
            yield
        finally:
            world.daemon.stop()
            world.postgres.stop()


def disk_full(world, chance):
    """The file system that holds the tables."""
    with parts.full(world.folder / "small"):
        time.sleep(chance.uniform(0.5, 2))


def pooler_restarted(world, chance):
    world.bouncer.stop()
    time.sleep(chance.uniform(0, 0.5))
    world.bouncer.start()
