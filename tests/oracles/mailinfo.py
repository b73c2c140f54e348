#!/usr/bin/env python3
"""Compares the diffs that `quilter parse` finds with those that git finds.

usage: mailinfo.py [--list]     --list: also the mails to which each rule applies

First git's own cases for `git mailinfo`: our diff stands in the patch that git expects, and nothing else
in that patch is a diff; author and name as git expects them. Then every patch of the corpus: `git apply
--numstat` says the same of our diff and of what `git mailinfo` takes from the mail, and `git patch-id
--stable` of git's is our patch id. docs/differences.md has the differences; ends with 1 where one is not
listed, or a listed one does not occur.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import support
from support import digest, sha256

EXPECTED = "oracle/git-mailinfo"
OWN_CASES = [  # mails, and the names of git's files for each of them
    ("sample.mbox", "{:04}", "patch{}", "info{}"),
    ("rfc2047-samples.mbox", "{:04}", None, "rfc2047-info-{}"),
    ("quoted-cr.mbox", "", "quoted-cr-patch", "quoted-cr-info"),
    ("nul-b64.in.mbox", "", "nul-b64.expect", None),
    ("comment.in.mbox", "", None, "comment.expect"),
    ("embed-from.in.mbox", "", None, "embed-from.expect"),
    ("info-from.in.mbox", "", None, "info-from.expect"),
    ("quoted-from.in.mbox", "", None, "quoted-from.expect"),
    ("quoted-string.in.mbox", "", None, "quoted-string.expect"),
]


class Git:
    """git in an empty folder that is no repository, without anybody's settings."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1",
                            "GIT_CEILING_DIRECTORIES": str(pathlib.Path(folder).parent), "LC_ALL": "C.UTF-8"}

    def run(self, *arguments, data=b""):
        done = subprocess.run(["git", *arguments], input=data, capture_output=True, cwd=self.folder,
                              env=self.environment, check=False)
        return done.stdout if done.returncode == 0 else None

    def mails(self, file):
        """The mails of a file as files, in order."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        if self.run("mailsplit", "-b", "-d6", f"-o{folder}", str(file)) is None:
            (folder / "000001").write_bytes(file.read_bytes())
        return sorted(folder.iterdir())

    def patch(self, mail):
        """The patch that git takes from a mail: the diff, and what stands around it below "---"."""
        options = ["--scissors", "--quoted-cr=strip"]
        if self.run("mailinfo", *options, "msg", "patch", data=mail.read_bytes()) is None:
            return b""
        return pathlib.Path(self.folder, "patch").read_bytes()

    def numstat(self, patch):
        lines = self.run("apply", "--numstat", data=patch)
        if lines is None:
            return "refused"
        return "; ".join(" ".join(line.split("\t")) for line in lines.decode("utf-8", "replace").splitlines())

    def patch_id(self, patch):
        ids = (self.run("patch-id", "--stable", data=patch) or b"").decode().split()
        return ids[0] if ids else ""


def fields_of_info(text):
    return dict(re.findall(r"^(Author|Email|Subject): (.*)$", text, re.M))


def expected_bytes(folder, name):
    """What git expects with --scissors, where that differs, and --quoted-cr=strip: its files write %% for CR."""
    scissors = folder / f"{name}--scissors"
    data = (scissors if scissors.exists() else folder / name).read_bytes()
    return data.replace(b"%%\n", b"\n").replace(b"%%", b"\r") if name.startswith("quoted-cr") else data


def own_case(git, corpus, name, ours, patch, info):
    """The differences between one of git's cases and our reading of it."""
    folder = corpus / EXPECTED
    if patch:
        expected, diff = expected_bytes(folder, patch), (ours.get("diff") or "").encode()
        if diff not in expected:
            text = expected.decode("utf-8", "replace")
            mine = ours.get("diff") or ""
            yield name, "diff", digest(len(text), sha256(text)), digest(len(mine), sha256(mine)), None
        yield from same_patch(git, name, expected, ours)
    if info and ours["kind"] != "ignored":
        expected = fields_of_info(expected_bytes(folder, info).decode("utf-8", "replace"))
        read = {"Author": ours["author"]["name"], "Email": ours["author"]["email"], "Subject": ours["name"]}
        yield from ((name, field.lower(), value, read[field], None) for field, value in expected.items()
                    if value != read[field])


def same_patch(git, name, patch, ours):
    """git of its own patch against git of our diff; and our patch id against git's of our diff."""
    diff, patch_id = (ours.get("diff") or "").encode(), ours.get("patch_id") or ""
    pairs = [("numstat", git.numstat(patch), git.numstat(diff)),
             ("patch id", git.patch_id(patch), patch_id),
             ("patch id of our diff", git.patch_id(diff), patch_id)]
    for field, theirs, mine in pairs:
        if theirs != mine:
            in_hunk = field == "patch id" and is_signature_in_hunk(git, patch, diff, theirs)
            yield name, field, theirs, mine, "signature-in-hunk" if in_hunk else None


def is_signature_in_hunk(git, patch, diff, theirs):
    """Empty context lines whose blank was cut do not count for `git patch-id`, so that "--" counts as a removal."""
    _, found, behind = patch.partition(diff)
    explains = bool(found) and behind.startswith(b"--\n") and b"\n\n" in diff
    return explains and git.patch_id(diff + behind) == theirs


def own_cases(git, corpus):
    count, differences = 0, []
    for source, number, patch, info in OWN_CASES:
        mails = git.mails(corpus / "sets/git-mailinfo" / source)
        for index, (mail, ours) in enumerate(zip(mails, support.parse(mails))):
            name = number.format(index + 1)
            label = f"git-mailinfo/{source}" + (f" #{index}" if len(mails) > 1 else "")
            files = [pattern and pattern.format(name) for pattern in (patch, info)]
            differences += own_case(git, corpus, label, ours, *files)
            count += 1
    return count, differences


def whole_corpus(git, corpus):
    count, differences = 0, []
    own = {f"git-mailinfo/{source}" for source, _, patch, _ in OWN_CASES if patch}
    for source in sorted(path for path in (corpus / "sets").rglob("*") if path.suffix in (".mbox", ".eml")):
        name = str(source.relative_to(corpus / "sets"))
        if name in own:
            continue
        mails = git.mails(source)
        for index, (mail, ours) in enumerate(zip(mails, support.parse(mails))):
            if ours["kind"] == "patch":
                label = name + (f" #{index}" if len(mails) > 1 else "")
                differences += same_patch(git, label, git.patch(mail), ours)
                count += 1
    return count, differences


def main():
    corpus = support.corpus()
    with tempfile.TemporaryDirectory() as folder:
        git = Git(folder)
        if git.run("--version") is None:
            support.skip("no git")
        cases, differences = own_cases(git, corpus)
        patches, more = whole_corpus(git, corpus)
    rules = {}
    for difference in differences + more:
        if difference[4]:
            rules.setdefault(difference[4], []).append(difference[0])
    surprises = support.settle("git mailinfo", [row[:4] for row in differences + more if not row[4]], rules)
    if "--list" in sys.argv[1:]:
        support.print_rules(rules)
    print(f"{cases} cases of git's, {patches} patches of the corpus: "
          f"{len(differences)} and {len(more)} differences, {surprises} surprises")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
