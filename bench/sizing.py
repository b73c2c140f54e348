#!/usr/bin/env python3
"""What docs/hosts.md says of sizes: CPU time, bytes and memory of one quilterd and a PostgreSQL of its own.

usage: QUILTER_BIN=build/release/cli bench/sizing.py [--mails 4000] [--seed 1]

Each kind of list into a database of its own, by the milter protocol over four connections: series and talk about them,
series alone, talk that answers no patch. Then the spool without a database. CPU times bear a machine that has other things
to do; rates do not.
"""
import argparse
import contextlib
import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "bench"), str(ROOT / "tests" / "chaos")]

# pylint: disable=wrong-import-position
import list_mails
import mails as made
import parts
import traffic
from sides.usage import cpu, resident

# With TOAST, which has an index of its own.
SIZES = """SELECT CASE relname WHEN 'message' THEN 'message' ELSE 'others' END, sum(pg_table_size(oid))
           FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace GROUP BY 1
           UNION ALL SELECT 'indexes', sum(pg_relation_size(oid))
           FROM pg_class WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace"""
WRITTEN = "SELECT pg_current_wal_lsn() - '0/0'"
COLUMNS = ("list", "bytes a mail", "messages/s", "CPU of PostgreSQL, ms", "of quilterd, ms", "bytes of WAL",
           "bytes in the database", "table message", "other tables", "indexes")


def is_talk(mail):
    return dict(mail.header)["Subject"].startswith("Re:")


def mail_of(text):
    head, _, body = text.partition("\n\n")
    fields = (line.split(": ", 1) for line in re.split(r"\n(?![\t ])", head))
    header = tuple((name, value.replace("\n", "\r\n")) for name, value in fields)
    message_id = next(value for name, value in header if name == "Message-ID").strip("<>")
    return made.Mail(message_id, True, 0, header, body.replace("\n", "\r\n").encode())


def mails_of(kind, count, seed):
    wanted = {"series and talk": lambda mail: True, "series": lambda mail: not is_talk(mail), "talk": is_talk}[kind]
    mails = filter(wanted, map(mail_of, list_mails.Traffic(seed).mails()))
    return [mail for mail, _ in zip(mails, range(count))]


def send(daemon, mails, clients=4):
    start = time.monotonic()
    senders = [traffic.Milter(daemon.folder / "socket") for _ in range(clients)]
    with traffic.Traffic(mails, senders, limit=3600):
        pass
    return time.monotonic() - start


@contextlib.contextmanager
def world():
    with parts.scratch(on_disk=True) as folder, parts.Postgres(folder / "pg", {"shared_buffers": "128MB"}) as postgres:
        postgres.prepare()
        with parts.Daemon(folder / "quilterd", postgres.connection()) as daemon:
            yield postgres, daemon


def sizes(postgres):
    return {name: int(size) for name, size in (line.split("|") for line in postgres.sql(SIZES).splitlines())}


def of_kind(kind, count, seed):
    mails = mails_of(kind, count, seed)
    with world() as (postgres, daemon):
        before = sizes(postgres)
        server, own, written = cpu(postgres.server()), cpu(daemon.process.pid), int(postgres.sql(WRITTEN))
        seconds = send(daemon, mails)
        server, own = cpu(postgres.server()) - server, cpu(daemon.process.pid) - own
        written = int(postgres.sql(WRITTEN)) - written
        postgres.sql("VACUUM")  # not before: statistics of empty tables would make plans that read them whole
        grown = {name: (size - before[name]) / count for name, size in sizes(postgres).items()}
        backends = postgres.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'quilter_ingest'").split()
        memory = [resident(pid, "Private") for pid in backends]
    mean = sum(len(mail.data()) for mail in mails) / count
    row(kind, f"{mean:.0f}", f"{count / seconds:.0f}", f"{1000 * server / count:.2f}", f"{1000 * own / count:.2f}",
        f"{written / count:.0f}", *(f"{size:.0f}" for size in (sum(grown.values()), grown["message"], grown["others"], grown["indexes"])))
    return memory


def row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def of_spool(count, seed):
    mails = mails_of("series and talk", count, seed)
    with world() as (postgres, daemon):
        postgres.stop()
        send(daemon, mails[:1])  # finds out that the database is away
        own = cpu(daemon.process.pid)
        seconds = send(daemon, mails[1:])
        own = cpu(daemon.process.pid) - own
        files = sum(file.stat().st_size for file in (daemon.spool / "new").iterdir())
        print(f"spooled: {count / seconds:.0f} messages/s, {1000 * own / count:.2f} ms of CPU and "
              f"{files / count:.0f} bytes each")
        postgres.start()
        daemon.wait_for_log("database-back", limit=120)
        start = time.monotonic()
        parts.wait_until(lambda: not daemon.spooled(), "the spool is empty", 3600)
        print(f"recorded from the spool: {count / (time.monotonic() - start):.0f} messages/s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    row(*COLUMNS)
    row(*("---" for _ in COLUMNS))
    memory = [kilobytes for kind in ("series and talk", "series", "talk")
              for kilobytes in of_kind(kind, arguments.mails, arguments.seed)]
    print(f"PostgreSQL: {sum(memory) / len(memory):.0f} kB of its own a connection, {max(memory)} at most")
    of_spool(arguments.mails // 4, arguments.seed)


if __name__ == "__main__":
    main()
