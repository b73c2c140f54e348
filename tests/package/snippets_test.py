#!/usr/bin/env python3
"""What README.md and docs/operations.md say of an MTA stands in the snippets, and they agree on where the socket is."""
import os
import re
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def text(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as file:
        return file.read()


def found(pattern, where):
    """All that the group of a pattern matches: at least one."""
    groups = re.findall(pattern, where, re.M)
    check(groups, f"nothing reads {pattern}")
    return groups


postfix, sendmail = text("config", "postfix", "main.cf"), text("config", "sendmail", "quilter.m4")
readme, operations = text("README.md"), text("docs", "operations.md")

# README: the commands of "Production in five minutes"
for words in found(r"^    sudo postconf -e (.*)$", readme):
    for word in words.split():
        check(re.search("^" + re.escape(word.replace("=", " = ", 1)) + "$", postfix, re.M), f"main.cf lacks {word}")
for command in found(r"^    sudo (install -d .*)$", readme):
    check(f"#     {command}\n" in postfix, f"main.cf lacks {command}")
for setting in found(r"\|\|(listen = .*)\|'", readme):
    check(f"#     {setting}\n" in postfix, f"main.cf lacks {setting}")

# operations.md: the table of both
section = operations.partition("\n## Postfix and Sendmail\n")[2].partition("\n## ")[0]
for line in found(r"`(\w+ = [^`]*|-o [^`]*)`", section):
    check(re.search(rf"^(#     )?{re.escape(line)}$", postfix, re.M), f"main.cf lacks {line}")
for word in found(r"`(F=T|T=[^`]*|InputMailFilters=|S=[^`]*)`", section):
    check(word in sendmail, f"quilter.m4 lacks {word}")
for title in found(r'docs/operations.md, ["`](.*)["\']', postfix + sendmail):
    check(f"### {title}\n" in operations, f"operations.md has no section {title}")

# One socket: the program's default, systemd's, and both snippets'.
socket = found(r'^#listen = "(unix:.*)"$', text("config", "quilter.toml"))[0]
unit = text("systemd", "quilter.socket")
check(f"ListenStream={socket.removeprefix('unix:')}\n" in unit, f"quilter.socket lacks {socket}")
check(f"#smtpd_milters = {socket}\n" in postfix, f"main.cf lacks {socket}")
check(f"S={socket}," in sendmail, f"quilter.m4 lacks {socket}")

print("\n".join(failures) or "the snippets and the documents agree")
sys.exit(1 if failures else 0)
