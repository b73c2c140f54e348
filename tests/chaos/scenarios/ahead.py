"""What can happen to mail that was answered ahead of the database, while it is in the write-ahead log alone."""
import contextlib
import subprocess

import parts
from parts import Failure
from scenario import scenario
from scenarios.disk import Seeds, faulty

AHEAD = {"spool.write_ahead": "16MiB"}
PATIENT = {"database.deadline": "60s", "database.statement_timeout": "50s", "database.lock_timeout": "50s"}


@contextlib.contextmanager
def table_locked(postgres):
    """The database is there, and records nothing."""
    with subprocess.Popen(["psql", "-XqAt", postgres.connection("postgres")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder:
        holder.stdin.write("BEGIN; LOCK TABLE message IN SHARE MODE; SELECT 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        yield
        holder.stdin.close()


@scenario("write-ahead-steps")
def steps(run):
    """The daemon is killed, and its power is cut, before and after each step by which a message is answered ahead"""
    seeds, traffics = Seeds(run), []
    with faulty(run) as (world, _, faults):
        world.daemon.settings.update(PATIENT | AHEAD)
        world.daemon.restart()
        for fault in ("kill", "power-cut"):
            for step in ("write", "fsync"):
                for when in ("before", "after"):
                    for place in run.pick((2,), (1, 2, 3, 5)):
                        traffics.append(die_ahead(f"{fault} {when} {step}:{place}", seeds, world, faults))
        if "spool-recovered" not in world.daemon.log():
            raise Failure("nothing was in the log alone when the daemon died")
        world.settle(*traffics, allow=("torn",))


def die_ahead(words, seeds, world, faults):
    with table_locked(world.postgres):
        with seeds.traffic(world, 8, clients=4, rate=200) as traffic:
            if not faults.deadly(words, traffic):
                raise Failure(f"that never came: {words}")
    return traffic


@scenario("write-ahead-killed")
def killed(run):
    """kill -9 at random while the database is slow, so that much is in the write-ahead log alone, by Postfix"""
    with run.world(settings=PATIENT) as world:
        with world.traffic(run.pick(200, 3_000), rate=run.pick(100, 80)) as traffic:
            for _ in traffic.points(run.pick(3, 60)):
                with table_locked(world.postgres):
                    wanted = max(0, traffic.missing - 5)
                    parts.wait_until(lambda wanted=wanted: traffic.missing <= wanted, "mail is answered ahead")
                    world.daemon.kill()
                    world.daemon.start()
        world.settle(traffic, allow=("torn",))


@scenario("write-ahead-errors")
def errors(run):
    """The disk fails the write-ahead log: told once, and all goes on as without it; nothing is lost"""
    for step in ("write", "fsync"):
        with faulty(run) as (world, _, faults):
            world.daemon.settings.update(AHEAD)
            world.daemon.restart()
            faults.order(f"EIO at {step}:5 for 1")
            with world.traffic(run.pick(60, 600), untracked=0) as traffic:
                pass
            told = world.daemon.log().count("write-ahead-off")
            if told != 1:
                raise Failure(f"EIO at {step}: write-ahead-off was said {told} times")
            world.settle(traffic)
