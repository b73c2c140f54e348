#!/usr/bin/env python3
"""Every shell command in README, docs/ and the manual pages is run by a test, or is listed here with the reason why not.

commands_test.py BUILD-DIR [--list]   --list prints each command, and why it counts as run

A command is a line of a code block, or a code span, that begins with a program's name and has more words than that. README's
"Production" is run as it stands by tests/package/clean_root. Of `quilter`, the command and its options must be as --help has
them, and each be called by a test. Of other programs the words must stand in a test, or in NOT_RUN.
"""
import glob
import os
import re
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENTS = ("README.md", "docs/*.md", "docs/man/*.8", "BUILD/man/*.[158]")
PROGRAMS = ("quilter", "quilterd", "sudo", "systemctl", "systemd-analyze", "journalctl", "psql", "pg_dump", "pg_restore",
            "createdb", "createuser", "dropdb", "grep", "promtool", "ctest", "cmake", "apt", "apt-get", "dpkg", "git", "postconf",
            "postfix", "make", "m4", "systemd-sysusers", "systemd-tmpfiles", "zcat", "curl", "cmp", "diff")
TESTS = ("tests/**/*", "check", "try", ".ci/run", "bench/**/*")
CLEAN_ROOT = "tests/package/inside"

# What a command begins with → why no test runs it in these words.
NOT_RUN = {
    "git format-patch": "what senders do: named, not asked for",
    "git send-email": "what senders do: named, not asked for",
    "git am": "./try rebuilds a branch by it, with options of its own",
    "git apply": "what git does: named, not asked for",
    "git mailinfo": "what git does: named; tests/oracles/mailinfo.py compares with it",
    "git patch-id": "what git does: named; tests/oracles compares with it",
    "systemctl edit": "opens an editor",
    "journalctl -u quilter": "for people; tests/package/inside reads the journal by it, without a pager",
    "journalctl QUILTER_": "examples of fields; tests/package/inside asks by fields too",
    "grep -F": "an example of what to look for",
    "ctest -L": "what runs the tests",
    "pg_dump --format=custom --file": "tests/hosts/two_hosts.py does, with its own server",
    "pg_restore --exit-on-error": "tests/hosts/two_hosts.py does, with its own server",
    "psql -X -c ANALYZE": "tests/hosts/two_hosts.py does, with its own server",
    "psql -X -v ON_ERROR_STOP=1": "tests/hosts/two_hosts.py runs by it what setup-db prints",
    "systemctl start quilter": "tests/package/inside has it started by enable --now, and restarted",
    "systemctl status": "for people; what it says is read by systemctl show in tests/package/inside",
    "systemd-sysusers quilter.conf": "the package's scripts run it; by hand only where there are no .deb files",
    "systemd-tmpfiles --create quilter.conf": "the package's scripts run it; by hand only where there are no .deb files",
    "systemctl enable --now quilter.socket quilter": "tests/package/inside enables the socket; the service is enabled there already",
    "systemd-analyze security quilter": "tests/package/inside does, by the unit's whole name",
    "zcat list.mbox.gz": "any list's mailbox; what it is piped to is called by tests",
    "cmake --install": "where there are no .deb files; cpack installs by the same rules",
    "grep 4F3A1": "an example of what to look for",
    "cmake --build --preset release": "tests/package/clean_root builds and packs by cmake and cpack",
    "cmp <(quilter": "tests/cli compares dumps in C++",
}


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def files(patterns, build):
    for pattern in patterns:
        path = pattern.replace("BUILD", build) if pattern.startswith("BUILD") else os.path.join(SOURCE, pattern)
        yield from sorted(file for file in glob.glob(path, recursive=True) if os.path.isfile(file))


def lines_of(text):
    """Those of code blocks, then code spans."""
    blocks = re.findall(r"^ *```[a-z]*\n(.*?)^ *```", text, re.M | re.S)
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    blocks += re.findall(r"(?:^|\n\n)((?: {4,}.*\n)+)", text)
    for block in blocks:
        yield from re.sub(r"\\\n\s*", "", block).splitlines()
    yield from re.findall(r"`([^`\n]+)`", text)


def lines_of_manual(text):
    for mark in ("\\fB", "\\fI", "\\fR"):
        text = text.replace(mark, "")
    yield from (line.partition(" ")[2] for line in text.replace("\\-", "-").splitlines() if line.startswith((".B ", ".I ")))


