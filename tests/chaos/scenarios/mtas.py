"""The MTAs, set up by the files that are for the administrator: all that these promise, and the account."""
import collections
import contextlib
import dataclasses
import re

import first_milter
import mails as made
import mtas
import parts
import traffic as sending
from ground import ROOT
from scenario import World, scenario, told

LINE = re.compile(r"(\w+): message-id=<(.*?)>, project=demo, .*status=([\w-]+)")
DOCUMENT = ROOT / "docs" / "operations.md"
# Of one queue id: with the database there, however slow, and while it is away.
AWAY = (["spooled", "stored"],)
STATUSES = {False: (["stored"], ["already-stored"], *AWAY, ["spooled", "already-stored"]), True: AWAY}


@scenario("mta-postfix-chrooted")
def chrooted(run):
    """Postfix, chrooted, by a unix socket below its queue: the lines of config/postfix/main.cf"""
    tour(run, lambda *place: mtas.Postfix(*place, chrooted=True), "unix:quilter/quilter.sock")


@scenario("mta-postfix-unix")
def unchrooted(run):
    """Postfix, not chrooted, by quilterd's own unix socket"""
    tour(run, lambda *place: mtas.Postfix(*place, chrooted=False), "unix:/run/quilter/quilter.sock")


@scenario("mta-postfix-inet")
def by_tcp(run):
    """Postfix, chrooted, by TCP"""
    tour(run, lambda *place: mtas.Postfix(*place, chrooted=True), "inet:127.0.0.1:8892")


@scenario("mta-sendmail-unix")
def sendmail(run):
    """Sendmail by a unix socket: the lines of config/sendmail/quilter.m4"""
    tour(run, mtas.Sendmail, "unix:/run/quilter/quilter.sock")


@scenario("mta-sendmail-inet")
def sendmail_by_tcp(run):
    """Sendmail by TCP"""
    tour(run, mtas.Sendmail, "inet:8892@127.0.0.1")


@contextlib.contextmanager
def stage(run, make_mta, choice):
    """A world whose Postfix is the MTA in question, with the milter that stands before Quilter."""
    with contextlib.ExitStack() as stack:
        world = World(run, stack.enter_context(parts.scratch(run.keep, on_disk=run.whole)))
        world.postgres = stack.enter_context(parts.Postgres(world.folder / "pg"))
        world.postgres.prepare()
        first = stack.enter_context(first_milter.FirstMilter())
        mta = make_mta(world.folder, choice, first.port)
        mta.prepare()
        stack.enter_context(told(world))
        world.daemon = stack.enter_context(mtas.Unprivileged(
            world.folder / "quilterd", world.postgres.connection(), mta.settings, mta.groups))
        world.postfix = stack.enter_context(mta)
        parts.wait_until(mta.version, "the MTA says that it has started")
        print(f"  {mta.version()}")
        try:
            yield world
        except Exception:
            print("the end of the MTA's log:\n" + "\n".join(mta.log().splitlines()[-10:]))
            raise


def tour(run, make_mta, choice):
    mails = made.in_order_of_arrival(made.make(run.pick(120, 2000), run.seed), run.seed)
    third = len(mails) // 3
    submitted, refused, passed_by = made.make(3, f"{run.seed}more", untracked=0)
    answers = []
    with stage(run, make_mta, choice) as world:
        def traffic(mails):
            clients = [mtas.Client(world.postfix.port, answers) for _ in range(6)]
            return sending.Traffic(mails, clients, run.seed, limit=run.pick(100, 900), watch=world.check)

        with traffic(mails[:third]) as first, traffic(mails[:third:3]):
            pass
        refuse(world, refused)
        pass_by(world, passed_by)

        world.daemon.stop()
        put_off(world, mails[third])
        world.postfix.submit(submitted)
        with sending.Traffic(mails[third:2 * third], first.clients, run.seed, limit=run.pick(100, 900)) as second:
            parts.wait_until(lambda: any(record.complaint for record in second.records.values()), "mail is put off")
            world.daemon.start()
        wait_for_submitted(world, submitted)
        second.records[submitted.message_id] = sending.Record(submitted, tries=1, accepted=True)

        world.postgres.stop()
        with traffic(mails[2 * third:]) as third_part:
            pass
        world.postgres.start()

        world.settle(first, second, third_part)
        check_logs(world, answers, third_part, submitted)
        check_change(world)


