#!/usr/bin/env python3
"""How long `quilter git-scan` takes on a long history, and whether it finds every patch that was merged.

git_scan.py [--commits N] [--patches N] [--build DIR]

Makes a repository with `git fast-import`, a PostgreSQL of its own, and the mails of some commits: two thirds as the commits are,
one third with another context, whose commits link to them. Ends with 1 where one of them is not accepted.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FILES, LINES = 400, 60


def message_id(number):
    return f"patch-{number}@example.org"


def commit_message(number, is_rebased):
    link = f"Link: https://list.example.org/r/{message_id(number)}\n" if is_rebased else ""
    return f"part {number} of the work\n\nWhy it is done.\n\nSigned-off-by: Ann <ann@example.org>\n{link}"


def fast_import(repository, commits, rebased):
    """All commits on one branch; each changes a line of a file."""
    chance = random.Random(1)
    files = [[f"line {line} of {name}" for line in range(LINES)] for name in range(FILES)]
    with subprocess.Popen(["git", "-C", repository, "fast-import", "--quiet"], stdin=subprocess.PIPE) as git:
        write = git.stdin.write
        for number in range(commits):
            name = chance.randrange(FILES) if number >= FILES else number
            if number >= FILES:
                files[name][chance.randrange(LINES)] = f"changed by {number}"
            text, content = commit_message(number, number in rebased), "\n".join(files[name]) + "\n"
            write(f"commit refs/heads/main\nmark :{number + 1}\n"
                  f"committer Ann <ann@example.org> {1_700_000_000 + number} +0000\n"
                  f"data {len(text)}\n{text}\n"
                  f"M 100644 inline drivers/d{name % 20}/f{name}.c\ndata {len(content)}\n{content}\n".encode())
        git.stdin.close()
        if git.wait() != 0:
            sys.exit("git fast-import failed")


def mails(repository, chosen, rebased):
    names = subprocess.run(["git", "-C", repository, "rev-list", "--reverse", "main"], capture_output=True, text=True,
                           check=True).stdout.split()
    text = subprocess.run(["git", "-C", repository, "log", "--no-walk=unsorted", "--stdin", "-p", "--format=%x00%s"],
                          input="".join(names[number] + "\n" for number in chosen), capture_output=True, text=True,
                          check=True).stdout
    for number, part in zip(chosen, text.split("\0")[1:]):
        subject, _, diff = part.partition("\n")
        if number in rebased:
            diff = re.sub(r"^ (?=\w)", " another ", diff, flags=re.M)
        yield (f"From ann@example.org Mon Nov  2 10:00:00 2026\nFrom: Ann <ann@example.org>\nSubject: [PATCH] {subject}\n"
               f"Date: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <{message_id(number)}>\n"
               f"List-Id: <demo.example.org>\n\nWhy it is done.\n\nSigned-off-by: Ann <ann@example.org>\n---\n{diff.strip()}\n"
               "--\n2.39\n\n")


def measure(folder, arguments):
    def quilter(*words):
        begin = time.monotonic()
        said = subprocess.run([arguments.build + "/cli/quilter", "--database", database, *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        return said, time.monotonic() - begin

    repository = str(folder / "repository")
    subprocess.run(["git", "init", "-q", "--bare", repository], check=True)
    chance = random.Random(2)
    chosen = sorted(chance.sample(range(FILES, arguments.commits), arguments.patches))
    rebased = set(chosen[::3])
    fast_import(repository, arguments.commits, rebased)
    (folder / "mbox").write_text("".join(mails(repository, chosen, rebased)), encoding="utf-8")
    database = f"host={folder}/postgres dbname=quilter user=quilter_owner"
    quilter("migrate")
    quilter("project", "add", "demo", "--list-id", "demo.example.org")
    quilter("import", "--quiet", str(folder / "mbox"))
    status = 0
    for run in ("first", "again"):
        said, seconds = quilter("--json", "git-scan", repository, "main")
        found = json.loads(said)["found"]
        by = {clue: sum(1 for one in found if one["by"] == clue) for clue in ("patch-id", "message-id")}
        accepted = sum(1 for one in found if one["result"] == "applied")
        print(f"{run}: {arguments.commits} commits in {seconds:.1f} s; of {len(chosen)} patches {len(found)} found "
              f"({by['patch-id']} by patch id, {by['message-id']} by message id), {accepted} accepted")
        if len(found) != len(chosen) or (run == "first") != (accepted == len(chosen)):
            status = 1
    return status


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commits", type=int, default=100_000)
    parser.add_argument("--patches", type=int, default=3_000)
    parser.add_argument("--build", default=str(SOURCE / "build" / "dev"))
    arguments = parser.parse_args()
    postgres = SOURCE / "tests" / "support" / "postgres"
    with tempfile.TemporaryDirectory(prefix="quilter-scan.") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        os.environ["GIT_CONFIG_GLOBAL"] = os.devnull
        subprocess.run([postgres, "start", folder / "postgres"], check=True, stdout=subprocess.DEVNULL)
        try:
            return measure(folder, arguments)
        finally:
            subprocess.run([postgres, "stop", folder / "postgres", "--immediate"], check=False)


if __name__ == "__main__":
    sys.exit(main())