def commands_in(line):
    line = re.sub(r"\s+#( .*)?$", "", line.strip()).replace("\\|", "|")
    for command in re.split(r" && | \| (?=[a-z./])|; ", line):
        command = re.sub(r"^(sudo +(-u \w+ +)?)?([A-Z_]+=\S+ +)*", "", command.strip())
        if len(command.split()) > 1 and command.split()[0] in PROGRAMS and "=…" not in command:
            yield command


def documented(build):
    """{command: documents}"""
    found = {}
    for path in files(DOCUMENTS, build):
        lines = lines_of_manual(read(path)) if re.search(r"\.\d$", path) else lines_of(read(path))
        for line in lines:
            for command in commands_in(line):
                found.setdefault(command, set()).add(os.path.basename(path))
    return found


class Tool:
    """What `quilter` knows, by its own --help."""

    def __init__(self, build):
        self.program = build + "/cli/quilter"
        self.known = {}

    def help(self, words):
        if words not in self.known:
            text = subprocess.run([self.program, *words, "--help"], capture_output=True, text=True, check=False).stdout
            listed = text.partition("\nSubcommands:\n")[2]
            self.known[words] = (set(re.findall(r"^  ([a-z][a-z-]*)", listed, re.M)), set(re.findall(r"--[a-z][a-z-]*", text)))
        return self.known[words]

    def calls(self, command):
        """The (subcommands, options) that it shows, `a|b` as two; ValueError where --help has no such."""
        paths, options = [()], set(re.findall(r"--[a-z][a-z-]*", command))
        for word in command.split()[1:]:
            choices = [choice for choice in word.split("|") if choice]
            longer = [(*path, choice) for path in paths for choice in choices if choice in self.help(path)[0]]
            if longer and len(longer) == len(paths) * len(choices):
                paths = longer
        above = {path[:length] for path in paths for length in range(len(path) + 1)}
        known = set.union(*(self.help(path)[1] for path in above))
        if paths == [()] and not options and "COMMAND" not in command:
            raise ValueError("no such command")
        if unknown := options - known:
            raise ValueError(f"no such option: {sorted(unknown)}")
        return paths, options


def untested(tool, command, tests):
    """What of a call of `quilter` no test calls; '' where all is."""
    paths, options = tool.calls(command)
    for path in paths:
        if not re.search(r'[ "]' + r'(?: |", *")'.join(map(re.escape, path)) + r'(?:[ "\\]|$)', tests, re.M):
            return "quilter " + " ".join(path)
    return next((option for option in sorted(options) if option not in tests), "")


def production():
    """README's lines that the booted root runs: as CLEAN_ROOT takes them."""
    text = re.search(r"^## Production.*?^\*\*5\.", read(SOURCE + "/README.md"), re.M | re.S)[0]
    lines = [line for line in re.findall(r"^ {4}(.*)", text, re.M) if not re.match(r"tests/support/packages |cmake ", line)]
    return {command for line in lines for command in commands_in(line)}


def reason(tool, command, tests, booted):
    """Why it counts as run, or ValueError."""
    if command in booted:
        return "as it stands by " + CLEAN_ROOT
    for start, why in NOT_RUN.items():
        if command.startswith(start):
            return "not run: " + why
    if command.startswith("quilter "):
        if missing := untested(tool, command, tests):
            raise ValueError(f"no test calls: {missing}")
        return "by tests that call the same"
    words = re.sub(r" > \S+$", "", command)  # the last word may be a name of one's own
    if words not in tests and (words.count(" ") < 2 or words.rpartition(" ")[0] not in tests):
        raise ValueError("no test has these words, nor NOT_RUN")
    return "by a test that has these words"


def main():
    build = os.path.abspath(sys.argv[1])
    tool, failures, used = Tool(build), [], set()
    tests = "\n".join(read(path) for path in files(TESTS, build) if os.path.abspath(path) != os.path.abspath(__file__))
    booted, found = production(), documented(build)
    for command, where in sorted(found.items()):
        used |= {start for start in NOT_RUN if command.startswith(start)}
        try:
            why = reason(tool, command, tests, booted)
            if "--list" in sys.argv:
                print(f"{command}\n    {', '.join(sorted(where))}: {why}")
        except ValueError as error:
            failures.append(f"{', '.join(sorted(where))}: {command}: {error}")
    failures += [f"NOT_RUN has what is not documented: {start}" for start in sorted(set(NOT_RUN) - used)]
    if len(found) < 40:
        failures.append(f"only {len(found)} commands found: does this test still read the documents?")
    print("\n".join(failures) or f"{len(found)} commands")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