def attempt(world, mail, port=None):
    """What the client was answered: code and text."""
    with contextlib.closing(sending.Smtp(port or world.postfix.port)) as client:
        return client.send(mail)[:2]


def refuse(world, mail):
    """Refused by the milter before us: it must not be recorded. The account finds it where it is."""
    field = (first_milter.REFUSED.decode(), "yes")
    code, text = attempt(world, dataclasses.replace(mail, header=(*mail.header, field)))
    if code < 500:
        raise parts.Failure(f"the first milter refuses, and the client is answered {code} {text}")


def pass_by(world, mail):
    """By the listener for what comes again: it must not be recorded."""
    code, text = attempt(world, mail, world.postfix.again)
    if code != sending.ACCEPTED:
        raise parts.Failure(f"the listener without milters answers {code} {text}")


def put_off(world, mail):
    code, text = attempt(world, mail)
    if code != 451 or f"`{code} {text}`" not in DOCUMENT.read_text(encoding="utf-8"):
        raise parts.Failure(f"without quilterd the client is answered {code} {text}, which {DOCUMENT} does not say")


def wait_for_submitted(world, mail):
    """sendmail(1) took it while there was no quilterd."""
    def recorded():
        world.postfix.flush()
        return world.postgres.sql(f"SELECT 1 FROM message WHERE message_id = '{mail.message_id}'")
    parts.wait_until(recorded, "mail of sendmail(1) is recorded")


def check_logs(world, answers, spooled, submitted):
    """Both logs know each message by one queue id: that which the client was given."""
    with contextlib.suppress(parts.Failure):  # Postfix's log comes a little later
        parts.wait_until(lambda: not differences(world, answers, spooled, submitted), "the logs agree", limit=20)
    problems = differences(world, answers, spooled, submitted)
    if problems:
        raise parts.Failure("the logs do not agree:\n" + "\n".join(problems[:12]))


def differences(world, answers, spooled, submitted):
    ours, theirs = {}, world.postfix.queued()
    for queue_id, message_id, status in LINE.findall(world.daemon.log()):
        ours.setdefault(queue_id, (message_id, []))[1].append(status)
    given = {queue_id: mail for mail, queue_id in answers}
    given.update((queue_id, submitted) for queue_id, name in theirs.items()
                 if name == submitted.message_id and queue_id in ours)
    problems = [f"{queue_id}: <{mail.message_id}>, in the MTA's log <{theirs.get(queue_id)}>"
                for queue_id, mail in given.items() if theirs.get(queue_id) != mail.message_id]
    for queue_id, mail in given.items():
        name, statuses = ours.pop(queue_id, ("", []))
        if (name, bool(statuses)) != ((mail.message_id, True) if mail.tracked else ("", False)):
            problems.append(f"{queue_id}: <{mail.message_id}>, in quilterd's log <{name}> {statuses}")
        elif mail.tracked and statuses not in STATUSES[mail.message_id in spooled.records]:
            problems.append(f"{queue_id}: <{mail.message_id}> was {statuses}")
    stored = collections.Counter(name for queue_id, name, status in LINE.findall(world.daemon.log())
                                 if status == "stored")
    problems += [f"<{name}> was stored {count} times" for name, count in stored.items() if count > 1]
    return problems + [f"{queue_id}: nobody was given this queue id of quilterd's log" for queue_id in ours]


def check_change(world):
    """What the milter before us added is recorded."""
    field = b": ".join(first_milter.ADDED).decode()
    without = world.postgres.sql(f"SELECT count(*) FROM message WHERE position('{field}'::bytea IN raw) = 0")
    if without != "0":
        raise parts.Failure(f"{without} messages are recorded without what the milter before added")
