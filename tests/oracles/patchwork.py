#!/usr/bin/env python3
"""Compares what `quilter parse` reads from Patchwork's fixtures with what Patchwork recorded from them.

usage: patchwork.py [--list]     --list: also the mails to which each rule applies

docs/differences.md says what is compared, and lists the differences; ends with 1 where one is not
listed, or a listed one does not occur.
"""
import email
import json
import re
import sys

import support
from patchwork_fields import ours_of, theirs_of
from support import sha256

SETS = {"mail": "patchwork-mail", "series": "patchwork-series", "fuzz": "patchwork-fuzz", "probes": "probes"}


class Case:
    """A mail as both read it, with the bytes themselves, for rules to judge by."""

    def __init__(self, name, theirs, ours, message, earlier):
        self.name, self.theirs, self.ours, self.earlier = name, theirs, ours, earlier
        parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
        payload = parts[0].get_payload(decode=True) if parts else b""
        self.flowed = bool(parts) and parts[0].get_param("format") == "flowed"
        self.text = payload.decode("utf-8", "replace").replace("\r\n", "\n").strip()

    def content_is(self, text):
        return sha256(text.strip()) == self.theirs.get("content_sha256")


def has_in_body_header(case):
    head = re.match(r"(?:From|Date|Subject): .*\n(?:(?:From|Date|Subject): .*\n)*\n", case.text)
    return bool(head) and case.content_is(head[0] + case.ours["content"])


def has_bare_signature(case):
    signature = re.search(r"\n--\n[^\n]+\Z", case.text)
    return bool(signature) and any(case.content_is(case.ours["content"].strip() + gap + signature[0])
                                   for gap in ("", "\n"))


def is_flowed(case):
    return case.flowed and case.content_is(case.text)


def shows_unreadable(case, field):
    text = case.ours[field] or ""
    shorter = text.replace("\ufffd", "")
    return text != shorter and case.theirs[f"{field}_sha256"] in (sha256(shorter), sha256(shorter.strip()))


def comes_before_its_parent(case):
    return (case.theirs["kind"] == "ignored" and case.ours["kind"] == "comment" and
            not set(case.theirs["refs"]) & set(case.earlier))


def is_second_copy(case):
    return case.theirs["kind"] == "duplicate" and case.theirs["msgid"] in case.earlier


def leaves_out_files_without_hunks(case):
    sections = re.split(r"^(?=diff --git )", case.ours["diff"] or "", flags=re.M)
    without = [section for section in sections
               if section.startswith("diff ") and not re.search(r"^\+\+\+ ", section, re.M)]
    names = {re.sub(r"^[ab]/", "", name) for section in without for name in section.splitlines()[0].split()[2:]}
    others = [path for path in case.ours["paths"] if path not in names]
    return bool(names) and others == sorted(case.theirs["filenames"])


RULES = [  # name, field, whether it explains the difference
    ("in-body-header", "content", has_in_body_header),
    ("bare-signature", "content", has_bare_signature),
    ("flowed-text", "content", is_flowed),
    ("unreadable-bytes", "content", lambda case: shows_unreadable(case, "content")),
    ("unreadable-bytes", "diff", lambda case: shows_unreadable(case, "diff")),
    ("comment-first", "kind", comes_before_its_parent),
    ("second-copy", "kind", is_second_copy),
    ("files-without-hunks", "paths", leaves_out_files_without_hunks),
]


def rule_for(field, case):
    return next((name for name, of, holds in RULES if of == field and holds(case)), None)


def cases(corpus):
    """Every mail of the fixtures, as both read it."""
    for group, folder in SETS.items():
        for file in sorted((corpus / "peer-results" / group).glob("*.json")):
            theirs = json.loads(file.read_text(encoding="utf-8"))
            source = corpus / "sets" / folder / theirs["source"].rsplit("/", 1)[-1]
            mbox = theirs["read_as"] == "mbox"
            ours = list(support.parse([source], mbox, ["--list-tag", theirs["linkname"],
                                                       "--list-address", theirs["list_email"]]))
            if len(ours) != len(theirs["messages"]):
                sys.exit(f"{source.name}: {len(ours)} mails, Patchwork has {len(theirs['messages'])}")
            yield from file_cases(f"{group}/{file.stem}", theirs["messages"], ours, messages(source, mbox))


def messages(source, mbox):
    data = source.read_bytes()
    if not mbox:
        return [email.message_from_bytes(re.sub(rb"\AFrom .*\n", b"", data))]
    from_line = rb"^From .*\d\d:\d\d:\d\d \d{4}.*\n"
    return [email.message_from_bytes(entry) for entry in re.split(from_line, data, flags=re.M)[1:]]


def file_cases(name, theirs, ours, mails):
    for index, (mail, reading, message) in enumerate(zip(theirs, ours, mails)):
        label = name if len(theirs) == 1 else f"{name} #{index}"
        yield Case(label, mail, with_trailers_of_comments(reading, ours), message,
                   [earlier["msgid"] for earlier in theirs[:index]])


def with_trailers_of_comments(patch, mails):
    """Patchwork counts the tags of a patch with those of its comments."""
    comments = [mail for mail in mails
                if mail["kind"] == "comment" and mail["ancestors"][:1] == [patch.get("message_id")]]
    given = [trailer for mail in comments for trailer in mail["trailers"]]
    return {**patch, "trailers": patch.get("trailers", []) + given}


def compare(case):
    """The fields that both have, and those that differ."""
    theirs, ours = theirs_of(case.theirs), ours_of(case.ours)
    if theirs.get("diff") != ours.get("diff") or not theirs.get("hash"):
        theirs.pop("hash", None)  # it says the same as the diff
    both = [field for field in theirs if field in ours]
    same_kind = theirs["kind"] == ours["kind"].split(":")[0]
    differ = [field for field in both if theirs[field] != ours[field] and not (field == "kind" and same_kind)]
    return both, [(case.name, field, theirs[field], ours[field]) for field in differ]


def main():
    corpus = support.corpus()
    rules, differences, fields, mails = {}, [], 0, 0
    for case in cases(corpus):
        both, differ = compare(case)
        mails, fields = mails + 1, fields + len(both)
        for difference in differ:
            rule = rule_for(difference[1], case)
            if rule:
                rules.setdefault(rule, []).append(case.name)
            else:
                differences.append(difference)
    surprises = support.settle("Patchwork", differences, rules)
    if "--list" in sys.argv[1:]:
        support.print_rules(rules)
    by_rule = sum(map(len, rules.values()))
    equal = fields - by_rule - len(differences)
    print(f"{mails} mails, {fields} fields: {equal} equal, {by_rule} differ by {len(rules)} rules, "
          f"{len(differences)} singly; {surprises} surprises")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
