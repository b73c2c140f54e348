"""What can happen to PostgreSQL while mail comes in."""
import time

import disasters
import parts
import traffic as sending
from parts import Failure
from scenario import scenario


@scenario("postgres-restarted")
def restarted(run):
    """PostgreSQL stopped immediately, as by a power cut, and started, under load"""
    with run.world() as world:
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(4, 20), peace=0.7):
                disasters.restarted(world, traffic.chance)
        world.settle(traffic)


@scenario("backends-terminated")
def terminated(run):
    """pg_terminate_backend of quilterd's backends, at random, all the time"""
    with run.world() as world:
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(50, 400)):
                disasters.terminated(world, traffic.chance)
        world.settle(traffic)


@scenario("postgres-frozen")
def frozen(run):
    """SIGSTOP of all of PostgreSQL: mail is answered within the deadline, mail of no tracked list as before"""
    deadline, pause = run.pick(2, 5), run.pick(8, 30)
    with run.world(settings={"database.deadline": f"{deadline}s"}) as world:
        count = run.pick(40, 120) * (pause + 4)
        with world.traffic(count // 2, untracked=0, rate=count / 2 / (pause + 4)) as tracked, \
                world.traffic(count // 2, untracked=1, rate=count / 2 / (pause + 4)) as untracked:
            time.sleep(2)
            start = time.monotonic()
            with world.postgres.frozen():
                time.sleep(pause)
                end = time.monotonic()
        before, during = (one.answers(begin=begin, end=until)
                          for one, begin, until in ((untracked, 0, start), (untracked, start, end)))
        held = tracked.answers(begin=start, end=end + 2 * deadline + 1)
        print(f"frozen for {pause} s, deadline {deadline} s; tracked mail: {sending.shown(held)}\n"
              f"mail of no tracked list, before: {sending.shown(before)}; meanwhile: {sending.shown(during)}")
        world.settle(tracked, untracked)
        if not held or held[-1] >= 2 * deadline + 1:
            raise Failure(f"tracked mail was held up: {sending.shown(held)}")
        if not during or during[-1] >= 2 * deadline + 1:
            raise Failure(f"mail of no tracked list was held up: {sending.shown(during)}")


@scenario("connections-exhausted")
def exhausted(run):
    """Others take every connection of PostgreSQL for a while, those of quilterd too"""
    with run.world(database={"max_connections": 20}) as world:
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(3, 20), peace=0.7):
                disasters.crowded(world, traffic.chance)
        world.settle(traffic)


@scenario("database-read-only")
def read_only(run):
    """The database becomes read-only, for new sessions and for those that are there, and writable again"""
    with run.world() as world:
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(3, 20), peace=0.7):
                disasters.read_only(world, traffic.chance)
        world.settle(traffic)


@scenario("database-disk-full")
def disk_full(run):
    """The file system that holds the tables is full (53100), then has room again"""
    with run.world() as world, disasters.small_tablespace(world):
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(3, 20), peace=0.7):
                disasters.disk_full(world, traffic.chance)
        world.settle(traffic)


@scenario("pgbouncer-restarted")
def pooler_restarted(run):
    """PgBouncer, by which quilterd reaches PostgreSQL, stopped and started under load"""
    with run.world(pooled=True) as world:
        with world.traffic(run.pick(600, 4_000), rate=run.pick(80, 50)) as traffic:
            for _ in traffic.points(run.pick(3, 30), peace=0.7):
                disasters.pooler_restarted(world, traffic.chance)
        world.settle(traffic)


@scenario("standby-promoted")
def promoted(run):
    """The primary dies, its synchronous standby is promoted under load; quilterd's connection string names both"""
    with run.world() as world, parts.Postgres(world.folder / "standby", standby_of=world.postgres) as standby:
        primary = world.postgres
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        parts.wait_until(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication") == "sync",
                         "a synchronous standby")
        world.daemon.settings["database.connection"] = (
            f"host={primary.folder},{standby.folder} port=5432,5432 user=quilter_ingest dbname=quilter "
            "target_session_attrs=read-write")
        world.daemon.restart()
        with world.traffic(run.pick(600, 6_000), rate=run.pick(120, 100)) as traffic:
            for _ in traffic.points(1, end=0.6):
                primary.stop(immediate=True)
                time.sleep(traffic.chance.uniform(0.5, 1.5))
                standby.promote()
        world.settle(traffic, postgres=standby)
