#!/usr/bin/env python3
"""Two hosts, each with its own Postfix and quilterd, one PgBouncer, one PostgreSQL and its synchronous standby.

Every mail goes to both hosts, to each in another order, as to a list with two MX; one host is cut off from the database
in the middle of a transaction; the primary dies and the standby takes its place; then a backup is restored. What is
recorded is what one host records in order. The chaos tests' parts and account; QUILTER_BIN as there. Exit status 1 when
something did not hold, 77 where it cannot run.
"""
import argparse
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "chaos"))

# pylint: disable=wrong-import-position
import account
import mails as made
import network
import parts

SETTINGS = {"database.deadline": "3s"}  # an MTA's patience is not what is tested
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'quilter_ingest' AND wait_event_type = 'Lock'"
IN_STEP = ("SELECT count(*) FROM pg_stat_replication "
           "WHERE sync_state = 'sync' AND replay_lsn >= pg_current_wal_lsn()")


class Site:
    """All that runs, and what was sent to it so far."""

    def __init__(self, folder, seed, stack):
        self.folder, self.seed = folder, seed
        self.traffics = []
        self.primary = stack.enter_context(parts.Postgres(folder / "primary"))
        self.primary.prepare()
        self.standby = stack.enter_context(parts.Postgres(folder / "standby", standby_of=self.primary))
        self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.primary.sql("SELECT pg_reload_conf()")
        self.bouncer = stack.enter_context(
            parts.PgBouncer(folder / "pgbouncer", self.primary,
                            {"listen_addr": network.ADDRESS, "server_login_retry": 1}))
        connection = f"host={network.ADDRESS} port=6432 user=quilter_ingest dbname=quilter"
        self.hosts = [stack.enter_context(network.Host(folder, number, connection, SETTINGS)) for number in (1, 2)]

    @contextlib.contextmanager
    def sending(self, mails, hosts=None, rate=None):
        """Each mail to each of the hosts; all have been accepted at the end of the block."""
        with contextlib.ExitStack() as stack:
            traffics = [host.traffic(shuffled(mails, f"{host.name} {self.seed}"), self.seed, rate=rate)
                        for host in hosts or self.hosts]
            self.traffics += traffics
            for traffic in traffics:
                stack.enter_context(traffic)
            yield traffics

    def logs(self, words):
        """How often each host said so."""
        return [host.daemon.log().count(words) for host in self.hosts]

    def wait_for_empty_spools(self):
        for host in self.hosts:
            account.wait_for_empty_spool(host.daemon)


def shuffled(mails, seed):
    mails = list(mails)
    random.Random(seed).shuffle(mails)
    return mails


def tell(words):
    print(f"{time.monotonic() - START:5.1f} s: {words}", flush=True)


def require(holds, what):
    if not holds:
        raise parts.Failure(what)


def both_at_once(site, mails):
    with site.sending(mails):
        pass
    site.wait_for_empty_spools()
    tracked = sum(mail.tracked for mail in mails)
    parts.wait_until(lambda: sum(site.logs("status=stored") + site.logs("status=already-stored")) >= 2 * tracked, "all is recorded")
    stored, already = site.logs("status=stored"), site.logs("status=already-stored")
    tell(f"{len(mails)} mails to each host at once, {tracked} tracked: stored {stored}, already stored {already}")
    require(sum(stored) == tracked and all(stored), "each is stored once, some by each host")
    require(sum(already) == tracked, "each is there already once")


def standby_can_be_read(site):
    parts.wait_until(lambda: site.primary.sql(IN_STEP) == "1", "the standby is in step")
    tell("the standby is in step; its dump is the primary's")
    dumps = [postgres.tool("dump", "--project", parts.PROJECT) for postgres in (site.primary, site.standby)]
    require(dumps[0] and dumps[0] == dumps[1], "the standby's dump is another")


