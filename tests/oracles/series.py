#!/usr/bin/env python3
"""Compares how we group Patchwork's fixtures with how Patchwork grouped them, mails coming in order.

docs/differences.md says what is compared, and lists the differences; ends with 1 where one is not
listed, or a listed one does not occur.
"""
import json
import pathlib
import re
import subprocess
import sys

import support

SETS = {"series": "patchwork-series", "probes": "probes"}
FIELDS = ("version", "total", "name", "received", "complete", "submitter", "cover")


def plain(message_id):
    return message_id.strip("<> ")


def without_prefixes(name):
    """Patchwork's "[net,v2,1/2] name": what is in the brackets is compared mail by mail, in patchwork.py."""
    return re.sub(r"^\[[^]]*\] ?", "", name or "")


def theirs_of(case):
    """Members of each series → what is said of it, and the parent of each comment."""
    series = {}
    for one in case["series"]:
        cover = one["cover"] and plain(one["cover"])
        members = [plain(patch) for patch in one["patches"]] + ([cover] if cover else [])
        series[frozenset(members)] = {
            "version": one["version"], "total": one["total"], "name": without_prefixes(one["name"]),
            "received": one["received_total"], "complete": one["received_all"], "submitter": one["submitter"].lower(), "cover": cover}
    comments = {plain(mail["msgid"]): plain(mail["parent"]) for mail in case["messages"]
                if mail["kind"] in ("patch-comment", "cover-comment")}
    return series, comments


def ours_of(case, source):
    program = pathlib.Path(support.quilter()).with_name("stitch_mbox")
    answer = json.loads(subprocess.run([program, source, case["linkname"], case["list_email"]],
                                       stdout=subprocess.PIPE, check=True).stdout)
    series = {}
    for one in answer["series"]:
        cover = next((member["message_id"] for member in one["members"] if member["number"] == 0), None)
        series[frozenset(member["message_id"] for member in one["members"])] = {**one, "cover": cover}
    return series, answer["comments"]


class Places:
    """Mails named by their place in the file, from #0."""

    def __init__(self, mails):
        self.place = {mail: place for place, mail in enumerate(mails)}

    def of(self, mail):
        return f"#{self.place[mail]}" if mail in self.place else mail

    def of_groups(self, groups):
        """Which go together: "#0 + #1; #2", in the order in which they came."""
        sorted_groups = sorted(sorted(self.place[mail] for mail in group) for group in groups)
        return "; ".join(" + ".join(f"#{place}" for place in group) for group in sorted_groups)


def compare(name, theirs, ours, places):
    """(file, what, Patchwork, Quilter) where they differ.

    A mail that only one of both records differs in kind, which patchwork.py lists: it is left out. What is
    said of a series is compared where both have it with the same mails.
    """
    rows = []
    (their_series, their_comments), (our_series, our_comments) = theirs, ours
    both = set().union(*their_series, their_comments) & set().union(*our_series, our_comments)
    their_parts, our_parts = ({group & both for group in series if group & both}
                              for series in (their_series, our_series))
    if their_parts != our_parts:
        rows.append((name, "series", places.of_groups(their_parts), places.of_groups(our_parts)))
    for group in set(their_series) & set(our_series):
        for field in FIELDS:
            left, right = their_series[group][field], our_series[group][field]
            if left != right:
                rows.append((name, f"{field} of {places.of_groups([group])}", left, right))
    for comment in both & (set(their_comments) | set(our_comments)):
        left, right = (comments.get(comment, "no comment") for comments in (their_comments, our_comments))
        if left != right:
            rows.append((name, f"parent of {places.of(comment)}", places.of(left), places.of(right or "parked")))
    return rows


def main():
    corpus = support.corpus()
    differences, files, series = [], 0, 0
    for group, folder in SETS.items():
        for file in sorted((corpus / "peer-results" / group).glob("*.json")):
            case = json.loads(file.read_text(encoding="utf-8"))
            source = corpus / "sets" / folder / case["source"].rsplit("/", 1)[-1]
            theirs = theirs_of(case)
            places = Places(dict.fromkeys(plain(mail["msgid"]) for mail in case["messages"]))
            differences += compare(f"{group}/{file.stem}", theirs, ours_of(case, source), places)
            files, series = files + 1, series + len(theirs[0])
    surprises = support.settle("Series", differences, {})
    print(f"{files} files, {series} series of Patchwork: {len(differences)} differences; {surprises} surprises")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
