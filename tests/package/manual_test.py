#!/usr/bin/env python3
"""The manual pages and the completion know each command, option and key that the programs have, and no others.

manual_test.py BUILD-DIR
"""
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def output(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, check=False, **more).stdout


def subcommands(help_text):
    listed = help_text.partition("\nSubcommands:\n")[2]
    return re.findall(r"^  ([a-z][a-z-]*)", listed, re.M)


def options(help_text):
    lines = [line for line in help_text.splitlines() if line.lstrip().startswith("-")]
    return set(re.findall(r"--[a-z][a-z-]*", re.sub(r"Excludes:.*|Needs:.*", "", "\n".join(lines)))) - {"--help"}


def every_command(program, words=()):
    text = output(program, *words, "--help")
    yield words, text
    for name in subcommands(text):
        yield from every_command(program, (*words, name))


def words_of(page):
    with open(page, encoding="utf-8") as file:
        text = file.read().replace("\\-", "-").replace("\\fB", "").replace("\\fR", "").replace("\\e", "\\")
    return text, set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def completions(build, words, begun):
    """What bash offers after `quilter WORDS BEGUN`."""
    line = ("quilter", *words, begun)
    script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quilter; printf "%s\\n" "${COMPREPLY[@]}"'
    return set(output("bash", "-c", script, "bash", SOURCE + "/packaging/quilter.bash-completion", *line,
                      env=dict(os.environ, PATH=build + "/cli:" + os.environ["PATH"])).split())


def check_tool(build):
    page, named = words_of(build + "/man/quilter.1")
    program = build + "/cli/quilter"
    known, common = set(), options(output(program, "--help"))
    for words, text in every_command(program):
        here = options(text)
        known |= here
        for option in here - {"--version"}:
            check(option in named, f"quilter.1 does not name {option} of: quilter {' '.join(words)}")
        for name in words:
            check(re.search(rf"(?<![\w-]){name}(?![\w-])", page), f"quilter.1 does not name: quilter {' '.join(words)}")
        check(completions(build, words, "--") >= here | common, f"completion lacks options of: quilter {' '.join(words)}")
        check(completions(build, words, "") == set(subcommands(text)), f"completion of: quilter {' '.join(words)}")
    # Other programs' options may stand in the text, of git and quilterd.
    others = options(output(build + "/cli/quilterd", "--help")) | {"--help"}
    check(named <= known | others, f"quilter.1 names what is not there: {sorted(named - known - others)}")


def check_daemon(build):
    _, named = words_of(SOURCE + "/docs/man/quilterd.8")
    known = options(output(build + "/cli/quilterd", "--help"))
    check(named - {"--help"} == known, f"quilterd.8 and quilterd --help differ: {sorted(named ^ known)}")


def check_configuration(build):
    with tempfile.TemporaryDirectory() as folder:
        file = folder + "/quilter.toml"
        with open(file, "w", encoding="utf-8") as config:
            config.write(f'[spool]\nfolder = "{folder}/none"\n')  # it says what is in force, and then cannot start
        said = subprocess.run([build + "/cli/quilterd", "--config", file], capture_output=True, text=True, check=False)
    known = set(re.findall(r"configuration ([a-z_]+\.[a-z_]+) = ", said.stderr))
    check(len(known) > 10, "quilterd does not say its configuration")
    named, table = set(), ""
    with open(build + "/man/quilter.toml.5", encoding="utf-8") as page:
        for line in page:
            if found := re.match(r'\.SH "\[([a-z]+)\]"', line):
                table = found[1]
            elif found := re.match(r"\\fB([a-z_]+) = ", line):
                named.add(f"{table}.{found[1]}")
    check(named == known, f"quilter.toml(5) and quilterd differ: {sorted(named ^ known)}")


def check_form(*pages):
    """What groff has to complain of."""
    try:
        for page in pages:
            done = subprocess.run(["man", "--warnings", "-l", page], capture_output=True, text=True, check=False,
                                  env=dict(os.environ, LC_ALL="C.UTF-8", MANPAGER="cat", MANWIDTH="100"))
            check(done.returncode == 0 and not done.stderr, f"{page}: {done.stderr}")
    except FileNotFoundError:
        print("no man(1): the form of the pages is not checked")


def main():
    build = os.path.abspath(sys.argv[1])
    check_tool(build)
    check_daemon(build)
    check_configuration(build)
    check_form(build + "/man/quilter.1", build + "/man/quilter.toml.5", SOURCE + "/docs/man/quilterd.8")
    for failure in failures:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
