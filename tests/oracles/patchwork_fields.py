"""The fields of a mail as Patchwork recorded them and as `quilter parse` reads them, made comparable."""
import collections
import hashlib
import re

from support import digest, sha256

KINDS = {"cover": "cover letter", "patch-comment": "comment", "cover-comment": "comment"}
COUNTED = ("Acked-by", "Reviewed-by", "Tested-by")  # Patchwork's tags


def words(prefixes):
    """Patchwork cuts prefixes at blanks and commas and drops PATCH; version and number are compared apart."""
    all_words = [word for prefix in prefixes for word in re.split(r"[\s,]+", prefix)]
    return [word for word in re.sub(r"\d+ of \d+", "", " ".join(all_words)).split()
            if not re.fullmatch(r"patch|v\d+|\d+/\d+", word, re.I)]


def patch_hash(diff):
    """Patchwork's hash of a patch: of its hunks, without line numbers, and file names from the second folder on."""
    lines = []
    for line in diff.replace("\r", "").strip().split("\n"):
        name = re.match(r"(---|\+\+\+) (\S+)", line)
        hunk = re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", line)
        if name:
            folder = "a/" if name[1] == "---" else "b/"
            line = f"{name[1]} {folder}{'/'.join(name[2].split('/')[1:])}"
        elif hunk:
            line = f"@@ -{int(hunk[1] or 1)} +{int(hunk[2] or 1)} @@"
        elif line[:1] not in ("-", "+", " ") or not line:
            continue
        lines.append(line + "\n")
    return hashlib.sha1("".join(lines).encode()).hexdigest()


def theirs_of(mail):
    """Patchwork's answer, field by field; a field that it does not give is left out."""
    parsed, fields = mail["parsed"], {"kind": KINDS.get(mail["kind"], mail["kind"])}
    if mail.get("pull_url") and mail["kind"] == "patch":
        fields["kind"] = "pull request"
    elif mail["kind"] == "error":
        fields["kind"] = "error: " + mail["error"].split(":")[0]
    marker = parsed["marker"]
    fields["name"] = re.sub(r"^\[.*?\] ", "", parsed["name"]) if parsed["prefixes"] else parsed["name"]
    fields["prefixes"] = words(parsed["prefixes"])
    fields["version"] = parsed["version"]
    fields["number"] = None if marker["x"] is None else f"{marker['x']}/{marker['n']}"
    fields["ancestors"] = [reference.strip("<>") for reference in mail["refs"]]
    fields["date"] = None if mail["date_fallback"] else mail["date"]
    if "author" in mail:
        fields["submitter"] = f"{mail['author']['name'] or ''} <{mail['author']['email'].lower()}>"
    if "stored_msgid" in mail and not mail.get("msgid_added"):
        fields["message id"] = mail["stored_msgid"].strip("<>")
    if "content_sha256" in mail:
        fields["content"] = digest(mail["content_len"], mail["content_sha256"])
    if "filenames" in mail:
        fields["paths"] = sorted(mail["filenames"])
        fields["tags"] = [f"{name} {count}" for name, count in sorted(mail["tags"].items())]
        fields["diff"] = digest(mail["diff_len"], mail["diff_sha256"]) if mail["diff_sha256"] else None
        fields["hash"] = mail["hash"]
        fields["pull"] = mail["pull_url"]
        fields["state"] = mail["state"]
        fields["delegate"] = mail["delegate"]
    return fields


def ours_of(mail):
    if mail["kind"] == "ignored":
        return {"kind": f"ignored: {mail['reason']}"}
    content, diff, pull = mail["content"].strip(), mail["diff"], mail["pull"]
    counted = collections.Counter(trailer.split(":")[0].capitalize() for trailer in mail["trailers"])
    return {"kind": mail["kind"], "name": mail["name"], "prefixes": words(mail["prefixes"]),
            "version": mail["version"],
            "number": f"{mail['number']}/{mail['total']}" if mail["numbered"] else None,
            "ancestors": mail["ancestors"], "date": mail["date"],
            "submitter": f"{mail['submitter']['name']} <{mail['submitter']['email'].lower()}>",
            "message id": mail["message_id"], "content": digest(len(content), sha256(content)),
            "paths": mail["paths"], "tags": [f"{name} {counted[name]}" for name in COUNTED if counted[name]],
            "diff": digest(len(diff), sha256(diff)) if diff else None, "hash": patch_hash(diff) if diff else None,
            "pull": f"{pull['url']} {pull['ref']}".strip() if pull else None,
            "state": (mail.get("hints") or {}).get("state") or "new",
            "delegate": (mail.get("hints") or {}).get("delegate")}
