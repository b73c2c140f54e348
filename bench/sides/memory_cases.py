"""Case 8: what quilterd holds in memory."""
import contextlib

import mails as made
import traffic
from ground import LIST_ID, Failure

from . import usage
from .figures import Goal, Row, alternate

WANTED = 1_000_000  # "flat" is for so many
BODY_LINE = b"a line of a large attachment that somebody sent to the list\r\n"


def idle(address, process, count):
    """kB a connection that has negotiated and waits."""
    before = usage.resident(process)
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            client = traffic.Milter(address.removeprefix("unix:"))
            client.connect()
            stack.callback(client.close)
        return (usage.resident(process) - before) / count


def idle_daemon(world, subject):
    """Of a new one: memory that was freed is used again."""
    name = f"idle_{world.number(subject)}"
    with world.new_daemon(subject, name) as daemon:
        return idle(daemon.address, daemon.process.pid, world.plan.idle)


def idle_rows(world):
    """The goal allows for libmilter's own, which is what a null milter needs."""
    with world.new_null_milter() as (address, process):
        null = round(idle(address, process, world.plan.idle), 1)
    found = alternate(world.plan.memory_rounds,
                      {subject.name: lambda subject=subject: idle_daemon(world, subject) for subject in world.subjects})
    ours, *other = (found[subject.name] for subject in world.subjects)
    yield Row("8", f"each of {world.plan.idle:,} idle connections (a null milter's: {null} kB)", "kB", ours,
              goal=Goal("≤", 16 + null), other=sum(other, []))


def large_mail(size):
    header = (("From", "A <a@example.org>"), ("Subject", "[PATCH] large"), ("Message-ID", "<large@example.org>"),
              ("List-Id", f"<{LIST_ID}>"), ("Date", "Mon, 02 Mar 2026 08:10:05 +0000"))
    diff = b"diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n@@ -0,0 +1,1 @@\r\n"
    lines = size // (len(BODY_LINE) + 1)
    return made.Mail("large@example.org", True, 0, header, diff.replace(b"1,1", b"1,%d" % lines) + (b"+" + BODY_LINE) * lines)


def large(world, subject):
    """The most memory while one large message is read and recorded, as a multiple of its size."""
    mail = large_mail(world.plan.large)
    name = f"large_{world.number(subject)}"
    with world.new_daemon(subject, name) as daemon:
        process, client = daemon.process.pid, traffic.Milter(daemon.address.removeprefix("unix:"))
        client.connect()
        before = usage.resident(process)
        usage.reset_peak(process)
        client.send(mail)
        client.close()
        if world.postgres.sql("SELECT count(*) FROM message", database=name) != "1":
            raise Failure("the large message is not recorded")
        return 1024 * (usage.peak(process) - before) / len(mail.data())


def large_rows(world):
    found = alternate(world.plan.memory_rounds,
                      {subject.name: lambda subject=subject: large(world, subject) for subject in world.subjects})
    ours, *other = (found[subject.name] for subject in world.subjects)
    yield Row("8", f"a message of {world.plan.large / 1e6:g} MB", "times its size", ours, goal=Goal("≤", 3), other=sum(other, []))


def after_many(world, subject, count):
    """(kB after a tenth of so many messages, kB after all). The first ones fill caches and arenas."""
    name = f"many_{world.number(subject)}"
    with world.new_daemon(subject, name) as daemon:
        sizes = []
        for share in (count // 10, count - count // 10):
            world.through(daemon, 16, mails=share)
            sizes.append(usage.resident(daemon.process.pid))
        return sizes


def flat_rows(world):
    count = world.plan.many
    first, last = after_many(world, world.ours, count)
    yield Row("8", f"after {count:,} messages", "kB", [last], f"after {count // 10:,}", [first], Goal("≤", 1.1),
              shortened=count < WANTED)


def memory(world):
    """Of an idle connection, of a large message, and after many."""
    yield from idle_rows(world)
    yield from large_rows(world)
    yield from flat_rows(world)
