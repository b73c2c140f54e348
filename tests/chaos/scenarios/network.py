"""What can happen between quilterd and PostgreSQL."""
import contextlib
import time

import parts
import proxy as cable
import traffic as sending
from scenario import scenario


@contextlib.contextmanager
def networked(run, **world):
    """A world whose daemon reaches PostgreSQL through a Proxy."""
    deadline = run.pick(2, 5)
    with run.world(settings={"database.deadline": f"{deadline}s"}, tcp=True, by_postfix=False, **world) as world, \
            cable.Proxy(world.postgres) as proxy:
        world.daemon.settings["database.connection"] = proxy.connection()
        world.daemon.restart()
        yield world, proxy
        world.daemon.stop()  # not by a proxy that is gone


def check_answers(what, answers, deadline):
    """Nobody waits for the world: two time-outs at most, and a breath."""
    print(f"{what}, deadline {deadline} s: {sending.shown(answers)}", flush=True)
    if not answers or answers[-1] >= 2 * deadline + 1:
        raise parts.Failure(f"{what}: mail was held up: {sending.shown(answers)}")


def disturb(run, modes):
    """Mail comes all the time, each of the modes for a while: none waits longer, that of no tracked list not at all."""
    deadline, pause, rate = run.pick(2, 5), run.pick(7, 30), run.pick(10, 40)
    count = (len(modes) * (pause + 2) + 2) * rate
    with networked(run) as (world, proxy):
        measured = []
        with world.traffic(count, untracked=0, rate=rate) as tracked, \
                world.traffic(count, untracked=1, rate=rate) as untracked:
            for mode in modes:
                time.sleep(1)
                begin = time.monotonic()
                with proxy.switched(mode):
                    time.sleep(pause)
                    measured.append((f"{mode} for {pause} s", begin, time.monotonic()))
                time.sleep(1)
        for what, begin, end in measured:
            check_answers(f"{what}, tracked mail", tracked.answers(begin=begin, end=end + 2 * deadline + 1), deadline)
            check_answers(f"{what}, other mail", untracked.answers(begin=begin, end=end), deadline)
        world.settle(tracked, untracked)


@scenario("network-cut")
def cut(run):
    """Every connection to the database is reset, again and again; at times nobody listens there"""
    with networked(run) as (world, proxy):
        with world.traffic(run.pick(800, 4_000)) as traffic:
            for number, _ in enumerate(traffic.points(run.pick(12, 100))):
                if number % 4 == 3:
                    with proxy.switched("refuse"):
                        time.sleep(traffic.chance.uniform(0.1, 1.5))
                else:
                    proxy.cut()
        check_answers("network cut", traffic.answers(), run.pick(2, 5))
        world.settle(traffic)


@scenario("network-slow")
def slow(run):
    """2 s a packet, then byte by byte: a database that drips counts as away"""
    disturb(run, ("slow", "drip"))


@scenario("network-black-hole")
def black_hole(run):
    """All is taken and nothing comes back, no reset either"""
    disturb(run, ("hole",))


@scenario("commit-cut")
def commit_cut(run):
    """The connection is cut at a COMMIT: before PostgreSQL saw it, or after, and nobody knows"""
    with networked(run) as (world, proxy):
        with world.traffic(run.pick(800, 5_000)) as traffic:
            for number, _ in enumerate(traffic.points(run.pick(30, 300))):
                proxy.cut_commit(("before", "after")[number % 2])
        print(f"{proxy.commits_cut} commits cut")
        world.settle(traffic)
