#!/usr/bin/env python3
"""Compares what `quilter parse` reads from generated list traffic with the generator's truth.

usage: generator.py [--seeds 1-5] [--messages 20000]

Ends with 1 where fewer than 99.95 % of the mails are read as they are meant, field by field; the others
are printed.
"""
import argparse
import collections
import json
import subprocess
import sys
import tempfile

import support

ENOUGH = 0.9995
KINDS = {"cover": "cover letter", "reply": "comment", "pull": "pull request"}
IN_SERIES = ("patch", "cover", "pull")


def truth_by_index(truth):
    """Every delivery: the mails, those without a Message-ID, and second copies."""
    mails = {mail["idx"]: dict(mail, msgid=msgid) for msgid, mail in truth["messages"].items()}
    mails.update({mail["idx"]: dict(mail, msgid=None) for mail in truth["anonymous"]})
    mails.update({copy["idx"]: dict(truth["messages"][copy["msgid"]], msgid=copy["msgid"])
                  for copy in truth["extra_copies"]})
    return mails


def meant(mail):
    fields = {"kind": KINDS.get(mail["kind"], mail["kind"])}
    if mail["kind"] in IN_SERIES:
        fields.update(version=mail["version"], number=mail["x"], total=mail["n"], diff=mail.get("diff_sha256"))
    if mail["kind"] != "other":
        fields.update(name=mail["name"], author=mail["author"], submitter=mail["submitter"], parent=mail["parent"])
    return fields


def read(mail):
    if mail["kind"] == "ignored":
        return {"kind": "ignored: " + mail["reason"]}
    numbered = mail["numbered"]
    return {"kind": mail["kind"], "version": mail["version"], "number": mail["number"] if numbered else None,
            "total": mail["total"] if numbered else None, "diff": mail["diff_sha256"], "name": mail["name"],
            "author": mail["author"]["email"], "submitter": mail["submitter"]["email"],
            "parent": mail["ancestors"][0] if mail["ancestors"] else None}


def is_talk(truth, messages, reading):
    """Plain discussion: nothing to a tracker, or a comment that no patch is an ancestor of."""
    if reading["kind"] == "ignored":
        return True
    return reading["kind"] == "comment" and not any(
        messages.get(ancestor, {}).get("kind") in IN_SERIES for ancestor in reading["ancestors"])


def compare(truth, messages, reading):
    """The fields that say something, and those that are not as meant."""
    want, got = meant(truth), read(reading)
    if truth["kind"] == "reply" and truth["name"].startswith("["):  # in talk, "[BUG] x" is all name in the truth
        got["name"] = "".join(f"[{prefix}] " for prefix in reading.get("prefixes", [])) + reading.get("name", "")
    if truth["kind"] == "other":
        return ["kind"], {} if is_talk(truth, messages, reading) else {"kind": ("other", got["kind"])}
    if got["kind"].startswith("ignored"):
        return list(want), {"kind": (want["kind"], got["kind"])}
    return list(want), {field: (want[field], got[field]) for field in want if want[field] != got[field]}


def run(corpus, seed, messages, folder):
    mbox, answers = f"{folder}/list.mbox", f"{folder}/truth.json"
    subprocess.run([sys.executable, corpus / "gen_list_traffic.py", "--messages", str(messages), "--seed", seed,
                    "--out", mbox, "--truth", answers], check=True, stderr=subprocess.DEVNULL)
    with open(answers, encoding="utf-8") as file:
        truth = json.load(file)
    mails = truth_by_index(truth)
    compared, wrong, wrong_mails, seen = collections.Counter(), collections.Counter(), 0, 0
    for reading in support.parse([mbox], mbox=True, options=["--list-address", "patches@lists.example.org"]):
        mail, seen = mails[reading["index"]], seen + 1
        fields, differ = compare(mail, truth["messages"], reading)
        compared.update(fields)
        wrong.update(differ.keys())
        wrong_mails += bool(differ)
        for field, (want, got) in differ.items():
            what = mail["malformed"] or mail["tricky"] or mail["mime"]
            print(f"seed {seed} mail {mail['idx']}, {what}: {field}: "
                  f"meant {support.shown(want)}, read {support.shown(got)}")
    if seen != len(mails):
        sys.exit(f"seed {seed}: {seen} mails read of {len(mails)}")
    return compared, wrong, wrong_mails


def seeds_of(text):
    first, _, last = text.partition("-")
    return [str(seed) for seed in range(int(first), int(last or first) + 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1-5", help="1, or 1-5")
    parser.add_argument("--messages", type=int, default=20000, help="mails a seed")
    arguments = parser.parse_args()
    corpus = support.corpus()
    compared, wrong, wrong_mails = collections.Counter(), collections.Counter(), 0
    for seed in seeds_of(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            more, less, bad = run(corpus, seed, arguments.messages, folder)
        compared, wrong, wrong_mails = compared + more, wrong + less, wrong_mails + bad
    for field, count in compared.items():
        print(f"{field:10} {count - wrong[field]:7} of {count:7} equal, {100 * (1 - wrong[field] / count):.4f} %")
    mails = compared["kind"]
    share = 1 - wrong_mails / mails
    print(f"{mails} mails, {mails - wrong_mails} equal in every field: {100 * share:.4f} %")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
