"""The account: what was sent and accepted is what is recorded, exactly; nothing is left over.

The canonical dump must equal that of the undisturbed run: the same mails once, in order, by the same build, into a
database of their own. That dump is kept beside the build, by mails and programs.
"""
import contextlib
import difflib
import hashlib
import os
import pathlib
import re

import parts
import traffic as sending
from parts import Failure

EMPTYING = 120  # seconds that the spool has for its replay
BACKLOG = 20  # seconds that what was answered ahead has
CREATED = "('patch-created', 'cover-created', 'comment-created')"
DISASTERS = ("internal error", "AddressSanitizer", "ThreadSanitizer", "runtime error:", "LeakSanitizer")


def settle(postgres, daemons, traffics, seed, allow=()):
    """Prints the account; Failure where it does not hold.

    postgres: where the records are (a Part with sql() and tool()); daemons: those that still run, with their spools.
    allow: what may be there at the end: files in "torn" or "failed" of the spool, an "internal error" in the log.
    """
    for daemon in daemons:
        wait_for_empty_spool(daemon)
    records = [record for one in traffics for record in one.records.values()]
    recorded = wait_for_backlog(postgres, records)
    problems = [problem for daemon in daemons for problem in left_over(daemon, allow)]
    problems += differences(records, recorded)
    problems += unlike(f"SELECT message_row FROM event WHERE category IN {CREATED}", postgres,
                       "SELECT id FROM message", "messages and the events of their coming")
    print(line(daemons, traffics, records, recorded, seed), flush=True)
    if not problems:
        problems += compare_dumps(postgres, {record.mail.message_id: record.mail for record in records}.values())
    if problems:
        raise Failure("the account does not hold:\n" + "\n".join(problems))


def wait_for_backlog(postgres, records):
    """What is recorded, once that is all that was accepted: a message may be answered a moment before. What is missing after
    that time is lost."""
    def recorded():
        return postgres.sql("SELECT message_id FROM message").split()
    with contextlib.suppress(Failure):
        parts.wait_until(lambda: accepted_of(records) <= set(recorded()), "all that was accepted is recorded", BACKLOG)
    return recorded()


def accepted_of(records):
    return {record.mail.message_id for record in records if record.mail.tracked and record.accepted}


def wait_for_empty_spool(daemon):
    if daemon.has_spool:
        parts.wait_until(lambda: not daemon.spooled("new") and not daemon.spooled("tmp"),
                         f"the spool {daemon.spool} is empty", EMPTYING)


def left_over(daemon, allow):
    for folder in ("failed", "torn"):
        files = daemon.spooled(folder)
        if files and folder not in allow:
            yield f"{folder}/ of the spool holds {len(files)} files: {files[:3]}"
    for disaster in DISASTERS:
        lines = [text for text in daemon.log().splitlines() if disaster in text]
        if lines and disaster not in allow:
            yield f"the log says so {len(lines)} times: {lines[0][:500]}"


def differences(records, recorded):
    """Between what was accepted and what is there."""
    tracked = {record.mail.message_id for record in records if record.mail.tracked}
    accepted = accepted_of(records)
    for what, names in (("accepted and not recorded", accepted - set(recorded)),
                        ("recorded and never accepted", (set(recorded) & tracked) - accepted),
                        ("recorded and not of the tracked list", set(recorded) - tracked)):
        if names:
            yield f"{len(names)} messages were {what}: {sorted(names)[:5]}"
    if len(recorded) != len(set(recorded)):
        yield f"{len(recorded) - len(set(recorded))} messages are recorded twice"


def unlike(left, postgres, right, what):
    """Whether two statements give different numbers, or numbers twice."""
    ours, theirs = (sorted(postgres.sql(statement).split()) for statement in (left, right))
    if ours != theirs:
        yield f"{what} differ: {len(ours)} and {len(theirs)}"


def line(daemons, traffics, records, recorded, seed):
    logs = [daemon.log() for daemon in daemons]
    answers = sorted(seconds for one in traffics for seconds in one.answers())
    tracked = {record.mail.message_id for record in records if record.mail.tracked}
    files = [(folder, sum(len(daemon.spooled(folder)) for daemon in daemons)) for folder in ("failed", "torn")]
    return (f"account: sent {len(records)}, accepted {sum(record.accepted for record in records)}, "
            f"tries {sum(one.tries() for one in traffics)}, recorded {len(recorded)} "
            f"of {len(tracked)} tracked, spooled {count(logs, r'status=spooled')}, "
            f"set aside {count(logs, r'status=set-aside')} "
            f"({', '.join(f'{folder} {number}' for folder, number in files)}), "
            f"restarts {sum(max(daemon.starts - 1, 0) for daemon in daemons)}, seed {seed}, {sending.shown(answers)}")


def count(logs, pattern):
    return sum(len(re.findall(pattern, log)) for log in logs)


def compare_dumps(postgres, mails):
    wanted, got = undisturbed(mails), postgres.tool("dump", "--project", parts.PROJECT)
    if wanted == got:
        return []
    changes = list(difflib.unified_diff(wanted.splitlines(), got.splitlines(), "undisturbed", "here", n=0, lineterm=""))
    return ["the dump differs from the undisturbed run's:", *(change[:600] for change in changes[:12])]


def undisturbed(mails):
    """The dump of the same mails sent once, in order."""
    cache = cache_folder() / f"{digest(mails)}.dump"
    if cache.exists():
        return cache.read_text(encoding="utf-8")
    dump = record_in_order(sorted(mails, key=lambda mail: (mail.when, mail.message_id)))
    cache.parent.mkdir(exist_ok=True)
    unfinished = cache.with_suffix(f".{os.getpid()}")
    unfinished.write_text(dump, encoding="utf-8")
    unfinished.rename(cache)
    return dump


def cache_folder():
    return pathlib.Path(parts.program("quilterd")).parent / "chaos-undisturbed"


def digest(mails):
    sum_of = hashlib.sha256()
    for name in ("quilterd", "quilter"):
        sum_of.update(hashlib.sha256(pathlib.Path(parts.program(name)).read_bytes()).digest())
    for mail in sorted(mails, key=lambda mail: mail.message_id):
        sum_of.update(hashlib.sha256(mail.data()).digest())
    return sum_of.hexdigest()[:32]


def record_in_order(mails):
    hasty = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with parts.scratch() as folder, parts.Postgres(folder / "pg", hasty) as postgres:
        postgres.prepare()
        with parts.Daemon(folder / "quilterd", postgres.connection()) as daemon:
            client = sending.Milter(daemon.folder / "socket")
            for mail in mails:
                code, _, _ = client.send(mail)
                if code != sending.ACCEPTED:
                    raise Failure(f"the undisturbed run was answered {code}:\n{daemon.log()[-2000:]}")
            client.close()
        return postgres.tool("dump", "--project", parts.PROJECT)
