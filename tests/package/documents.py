"""The commands that stand in README, docs/, the manual pages and the configuration, as somebody would type them.

A command is a line of a code block, or a code span of two words at least, that begins with `sudo` or a program; or what stands
in a `| command |` table, whose heading names the program. quilter(1) and quilter.toml(5) are made from docs/tool.md
and config/quilter.toml, so that these stand for them.
"""
import collections
import itertools
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# docs/hosts.md restores a backup: before the others change what is in it.
DOCUMENTS = ("README.md", "docs/hosts.md", "docs/*.md", "docs/man/*.8", "config/quilter.toml")
PROGRAMS = ("quilter quilterd /usr/bin/quilter systemctl systemd-analyze systemd-sysusers systemd-tmpfiles journalctl "
            "psql pg_dump pg_restore pg_basebackup pg_ctl pg_rewind createdb createuser dropdb SELECT grep zcat cmp diff curl "
            "promtool cmake ctest make git apt apt-get dpkg postconf postfix ./try ./check tests/support/packages").split()
OPTION = r" \[((?:[^][]|\[[^]]*\])*)\]"  # one may be in another

# `heading`: the one above it; a paragraph's bold beginning counts as one. `block`: of a code block.
Command = collections.namedtuple("Command", "text document heading block")


def is_command(text):
    program, _, rest = text.partition(" ")
    return program in ("sudo", *PROGRAMS) and (rest != "" or program.startswith("./"))


def text_of(path):
    """Of a manual page and of a configuration's comments as if they were Markdown."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    if path.suffix == ".toml":
        return re.sub(r"^#? ?", "", text, flags=re.M)
    return re.sub(r'^\.B[RI]? "?([a-z]+ [^("\n][^"\n]*)"?.*', r"`\1`", text, flags=re.M)


def commands_of(path):
    heading, fenced, tabled, begun = "", False, False, ""
    for line in re.sub(r"\\\n\s*", "", text_of(path)).splitlines():
        if begun or line.count("`") % 2 and "```" not in line:  # a span that goes on in the next line
            line = f"{begun} {line.strip()}" if begun else line
            begun = line if line.count("`") % 2 else ""
            if begun:
                continue
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield heading, True, re.sub(r"\s+# .*|^\s*\"\||\"$", "", line).strip()
        else:
            if title := re.match(r"#+ (.*)|\*\*(.*?)\*\*", line):
                heading = title[1] or title[2]
            spans = re.findall(r"`([^`]+)`", line.replace("\\|", "|"))
            tabled = line.startswith("| command |") or tabled and line.startswith("|")
            if tabled and line.startswith("| `"):
                spans[0] = f"{heading.split(':')[0]} {spans[0]}"
            yield from ((heading, False, span) for span in spans)


def commands():
    """Each once, in the order of DOCUMENTS."""
    found = {}
    for path in (path for pattern in DOCUMENTS for path in sorted(SOURCE.glob(pattern))):
        for heading, block, text in commands_of(path):
            if is_command(text) and (text not in found or block and not found[text].block):
                found[text] = Command(text, path.name, heading, block)
    return list(found.values())


def variants(text):
    """What a synopsis can be typed as: with none, each and all of its […], and with each choice of a|b."""
    options = list(re.finditer(OPTION, text))
    if options:
        picks = [[], *([option] for option in options), options]
        whole = [re.sub(OPTION, lambda option: " " + option[1] if option.span() in spans else "", text)
                 for spans in ([option.span() for option in pick] for pick in picks)]
    elif parts := re.search(r"(\S+ …|--\S+ [A-Z]+)( \| --\S+( [A-Z]+)?)+|(?<= )[a-z-]+(\|[a-z-]+)+(?= |$)", text):
        whole = [text[:parts.start()] + choice.strip() + text[parts.end():] for choice in parts[0].split("|")]
    else:
        return [text]
    return list(dict.fromkeys(itertools.chain.from_iterable(map(variants, whole))))


def main():
    """documents.py DOCUMENT LIKE: the blocks below the headings that begin like this."""
    document, like = sys.argv[1:]
    for heading, block, text in commands_of(SOURCE / document):
        if block and re.match(like, heading) and is_command(text):
            print(text)


if __name__ == "__main__":
    main()
