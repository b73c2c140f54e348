#!/usr/bin/env python3
"""How fast `quilter import` records generated list traffic, in a PostgreSQL of its own; and that being killed on the way
changes nothing.

usage: bench/import.py [--mails 20000] [--jobs 4] [--kills 5] [--seed 1] [--bin build/release/cli]

Prints the rate, and the CPU time of the tool and of PostgreSQL; then imports the same mails again, killed so often by
SIGKILL and resumed, and compares the dumps. Ends with 1 where they differ.
"""
import argparse
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
WORDS = ("buffer lock queue driver return error index device struct free alloc pending state flags page offset length "
         "ring irq handler packet node cache release").split()
PEOPLE = 400
START = 1_700_000_000


class Traffic:
    """Series of 1 to 12 patches with cover letters, some with a second version, and talk about them: about 3.4 kB a
    mail, in the order in which they were sent."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = START
        self.series = 0

    def word(self):
        return self.random.choice(WORDS)

    def text(self, lines):
        return "".join(" ".join(self.word() for _ in range(9)) + "\n" for _ in range(lines))

    def hexadecimal(self, bits):
        return f"{self.random.getrandbits(bits):x}"

    def diff(self):
        text = ""
        for _ in range(self.random.randrange(1, 3)):
            path = f"drivers/{self.word()}/{self.word()}{self.random.randrange(100)}.c"
            text += f"diff --git a/{path} b/{path}\nindex {self.random.getrandbits(48):012x}..1234567 100644\n"
            text += f"--- a/{path}\n+++ b/{path}\n"
            for _ in range(self.random.randrange(2, 6)):
                line = self.random.randrange(1, 3000)
                text += f"@@ -{line},8 +{line},9 @@ static int {self.word()}(void)\n"
                text += "".join(f"{kind}\t{self.word()} {self.word()} = {self.word()};\n" for kind in "   --+++   ")
        return text

    def mail(self, person, subject, message_id, ancestors, body):
        received = "".join(
            f"Received: from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{self.random.randrange(250)}])\n"
            f"\tby lists.example.org (Postfix) with ESMTPS id {self.hexadecimal(40)}\n" for hop in range(3))
        signature = "\n\t ".join(self.hexadecimal(270) for _ in range(3))
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(self.now))
        thread = ""
        if ancestors:
            thread = f"In-Reply-To: <{ancestors[0]}>\nReferences: {' '.join(f'<{a}>' for a in ancestors[::-1])}\n"
        return (f"{received}DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=key;\n\tb={signature}\n"
                f"From: Person {person} <p{person}@example.org>\nTo: demo@lists.example.org\nSubject: {subject}\n"
                f"Date: {date}\nMessage-ID: <{message_id}>\n{thread}MIME-Version: 1.0\n"
                f"Content-Type: text/plain; charset=UTF-8\nList-Id: <demo.lists.example.org>\n\n{body}")

    def version(self, person, size, name, version):
        prefix = "PATCH" if version == 1 else f"PATCH v{version}"
        run = f"{20260000000000 + self.series * 10 + version}.{self.random.randrange(100000)}"
        ids = [f"{run}-{n}-p{person}@example.org" for n in range(size + 1)]
        self.now += 300
        if size > 1:
            yield self.mail(person, f"[{prefix} 0/{size}] {name}", ids[0], [], self.text(8) + "\n-- \n2.43.0\n")
        for number in range(1, size + 1):
            self.now += 1
            subject = f"[{prefix} {number}/{size}] {name}, {number}" if size > 1 else f"[{prefix}] {name}"
            yield self.mail(person, subject, ids[number], ids[:1] if size > 1 else [],
                            self.text(6) + f"\nSigned-off-by: Person {person} <p{person}@example.org>\n---\n"
                            + self.diff() + "-- \n2.43.0\n")
        for _ in range(self.random.randrange(size + 1)):
            self.now += 5
            answered = self.random.choice(ids[0 if size > 1 else 1:])
            reader = self.random.randrange(PEOPLE)
            yield self.mail(reader, f"Re: [{prefix}] {name}", f"{self.hexadecimal(60)}@reply.example.org",
                            [answered] if answered == ids[0] or size == 1 else [answered, ids[0]],
                            "On a day someone wrote:\n> " + self.text(10).strip().replace("\n", "\n> ") + "\n\n"
                            + self.text(4) + f"\nReviewed-by: Person {reader} <p{reader}@example.org>\n")

    def mails(self):
        while True:
            self.series += 1
            self.now += 600
            person, size = self.random.randrange(PEOPLE), self.random.randrange(1, 13)
            name = f"{self.word()}: mend the {self.word()} of {self.word()} {self.series}"
            for version in (1, 2) if self.random.random() < 0.3 else (1,):
                yield from self.version(person, size, name, version)


class Database:
    def __init__(self, folder, tool):
        self.folder, self.tool = folder, tool
        subprocess.run([HERE / "tests/support/postgres", "start", folder], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        subprocess.run([HERE / "tests/support/postgres", "stop", self.folder], check=True, stdout=subprocess.DEVNULL)

    def ask(self, database, statement):
        return subprocess.run(["psql", "-qXAt", f"host={self.folder} user=postgres dbname={database}", "-c", statement],
                              check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    def fresh(self, name):
        self.ask("postgres", f"CREATE DATABASE {name} OWNER quilter_owner")
        owner = [self.tool, "--database", f"host={self.folder} user=quilter_owner dbname={name}"]
        subprocess.run([*owner, "migrate"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*owner, "project", "add", "demo", "--list-id", "demo.lists.example.org"], check=True)
        return [self.tool, "--database", f"host={self.folder} user=quilter_ingest dbname={name}"]

    def cpu(self):
        """Of the server and of all its processes, also those that have ended."""
        main = pathlib.Path(self.folder, "data/postmaster.pid").read_text(encoding="ascii").split()[0]
        ticks = 0
        for process in pathlib.Path("/proc").iterdir():
            try:
                fields = (process / "stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            if process.name == main:
                ticks += sum(map(int, fields[11:15]))
            elif fields[1] == main:
                ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")


def tool_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(database, mails, count, jobs):
    command = database.fresh("whole")
    server, client, start = database.cpu(), tool_cpu(), time.monotonic()
    subprocess.run([*command, "import", "--jobs", str(jobs), mails], check=True)
    wall = time.monotonic() - start
    client, server = tool_cpu() - client, database.cpu() - server
    print(f"{count} mails in {wall:.1f} s: {count / wall:.0f}/s; CPU a mail: tool {1000 * client / count:.2f} ms, "
          f"PostgreSQL {1000 * server / count:.2f} ms; {count / (client + server):.0f} mails a CPU second")
    start = time.monotonic()
    subprocess.run([*command, "import", "--quiet", "--jobs", str(jobs), mails], check=True)
    print(f"again, all being there: {count / (time.monotonic() - start):.0f}/s")
    return command


def kill_on_the_way(database, mails, count, jobs, kills, state):
    command = database.fresh("killed")
    words = [*command, "import", "--quiet", "--jobs", str(jobs), "--resume", state, mails]
    for number in range(1, kills + 1):
        with subprocess.Popen(words) as process:
            while process.poll() is None and int(database.ask("killed", "SELECT count(*) FROM message")) < (
                    count * number // (kills + 1)):
                time.sleep(0.1)
            process.kill()
    start = time.monotonic()
    subprocess.run(words, check=True)
    print(f"killed {kills} times; the last part took {time.monotonic() - start:.1f} s")
    return command


def dump(command):
    return subprocess.run([*command, "dump", "--project", "demo"], check=True, stdout=subprocess.PIPE).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=20000)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bin", default="build/release/cli")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quilter-bench-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL runs as a user of its own
        mails = os.path.join(folder, "mails")
        with open(mails, "w", encoding="ascii") as mbox:
            for _, mail in zip(range(arguments.mails), Traffic(arguments.seed).mails()):
                mbox.write(f"From x Mon Sep 17 00:00:00 2001\n{mail}\n")
        database = Database(os.path.join(folder, "postgres"), os.path.join(arguments.bin, "quilter"))
        try:
            whole = measure(database, mails, arguments.mails, arguments.jobs)
            if arguments.kills == 0:
                return 0
            killed = kill_on_the_way(database, mails, arguments.mails, arguments.jobs, arguments.kills,
                                     os.path.join(folder, "state"))
            same = dump(whole) == dump(killed)
            print("the dumps are equal" if same else "THE DUMPS DIFFER")
            return 0 if same else 1
        finally:
            database.stop()


if __name__ == "__main__":
    sys.exit(main())
