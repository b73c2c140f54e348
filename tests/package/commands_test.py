#!/usr/bin/env python3
"""Runs every command that stands in the documents (documents.py), with a PostgreSQL, mails and a spool of its own.

commands_test.py BUILD-DIR
commands_test.py BUILD-DIR --list     and prints what each was typed as, or where else it is run
commands_test.py --at WHERE           runs nothing: prints those that are run there, as ELSEWHERE has it

A command is typed as it stands, in bash, once for each way that its […] and a|b can be read; what stands for the reader's own
is filled in from PLACES. A code span that only begins a command ("`quilter spool`") has to begin one that was run.
"""
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import documents

SOURCE = documents.SOURCE
BOOTED = "tests/package/inside"

# What a command is like → where it is run, or why it is not.
ELSEWHERE = {
    r"tests/support/packages |cmake --preset|sudo cmake --install": "tests/package/clean_root",
    r"(sudo )?(apt|install|sed|postconf|postfix|quilterd|systemctl|systemd-\S+|journalctl) ": BOOTED,
    r"sudo quilter doctor|quilterd --check-config|/usr/bin/quilter deliver|grep 4F3A1 ": BOOTED,
    r"\./try|ctest -L hosts": "is a test itself",
    r"\./check": "runs this test",
    r"SELECT pg_promote|pg_ctl promote|pg_basebackup -R": "tests/support/postgres does, in ctest -L hosts",
    r"promtool ": "tests/package/alerts_test, with the files' names, where there is a promtool",
    r"SELECT … FROM event": "tests/core/store/feed_test.cpp asks it whole",
    r"git (fetch|update-ref) |quilter git-scan \. ": "in a hook or timer, where commits come: tests/cli/git_scan_test.cpp scans",
    r"git send-email": "what senders do: named, not asked for",
}

