"""What can happen to the spool and the disk that it is on, while the database is away."""
import contextlib
import os
import pathlib
import subprocess

import parts
from parts import Failure
from scenario import scenario
from scenarios.network import networked

KEEPING = ("create", "write", "fsync", "rename", "dirsync")  # the steps of keeping one message
MEANINGS = {"ENOSPC": "No space left on device", "EIO": "Input/output error", "EDQUOT": "Disk quota exceeded"}
NONE_FREE = {"spool.min_free": 0}
KEPT_FIRST = {"spool.write_ahead": 0}  # each message is kept before it is answered, the first one too


class Faults:
    """The disk below a daemon's spool as tests/chaos/faults plays it; from the daemon's next start on."""

    def __init__(self, world):
        library = pathlib.Path(parts.program("quilterd")).with_name("libquilter_faults.so")
        if not library.exists():
            raise parts.Skip(f"{library} is not built: not where there are sanitizers")
        self.daemon = world.daemon
        self.file = world.folder / "order"
        world.daemon.environment.update({"LD_PRELOAD": str(library),
                                         "QUILTER_FAULT_FOLDER": str(world.daemon.spool),
                                         "QUILTER_FAULT_ORDER": str(self.file)})

    def order(self, words):
        draft = self.file.with_suffix(".new")
        draft.write_text(words)
        draft.rename(self.file)

    def none(self):
        self.file.unlink(missing_ok=True)

    def deadly(self, words, traffic):
        """Back when the daemon has died of it and was started again: True; False where all mail was accepted before."""
        process = self.daemon.process
        self.order(words)
        parts.wait_until(lambda: process.poll() is not None or not traffic.missing, f"quilterd dies: {words}", 60)
        self.none()
        if process.poll() is None:
            return False
        if process.returncode != -9:
            raise Failure(f"{words}: quilterd ended with {process.returncode}")
        self.daemon.start()
        return True


@contextlib.contextmanager
def faulty(run):
    """A world with a Proxy to take the database away, and Faults."""
    with networked(run) as (world, proxy):
        faults = Faults(world)
        world.daemon.settings.update(KEPT_FIRST)
        world.daemon.restart()
        yield world, proxy, faults
        faults.none()


class Seeds:
    """Mails of their own for each of several traffics."""

    def __init__(self, run):
        self.next = run.seed * 1000

    def traffic(self, world, count, **options):
        self.next += 1
        return world.traffic(count, untracked=0, mail_seed=self.next, **options)


@scenario("spool-steps")
def steps(run):
    """The daemon is killed, and its power is cut, before and after each step of keeping a message and of its replay"""
    seeds, traffics = Seeds(run), []
    places = run.pick((2,), (1, 2, 5))
    with faulty(run) as (world, proxy, faults):
        for fault in run.pick(("power-cut",), ("kill", "power-cut")):
            with proxy.switched("refuse"):
                for step in KEEPING:
                    for when in ("before", "after"):
                        for place in places:
                            traffics.append(die_keeping(f"{fault} {when} {step}:{place}", seeds, world, faults))
            empty(world)
            for when in ("before", "after"):
                for place in places:
                    traffics.append(die_replaying(f"{fault} {when} unlink:{place}", seeds, world, proxy, faults))
        world.settle(*traffics, allow=("torn",))


def die_keeping(words, seeds, world, faults):
    with seeds.traffic(world, 8, clients=4, rate=200) as traffic:
        if not faults.deadly(words, traffic):
            raise Failure(f"that never came: {words}")
    return traffic


def die_replaying(words, seeds, world, proxy, faults):
    with proxy.switched("refuse"):
        with seeds.traffic(world, 8, clients=4) as traffic:
            pass
        faults.order(words)
    parts.wait_until(lambda: world.daemon.process.poll() is not None, f"quilterd dies: {words}")
    world.daemon.process.wait()
    faults.none()
    world.daemon.start()
    empty(world)
    return traffic


def empty(world):
    parts.wait_until(lambda: not world.daemon.spooled(), "all is replayed", 60)


@scenario("power-cut")
def power_cut(run):
    """The power is cut at random while mail is spooled: what was accepted is there afterwards"""
    with faulty(run) as (world, proxy, faults):
        cuts = 0
        with proxy.switched("refuse"), Seeds(run).traffic(world, run.pick(300, 3_000), rate=150) as traffic:
            for _ in traffic.points(run.pick(5, 60), end=0.85):
                when, place = traffic.chance.choice(("before", "after")), traffic.chance.randrange(1, 20)
                cuts += faults.deadly(f"power-cut {when} write:{place}", traffic)
        print(f"{cuts} power cuts", flush=True)
        world.settle(traffic, allow=("torn",))


@scenario("spool-errors")
def errors(run):
    """Each step of keeping a message fails: 451 with the reason, nothing half kept; and the removal after the replay"""
    seeds, traffics = Seeds(run), []
    with faulty(run) as (world, proxy, faults):
        with proxy.switched("refuse"):
            for name in run.pick(("ENOSPC",), tuple(MEANINGS)):
                for step in KEEPING:
                    traffics.append(fail_keeping(name, step, seeds, world, faults))
                    check_spool(world, sum(len(one.records) for one in traffics))
            faults.order("EIO at unlink:1 for 3")
        empty(world)
        faults.none()
        world.settle(*traffics)


def fail_keeping(name, step, seeds, world, faults):
    begin = world.daemon.log_size()
    faults.order(f"{name} at {step}:2 for 3")
    with seeds.traffic(world, 6, clients=3) as traffic:
        pass
    faults.none()
    later = [line for line in world.daemon.log(begin).splitlines() if "status=try-later" in line]
    if len(later) != 3 or not all(MEANINGS[name] in line for line in later):
        raise Failure(f"{name} at {step}, three times, is told so:\n" + "\n".join(later))
    return traffic