@contextlib.contextmanager
def table_locked(postgres):
    """Every transaction of a daemon stops at its first INSERT, with its advisory locks held."""
    with subprocess.Popen(["psql", "-XAtq", postgres.connection("postgres")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as psql:
        psql.stdin.write("BEGIN; LOCK TABLE message IN SHARE MODE; SELECT 'locked';\n")
        psql.stdin.flush()
        require(psql.stdout.readline() == "locked\n", "the table can be locked")
        yield
        psql.stdin.close()  # ends the session, and with it the lock


def one_cut_off(site, mails):
    """Its open transaction must not keep the other from recording the same mail."""
    cut, other = site.hosts
    first = next(mail for mail in mails if mail.tracked)
    with contextlib.ExitStack() as lock:
        lock.enter_context(table_locked(site.primary))
        with site.sending([first], [cut]):
            parts.wait_until(lambda: site.primary.sql(WAITS) != "0", "the mail waits for the table")
            cut.cut()
            lock.close()
    with site.sending([first], [other]):
        pass
    recorded = f"SELECT count(*) FROM message WHERE message_id = '{first.message_id}'"
    parts.wait_until(lambda: site.primary.sql(recorded) == "1",
                     f"{other.name} records what {cut.name} had begun when it was cut off")
    tell(f"{cut.name} was cut off in a transaction; {other.name} has recorded the same mail")
    with site.sending([mail for mail in mails if mail is not first]):
        pass
    waiting = cut.daemon.spooled()
    tell(f"more mail to both; in the spool of {cut.name} wait {len(waiting)}")
    require(waiting, f"{cut.name} records although it is cut off")
    cut.join()
    site.wait_for_empty_spools()
    tell(f"{cut.name} is back, and its spool is empty")


def fail_over(site, mails):
    """PgBouncer stays where it is and is shown the other server: no daemon is touched."""
    with site.sending(mails, rate=60) as traffics:
        traffics[0].wait_for(len(mails) // 4)
        site.primary.stop(immediate=True)
        tell("the primary has died")
        traffics[0].wait_for(len(mails) // 2)
        site.standby.promote()
        lead_to(site.bouncer, site.standby)
        tell("the standby is promoted, PgBouncer leads to it")
    site.wait_for_empty_spools()


def lead_to(bouncer, postgres):
    """As an administrator does it: another host in pgbouncer.ini, and RELOAD."""
    ini = bouncer.folder / "pgbouncer.ini"
    words = ini.read_text(encoding="utf-8").replace(str(bouncer.postgres.folder), str(postgres.folder))
    ini.write_text(words, encoding="utf-8")
    bouncer.postgres = postgres
    os.kill(int((bouncer.folder / "pid").read_text(encoding="ascii")), signal.SIGHUP)


def restore(site):
    """docs/hosts.md, "Restore": into a new cluster, whose roles `quilter setup-db` makes."""
    backup = site.folder / "quilter.dump"
    parts.run("pg_dump", "--format=custom", f"--file={backup}", site.standby.connection("postgres"))
    with parts.Postgres(site.folder / "restored") as other:
        archive = other.connection("postgres", "archive")
        steps = site.folder / "setup-db.sql"
        steps.write_text(parts.run(parts.program("quilter"), "--database", archive, "setup-db"), encoding="utf-8")
        parts.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-f", steps, other.connection("postgres", "postgres"))
        parts.run("pg_restore", "--exit-on-error", "--dbname", archive, backup)
        parts.run(parts.program("quilter"), "--database", archive, "migrate")
        parts.run("psql", "-XAtq", "-c", "ANALYZE", archive)
        dump = parts.run(parts.program("quilter"), "--database", archive, "dump", "--project", parts.PROJECT)
        require(dump == site.standby.tool("dump", "--project", parts.PROJECT), "the restored dump is another")
        tell("a backup is restored, its dump is the same")
        record_one_more(other.connection("quilter", "archive"))


def record_one_more(connection):
    """By the daemon's role."""
    mail = next(mail for mail in made.make(50, "after the restore") if mail.tracked)
    quilter = [parts.program("quilter"), "--database", connection]
    said = subprocess.run([*quilter, "deliver", "--verbose"], input=mail.data().replace(b"\r\n", b"\n"), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    require(said.returncode == 0 and mail.message_id in parts.run(*quilter, "dump", "--project", parts.PROJECT),
            f"the daemon's role cannot record: {said.stdout.decode()}")
    tell("the daemon's role records there")


def play(options):
    mails = made.in_order_of_arrival(made.make(options.mails, options.seed, untracked=0.1), options.seed)
    share = len(mails) // 4
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(parts.scratch(options.keep))
        site = Site(folder, options.seed, stack)
        tell("all of it runs")
        both_at_once(site, mails[:2 * share])
        standby_can_be_read(site)
        one_cut_off(site, mails[2 * share:3 * share])
        fail_over(site, mails[3 * share:])
        account.settle(site.standby, [host.daemon for host in site.hosts], site.traffics, options.seed)
        restore(site)


def interrupted(number, _):
    raise SystemExit(128 + number)  # through every `with`: all is stopped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="of the mails and their orders")
    parser.add_argument("--mails", type=int, default=300, help="how many, each to both hosts")
    parser.add_argument("--keep", action="store_true", help="leaves the folders of the servers")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    print(f"seed {options.seed}", flush=True)
    try:
        network.leave()
        play(options)
    except parts.Skip as why:
        print(f"skipped: {why}")
        return parts.SKIPPED
    except parts.Failure as why:
        print(why)
        return 1
    tell("passed")
    return 0


START = time.monotonic()

if __name__ == "__main__":
    sys.exit(main())
