"""Descriptors, threads and memory run out, and come back."""
import contextlib
import dataclasses
import os
import pathlib
import socket
import time

import mails
import parts
import traffic as sending
from parts import Failure
from scenario import scenario

UID = 61_234  # of nobody: RLIMIT_NPROC counts all threads of a user
MEGABYTE = 1 << 20


def limit(process, name, most):
    """The soft limit of a running process; None: as high as it may. By its own user, who alone may."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    by_user = ("setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "prlimit", f"--pid={process.pid}")
    soft = most or parts.run(*by_user, f"--{name}", "--output=HARD", "--noheadings").strip()
    parts.run(*by_user, f"--{name}={soft}:")


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


def threads(process):
    return len(os.listdir(f"/proc/{process.pid}/task"))


def impatient(world, count, patience=5):
    return [sending.Milter(world.daemon.folder / "socket", patience) for _ in range(count)]


@contextlib.contextmanager
def limited(world, name, most):
    process = world.daemon.process
    limit(process, name, most)
    try:
        yield
    finally:
        if process.poll() is None:
            limit(process, name, None)


def keep_alive(world):
    """A service manager: quilterd may end where it says why, and is started again."""
    if world.daemon.process.poll() is not None:
        status = world.daemon.process.returncode
        print(f"quilterd ended with {status}: {world.daemon.log().splitlines()[-1]}", flush=True)
        if status < 0:
            raise Failure(f"quilterd died of signal {-status}")
        world.daemon.start()


@scenario("descriptors-exhausted")
def no_descriptors(run):
    """More sessions than descriptors: those that are there go on, the others wait; then there are enough again"""
    with run.world(by_postfix=False) as world:
        before = descriptors(world.daemon.process)
        clients = Guests(world, 60)
        with world.traffic(run.pick(300, 3_000), clients=impatient(world, 20)) as traffic:
            for _ in traffic.points(run.pick(2, 10)):
                with limited(world, "nofile", before + 25), clients:
                    parts.wait_until(lambda: descriptors(world.daemon.process) >= before + 25, "no descriptor is left")
                    hold(world, run.pick(2, 10))
                keep_alive(world)
        check_released(world, before)
        world.settle(traffic)


class Guests:
    """Sessions that take descriptors and say nothing."""

    def __init__(self, world, count):
        self.world, self.count = world, count
        self.sockets = []

    def __enter__(self):
        for _ in range(self.count):
            self.sockets.append(socket.socket(socket.AF_UNIX))
            self.sockets[-1].setblocking(False)
            with contextlib.suppress(BlockingIOError):
                self.sockets[-1].connect(f"{self.world.daemon.folder}/socket")
        return self

    def __exit__(self, *_):
        while self.sockets:
            self.sockets.pop().close()


def hold(world, seconds):
    """Lets it last; tells what the daemon does meanwhile."""
    before = cpu_seconds(world.daemon.process)
    time.sleep(seconds)
    print(f"in {seconds} s quilterd used {cpu_seconds(world.daemon.process) - before:.1f} s of CPU time", flush=True)


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_released(world, before):
    """A session that was given up must not keep its descriptor for good."""
    process = world.daemon.process
    parts.wait_until(lambda: descriptors(process) <= before + 12,  # the pool's connections
                     f"descriptors are given back: {before} at the start, {descriptors(process)} now", 20)


@scenario("threads-exhausted")
def no_threads(run):
    """No thread can be made for a while, under load: nothing is lost, no session hangs for good"""
    with run.world(by_postfix=False) as world:
        as_user(world)
        before = descriptors(world.daemon.process)
        rounds, seconds = run.pick(2, 6), run.pick(2, 10)
        clients = impatient(world, 16, patience=seconds + 10)  # while there is no thread, mail waits; and for a stop
        with world.traffic(rounds * (seconds + 1) * 60, clients=clients, rate=60) as traffic:
            for _ in range(rounds):
                missing = traffic.missing
                world.daemon.restart()  # one that has made few threads yet
                parts.wait_until(lambda missing=missing: traffic.missing < missing, "somebody has a thread")
                with limited(world, "nproc", threads(world.daemon.process)):
                    hold(world, seconds)
                    missing = traffic.missing
                    parts.wait_until(lambda: traffic.missing < missing, "who has a thread goes on")
                keep_alive(world)
        check_released(world, before)
        world.settle(traffic)


def as_user(world):
    if os.geteuid() != 0:
        raise parts.Skip("only root can run it as another user")
    world.daemon.stop()
    parts.run("chown", "-R", UID, world.daemon.folder)
    world.daemon.prefix = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    world.daemon.start()


@scenario("memory-exhausted")
def no_memory(run):
    """A message of 30 MB for which there is no memory: 451 or the spool, others go on; with memory again it is recorded"""
    with run.world(by_postfix=False) as world:
        big = large_mail(run.seed)
        with world.traffic(run.pick(200, 2_000), clients=4) as traffic:
            next(iter(traffic.points(1)))
            codes = []
            for room in (25, 20, 15, 10):  # not even its bytes; but what others give back meanwhile is room as well
                with limited(world, "as", virtual(world.daemon.process) + room * MEGABYTE):
                    codes += [try_send(world, big) for _ in range(3)]
                    keep_alive(world)
                if count_log(world, "out of memory"):
                    break
        told = count_log(world, "out of memory")
        print(f"answers to the large one: {codes}; {told} lines say out of memory", flush=True)
        if told == 0:
            raise Failure("memory was to run out")
        large = sending.Traffic([big], impatient(world, 1, 60), limit=60)
        with large:
            pass
        world.settle(traffic, large)


def large_mail(seed):
    mail = next(mail for mail in mails.make(40, f"{seed}large", 0) if "[PATCH" in dict(mail.header)["Subject"])
    body = mail.body + b"\r\n" + (b"x" * 76 + b"\r\n") * (30 * MEGABYTE // 78)
    return dataclasses.replace(mail, body=body)


def virtual(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize:"))


def try_send(world, mail):
    """The code, or why there was none."""
    client = sending.Milter(world.daemon.folder / "socket", 20)
    try:
        return client.send(mail)[0]
    except sending.Lost as lost:
        return str(lost)
    finally:
        client.close()


def count_log(world, words):
    return sum(words in line for line in world.daemon.log().splitlines())