def check_spool(world, kept):
    drafts, waiting = world.daemon.spooled("tmp"), world.daemon.spooled("new")
    if drafts or len(waiting) != kept:
        raise Failure(f"{kept} messages were accepted, but tmp holds {drafts} and new {len(waiting)}")


@scenario("spool-full")
def full(run):
    """The disk of the spool, a small tmpfs, is full; then its limits are reached: 451, and all arrives later"""
    with networked(run) as (world, proxy):
        seeds, spool = Seeds(run), world.daemon.spool
        world.daemon.settings.update(KEPT_FIRST)
        world.daemon.stop()
        with parts.tmpfs(spool, "600k"):
            spool.chmod(0o700)
            traffics = [fill(world, proxy, seeds, {**NONE_FREE}, MEANINGS["ENOSPC"], "full",
                             lambda: parts.run("mount", "-o", "remount,size=64m", spool))]
            for settings, reason in (({"spool.max_files": 20}, "max_files"),
                                     ({"spool.max_bytes": "100KiB"}, "max_bytes"),
                                     ({"spool.min_free": "65400KiB"}, "min_free")):
                traffics.append(fill(world, proxy, seeds, {**NONE_FREE, **settings}, reason, reason, None))
            world.settle(*traffics)
            world.daemon.stop()


def fill(world, proxy, seeds, settings, reason, also, make_room):
    """Until the daemon says 451 for that reason; then room is made, or the database comes back."""
    daemon = world.daemon
    daemon.settings = {name: value for name, value in daemon.settings.items()
                       if not name.startswith("spool.m")} | settings
    daemon.restart()
    with proxy.switched("refuse"):
        with seeds.traffic(world, 250) as traffic:
            wait_for_refusals(daemon, traffic, reason, also)
            kept = len(daemon.spooled())
            if make_room:
                make_room()
                traffic.wait()
            else:
                proxy.switch("pass")
    empty(world)
    print(f"{reason}: {kept} of {len(traffic.records)} mails were spooled when it was full", flush=True)
    return traffic


def wait_for_refusals(daemon, traffic, *reasons):
    def refused():
        traffic.raise_problem()
        return sum("status=try-later" in line and any(reason in line for reason in reasons)
                   for line in daemon.log().splitlines()) >= 10
    parts.wait_until(refused, f"ten mails are answered 451 because of {reasons[0]}", 60)


@scenario("spool-folder")
def folder(run):
    """The folder is gone, read-only, another's, in use: said at start; 451 at run, and well again when it is back"""
    with networked(run) as (world, proxy):
        check_starts(world)
        world.daemon.settings.update(KEPT_FIRST)
        world.daemon.restart()
        seeds = Seeds(run)
        world.settle(*[lost_at_run(world, proxy, seeds, disaster) for disaster in (gone, read_only)])


def check_starts(world):
    other = world.folder / "other"
    refuses(world, {"spool.folder": str(other)}, str(other))
    other.mkdir(mode=0o700)
    os.chown(other, 65534, -1)
    refuses(world, {"spool.folder": str(other)}, str(other))
    refuses(world, {}, "used by another quilterd")  # by the one that runs
    os.chown(other, 0, -1)
    with read_only(other):
        refuses(world, {"spool.folder": str(other)}, "read-only")


def refuses(world, settings, words):
    """A second daemon does not start, and says why."""
    second = parts.Daemon(world.folder / "second", world.daemon.settings["database.connection"],
                          {"spool.folder": str(world.daemon.spool), **NONE_FREE, **settings})
    second.configure()
    second.launch()
    check_refusal(second, words)


def check_refusal(daemon, *words):
    try:
        status = daemon.process.wait(30)
    except subprocess.TimeoutExpired as error:
        daemon.kill()
        raise Failure(f"quilterd starts, which should fail for {words[0]}") from error
    finally:
        daemon.process = None
    last = daemon.log().splitlines()[-1]
    print(f"status {status}: {last.partition('critical: ')[2]}", flush=True)
    if status == 0 or not all(word in last for word in words):
        raise Failure(f"quilterd ended with {status}, and should have told of {words}:\n{last}")


@contextlib.contextmanager
def gone(spool):
    away = spool.with_suffix(".away")
    spool.rename(away)
    try:
        yield
    finally:
        away.rename(spool)


@contextlib.contextmanager
def read_only(spool):
    """By a mount on top of it: a file system that has files open for writing cannot be made read-only."""
    if os.geteuid() != 0:
        raise parts.Skip("only root can mount")
    try:
        parts.run("mount", "--bind", spool, spool)
    except parts.Failure as error:
        raise parts.Skip(f"no mount here: {error}") from error
    try:
        parts.run("mount", "-o", "remount,bind,ro", spool)
        yield
    finally:
        parts.run("umount", "--lazy", spool)


def lost_at_run(world, proxy, seeds, disaster):
    with proxy.switched("refuse"):
        with seeds.traffic(world, 60, rate=60) as traffic:
            parts.wait_until(world.daemon.spooled, "mail is spooled")
            begin = world.daemon.log_size()
            with disaster(world.daemon.spool):
                parts.wait_until(lambda: world.daemon.log(begin).count("status=try-later") >= 5, "mail is answered 451")
    shown = [line for line in world.daemon.log(begin).splitlines() if "status=try-later" in line]
    print(shown[-1].partition("status=")[2], flush=True)
    return traffic