# Commands like this → what stands in them for the reader's own → what it is here.
PLACES = (
    (r"quilter \[", "CONNECTION", "dbname=quilter"),
    (r"quilter \[", "FILE", "quilter.toml"),
    (r"quilter \[", "COMMAND", "project list"),
    (r"quilter --database …", "…", "dbname=quilter"),
    (r"quilter project add", "NAME --list-id ID …", "other --list-id other.example.org"),
    (r"quilter project remove", "NAME", "other"),
    (r"quilter project set", "NAME …", "spare --list-tag spare"),
    (r"quilter project set", "NAME", "spare"),
    (r"quilter project set", "…", "^spare"),
    (r"quilter patch set|quilter series set", "FIELD=VALUE …", "state=under-review"),
    (r"quilter patch set|quilter series set", "--from VALUE", "--from under-review"),
    (r"quilter patch set", r"\bN\b", "0"),
    (r"quilter (patch|series) check", "CONTEXT STATE", "build success"),
    (r"quilter patch .*", "MESSAGE-ID …", "two@example.org"),
    (r"quilter patch (set|check add|note)", "^(?!.*--project)(.*)$", r"\1 --project netdev"),
    (r"quilter patch (set|check|note)", "MESSAGE-ID", "two@example.org"),
    (r"quilter series set", "ID …", "12"),
    (r"quilter (patch|series) check add", "URL", "https://ci.example.org/1"),
    (r"quilter watch", "CURSOR", "''"),
    (r"quilter watch", "CATEGORY", "check-created"),
    (r"quilter watch", r"\bN\b", "5"),
    (r"quilter watch", "--follow", "--follow --most 1"),
    (r"quilter series merge", "ID OTHER", "13 14"),
    (r"quilter series split", "ID NUMBER( …)?", "12 2"),
    (r"quilter (series|mbox)", "ID", "12"),
    (r"quilter history", r"(?<!-)ID", "12"),
    (r"quilter ((patch|series) list|todo)", r"\bN\b", "5"),
    (r"quilter (patch|series) list", r"\bSTATE\b", "new"),
    (r"quilter (patch|series) list", "TEXT|WORDS", "ann"),
    (r"quilter (patch|series) list", r"\bTIME\b", "'7 days'"),
    (r"quilter (patch|series) list", "PATTERN", "drivers/"),
    (r"quilter (patch|series) list", r"\bKEY\b", "date"),
    (r"quilter (patch|series) list", "POSITION", "date:1700000000-1"),
    (r"quilter git-scan", "REPO RANGE", ". base"),
    (r"quilter import-patchwork", "CONNECTION( …)?", "dbname=patchwork"),
    (r"quilter import-patchwork", "LINKNAME", "netdev"),
    (r"quilter import-patchwork", "THERE=HERE", "rfc=deferred"),
    (r"quilter delegate", "PROJECT", "netdev"),
    (r"quilter delegate", "PATTERN", "drivers/"),
    (r"quilter delegate", "LOGIN", "ann"),
    (r"quilter delegate", r"\bN\b", "1"),
    (r"quilter replay", "FILE", "people.jsonl"),
    (r"quilter state", "PROJECT", "netdev"),
    (r"quilter state add", "STATE( …)?", "state$RANDOM$RANDOM"),
    (r"quilter state remove", "STATE", "awaiting-upstream"),
    (r"quilter state set", "STATE …", "rfc --position 9"),
    (r"quilter state", "STATE", "rejected"),
    (r"quilter state", "OTHER", "new"),
    (r"quilter setup-db", r"\bROLE\b", "quilter"),
    (r"quilter doctor", r"\bUSER\b", "nobody"),
    (r"quilter doctor", "FILE", "/etc/mail/sendmail.cf"),
    (r"quilter doctor", "DIR", "."),
    (r"quilter spool .*replay", "ID …", "$(waiting)"),
    (r"quilter spool", "ID( …)?", "$(set_aside)"),
    (r"quilter spool", "DIR", "spool"),
    (r"quilter import", "SOURCE …", "netdev.mbox maildir inbox.git"),
    (r"quilter import", "--resume FILE", "--resume resume"),
    (r"quilter import", "--jobs N", "--jobs 2"),
    (r"quilter (import|deliver)", "SECONDS", "60"),
    (r"quilter \[", "LOGIN", "mia"),
    (r"sudo -u postgres psql (-d quilter )?-c .GRANT", "NAME", "ann"),
    (r".*user add", "LOGIN", "user$RANDOM$RANDOM"),
    (r"quilter user add", "ADDRESS", "$RANDOM$RANDOM@example.org"),
    (r"quilter user set", "LOGIN …", "mia --enabled"),
    (r"quilter user role", "PROJECT LOGIN ROLE", "spare mia reviewer"),
    (r"quilter token add", "--days N", "--days 30"),
    (r"quilter token", "ID", "1"),
    (r"cmp ", r"\bA\b", "'dbname=quilter user=quilter'"),
    (r"cmp ", r"\bB\b", '"host=$SECOND dbname=quilter user=quilter"'),
    (r"sudo -u postgres createuser", "NAME", "ann"),
    (r"git format-patch", "$", " -1"),
    (r"git mailinfo .", "$", " message.txt change.diff"),
    (r".*", "LOGIN", "mia"),
    (r".*", "NAME", "netdev"),
    (r".*", r"\bFILE\b( …)?", "patch.eml"),
    (r".*", "MESSAGE-ID", "one@example.org"),
)

# Who these are typed by, where sudo does not say: PostgreSQL's superuser, since they want the owner's rights at least. All else:
# by somebody as README makes them.
OWNERS = (r"psql|pg_|createuser|quilter( --database \S+)? "
          r"(setup-db|migrate|project (add|set|remove)|user (add|set|role)|series (merge|split)|reparse.* --apply|"
          r"git-scan|automate|delegate|import-patchwork|replay)")

# bash's, before each command: who one is for PostgreSQL; the configuration file, which is not in /etc; two messages for the spool.
PRELUDE = r"""
set -eo pipefail
sudo() { if [ "$1" = -u ]; then PGUSER=$2 "${@:3}"; else "$@"; fi; }
quilter() {
  case " $*" in *" --database "* | *" --config "*) ;; *) set -- --config "$WORK/quilter.toml" "$@" ;; esac
  "$PROGRAMS/quilter" "$@"
}
set_aside() {
  sed "s/^Message-I[Dd]:.*/Message-ID: <$BASHPID.$RANDOM@example.org>/" "$WORK/patch.eml" |
    PGOPTIONS='-c quilter.refuse=on' quilter deliver 2>&1 | sed -n 's/.* set aside as \(\S*\),.*/\1/p'
}
waiting() { local id; id=$(set_aside); quilter spool retry "$id" >&2; echo "$id"; }
"""

