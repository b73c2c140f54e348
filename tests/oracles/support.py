"""What the oracles share: the corpus, the tool, and the tables of docs/differences.md."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIFFERENCES = ROOT / "docs" / "differences.md"
SKIPPED = 77
LONGEST_CELL = 70  # characters of a value that is shown itself, not as its length and digest


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def corpus():
    """The folder of real mail, which is not part of this repository; ends the test without it."""
    folder = pathlib.Path(os.environ.get("QUILTER_CORPUS") or ROOT / "../shared/corpus")
    if not folder.is_dir():
        skip("no corpus (QUILTER_CORPUS)")
    return folder.resolve()


def quilter():
    folder = os.environ.get("QUILTER_BIN") or ROOT / "build" / "dev" / "cli"
    return str(pathlib.Path(folder) / "quilter")


def parse(files, mbox=False, options=()):
    """What `quilter parse` says of each mail, in order, one by one."""
    command = [quilter(), "--json", "parse", *options, *(["--mbox"] if mbox else [])]
    command += [str(file) for file in files]
    if len(files) == 1 and not mbox:
        command.append(os.devnull)  # one line a mail only where there are several; it is dropped
    with subprocess.Popen(command, stdout=subprocess.PIPE) as tool:
        for line in tool.stdout:
            mail = json.loads(line)
            if mail["file"] != os.devnull:
                yield mail
    if tool.returncode:
        sys.exit(f"{' '.join(command[:3])} ended with {tool.returncode}")


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def digest(length, sha):
    """How a text is named that is not shown."""
    return f"{length} characters, {sha[:8]}"


def shown(value):
    """A value as a cell of a table: one line, no control characters."""
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    if value in (None, ""):
        return "–"
    text = str(value)
    if len(text) > LONGEST_CELL:
        return digest(len(text), sha256(text))
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return re.sub(r"\s+", " ", text.replace("|", "¦")).strip()


def tables(section):
    """The rows of all tables under "## section", as lists of cells, without the headings."""
    text = DIFFERENCES.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not found:
        sys.exit(f"{DIFFERENCES.name} has no section {section}")
    for table in re.findall(r"(?:^\|.*\n)+", found[1], re.M):
        for row in table.splitlines()[2:]:
            yield [cell.strip().strip("`") for cell in row.strip().strip("|").split("|")]


def settle(section, differences, rules):
    """Compares what was found with what is listed; the number of surprises.

    `differences`: (mail, field, theirs, ours); `rules`: name → mails to which it applied. A listed row is
    that and a reason, or a rule, its number of mails and a reason.
    """
    rows = list(tables(section))
    listed = {tuple(row[:4]) for row in rows if len(row) == 5}
    found = {(mail, field, shown(theirs), shown(ours)) for mail, field, theirs, ours in differences}
    counted = {(name, str(len(mails))) for name, mails in rules.items()}
    expected = {tuple(row[:2]) for row in rows if len(row) == 3}
    surprises = [("is not listed", row) for row in sorted(found - listed)]
    surprises += [("is listed and does not occur", row) for row in sorted(listed - found)]
    surprises += [("applies so often, not as listed", row) for row in sorted(counted - expected)]
    surprises += [("is a rule that does not apply", row) for row in sorted(expected - counted)
                  if row[0] not in rules]
    for what, row in surprises:
        print(f"{what}: | " + " | ".join(row) + " |")
    return len(surprises)


def print_rules(rules):
    for rule, mails in rules.items():
        print(f"{rule}:", *mails, sep="\n  ")