MAILS = r"""
git init -q -b base . && git commit -q --allow-empty -m base
for number in 1 2 3; do echo $number >file-$number; git add file-$number; git commit -q -m "part $number" -m Why.; done
git format-patch -q --thread --cover-letter -o mails --add-header 'List-Id: <netdev.vger.kernel.org>' -3
git reset -q --hard HEAD~3
sed -i 's/^Message-I[Dd]: .*/Message-ID: <one@example.org>/' mails/0001-*
sed 's/^Message-I[Dd]: .*/Message-ID: <two@example.org>/; /^\(In-Reply-To\|References\)/d; s/^From: .*/From: Bob <bob@example.org>/
     s,PATCH 1/3,PATCH v9 1/2,' mails/0001-* >mails/0004
sed 's/^Message-I[Dd]: .*/Message-ID: <three@example.org>/; s/^From: Bob .*/From: Eve <eve@example.org>/
     s,PATCH v9 1/2,PATCH v9 2/2,' mails/0004 >mails/0005
cp mails/0001-* patch.eml
for mail in mails/*; do echo 'From ann@example.org Mon Nov  2 10:00:00 2026'; cat "$mail"; echo; done >netdev.mbox
gzip -c netdev.mbox >list.mbox.gz
sed 's/netdev.vger.kernel.org/p.example.org/' netdev.mbox >p.mbox
mkdir -p maildir/cur maildir/new maildir/tmp && cp mails/* maildir/cur/
git init -q inbox && for mail in mails/*; do cp "$mail" inbox/m; git -C inbox add m; git -C inbox commit -q -m mail; done
git clone -q --bare inbox inbox.git
"""

# README makes series 12 its example; what is refused is set aside.
ARCHIVE = r"""
sudo -u postgres psql -qX -d quilter -v ON_ERROR_STOP=1 <<'SQL'
SELECT setval(pg_get_serial_sequence('series', 'id'), 11);
INSERT INTO account (login, admin) VALUES ('mia', true);
INSERT INTO role SELECT id, 1, 'maintainer' FROM project WHERE name = 'netdev';
INSERT INTO token (account_id, hash) VALUES (1, sha256('token'));
INSERT INTO account (login) VALUES ('ann');
INSERT INTO role SELECT j.id, a.id, 'maintainer' FROM project j, account a WHERE j.name = 'netdev' AND a.login = 'ann';
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '22000'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW WHEN (current_setting('quilter.refuse', true) = 'on')
  EXECUTE FUNCTION refuse();
SQL
createdb -U postgres patchwork
psql -qX -U postgres -d patchwork -v ON_ERROR_STOP=1 -f "$PATCHWORK" -c "INSERT INTO patchwork_project (id, linkname, name, listid)
  VALUES (1, 'netdev', 'netdev', 'netdev.vger.kernel.org')"
for name in spare p; do sudo -u postgres quilter --database dbname=quilter project add $name --list-id $name.example.org; done
for mailbox in netdev.mbox p.mbox; do sudo -u quilter quilter import --quiet --jobs 1 $mailbox; done
"""


class Scratch:
    """A server without a trace of Quilter, a second one, and the folder in which the commands are typed."""

    def __init__(self, folder, build, stack):
        self.work = folder / "work"
        self.work.mkdir()
        self.servers = [self.server(folder / name, stack) for name in ("first", "second")]
        (self.work / "spool").mkdir(mode=0o700)
        (self.work / "gitconfig").write_text("[user]\nname = Ann\nemail = ann@example.org\n", encoding="utf-8")
        text = (SOURCE / "config" / "quilter.toml").read_text(encoding="utf-8")
        for key, value in (("listen", f"unix:{self.work}/socket"), ("folder", self.work / "spool"), ("min_free", "0B")):
            text = re.sub(f'^#{key} = .*', f'{key} = "{value}"', text, count=1, flags=re.M)
        (self.work / "quilter.toml").write_text(text, encoding="utf-8")
        self.environment = {
            **os.environ, "WORK": str(self.work), "HOME": str(self.work), "PROGRAMS": build + "/cli",
            "SECOND": str(self.servers[1]), "PATCHWORK": str(SOURCE / "tests" / "support" / "patchwork.sql"), "QUILTER_AS": "mia",
            "GIT_CONFIG_GLOBAL": str(self.work / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    @staticmethod
    def server(folder, stack):
        postgres = SOURCE / "tests" / "support" / "postgres"
        subprocess.run([postgres, "start", folder], check=True, stdout=subprocess.DEVNULL)
        stack.callback(subprocess.run, [postgres, "stop", folder, "--immediate"], check=False)
        for statement in ("DROP DATABASE quilter", "DROP ROLE quilter_owner, quilter_ingest, quilter_tracker"):
            subprocess.run(["psql", "-qX", "-h", folder, "-U", "postgres", "-c", statement], check=True)
        return folder

    def type(self, text, user="ann", server=0):
        """(exit status, what it said); a mail is on its standard input."""
        environment = {**self.environment, "PGUSER": user, "PGHOST": str(self.servers[server])}
        mail = self.work / "patch.eml"
        with open(mail if mail.exists() else os.devnull, "rb") as stdin:
            done = subprocess.run(["bash", "-c", PRELUDE + text], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env=environment, cwd=self.work, timeout=120, check=False)
        return done.returncode, done.stdout.decode(errors="replace")


def elsewhere(command):
    return next((where for like, where in ELSEWHERE.items() if re.match(like, command.text)), None)


def typed_as(command):
    texts = documents.variants(command.text)
    for like, place, value in PLACES:
        if re.match(like, command.text):
            texts = [re.sub(place, value, text) for text in texts]
    return texts


def simple(text):
    """The commands of a line, each without who runs it."""
    return [re.sub(r"^sudo (-u \S+ )?", "", part.strip(" )")) for part in re.split(r" && | \| |<\(", text)]


def begins_one_of(words, texts):
    return any(text == words or text.startswith(words + " ") for text in texts)


class Run:
    def __init__(self, scratch):
        self.scratch, self.typed, self.failures = scratch, [], []

    def type(self, text, command):
        if text in self.typed and command.heading != "Restore":
            return
        self.typed.append(text)
        if text.startswith("SELECT "):
            text = f'psql -X -d quilter -c "{text}"'
        user = "postgres" if re.match(OWNERS, text) else "ann"
        # What docs/hosts.md restores, it restores into a cluster that knows no Quilter.
        status, said = self.scratch.type(text, user, server=1 if command.heading == "Restore" else 0)
        if "--list" in sys.argv:
            print(f"    {text}")
        # The doctor finds no unit and no daemon here: that it finds nothing wrong, and mends, is the clean root's.
        if status != 0 and not (status == 1 and re.match("quilter doctor", text) and "ok       schema" in said):
            self.failures.append(f"{command.document}: {command.text}: as `{text}` it ends with {status}: {said[-500:]}")

    def all(self, commands):
        """The names that have to begin a command that was run."""
        names = []
        for command in commands:
            others = [part for other in commands if other != command for part in simple(other.text)]
            where = elsewhere(command)
            if "--list" in sys.argv:
                print(f"{command.text}    {command.document}: {where or 'here'}")
            for text in [] if where else typed_as(command):
                if not command.block and begins_one_of(text, others):
                    names.append((text, command))
                else:
                    self.type(text, command)
        return names


def run_all(build):
    commands = documents.commands()
    if len(commands) < 90:
        return [f"only {len(commands)} commands found: does this test still read the documents?"]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quilter-typed.")))
        folder.chmod(0o755)
        run = Run(Scratch(folder, build, stack))
        first = [command for command in commands if command.document == "README.md" and " --database " in command.text]
        for text in (MAILS, *(command.text for command in first), ARCHIVE):
            status, said = run.scratch.type(text)
            if status != 0:
                return [f"{text}: {status}: {said}"]
        run.typed += [command.text for command in first]
        names = run.all(commands)
    typed = run.typed + [command.text for command in commands if elsewhere(command) == BOOTED]
    run.failures += [f"{command.document}: {name}: no command that was run begins so" for name, command in names
                     if not begins_one_of(name, [part for text in typed for part in simple(text)])]
    inside = (SOURCE / BOOTED).read_text(encoding="utf-8")  # which types the blocks of these two documents as they are
    run.failures += [f"{command.document}: {command.text}: {BOOTED} does not type it" for command in commands
                     if elsewhere(command) == BOOTED and command.text not in inside
                     and not (command.block and command.document in ("README.md", "upgrading.md"))]
    used = [where for command in commands for where in ELSEWHERE if re.match(where, command.text)]
    run.failures += [f"nothing in the documents is like {where}" for where in ELSEWHERE if where not in used]
    return run.failures


def main():
    if sys.argv[1] == "--at":
        print("\n".join(command.text for command in documents.commands() if elsewhere(command) == sys.argv[2]))
        return 0
    failures = run_all(os.path.abspath(sys.argv[1]))
    print("\n".join(failures) or "all were run")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
