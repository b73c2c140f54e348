"""Postfix and Sendmail as config/postfix/main.cf and config/sendmail/quilter.m4 set them up.

What differs from these files is printed: ports, and the milter that stands before Quilter. Paths are as they stand
there: /run is a folder of ours in the MTA's mount namespace, and Postfix's are relative to its queue.
"""
import contextlib
import os
import pathlib
import pwd
import re

import parts
import traffic
from ground import ROOT, SUPPORT, Failure, Part, Skip, free_port, run

PORT = r"\b8892\b"  # that both files name for a milter on loopback
USER, GROUP = "nobody", "nogroup"  # in the place of quilter, who is not there before the package is


def take(file, target, choice, comment, changes):
    """Writes a snippet in which, of its alternatives, the one that starts with `choice` is no comment.

    `changes` replace patterns in its settings. What differs is printed.
    """
    setting = re.match(r"\w+", choice).group()
    lines, taken = [], 0
    for line in file.read_text(encoding="utf-8").splitlines():
        made = line.removeprefix(comment)
        if made.startswith(setting):
            made = made if made.startswith(choice) else comment + made
            taken += not made.startswith(comment)
        else:
            made = line
        if not made.startswith(comment.strip()):
            for old, new in changes.items():
                made = re.sub(old, new, made)
        if made != line:
            print(f"  {file.name}: {line}\n{' ' * len(file.name)} -> {made}")
        lines.append(made)
    if taken != 1:
        raise Failure(f"{file} has {taken} lines with {setting} and {choice!r}")
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def stated(file, pattern):
    """What a comment of a snippet says, as the group of `pattern`."""
    found = re.search(pattern, file.read_text(encoding="utf-8"))
    if not found:
        raise Failure(f"{file} does not say {pattern}")
    return found.group(1)


class Mta(Part):
    """SMTP on 127.0.0.1:port with the milters of the snippet, and on :again without them.

    choice: which of the snippet's alternatives; first: the port of the milter before Quilter. `settings` and `groups`
    are what quilterd needs for it, once prepare() is done. SNIPPET is its file, LOGGED a line of its log.
    """

    SNIPPET, LOGGED = pathlib.Path(), ""

    def __init__(self, folder, choice, first):
        self.folder = pathlib.Path(folder)
        self.choice = choice
        self.first = first
        self.port, self.again = free_port(), free_port()
        self.milter_port = str(free_port())
        self.run_folder = self.folder / "run"
        self.settings = {"milter.socket_mode": "0660"}
        self.groups = []

    def prepare(self):
        """Makes what quilterd needs, before it starts."""
        if os.geteuid() != 0:
            raise Skip("only root can run an MTA in namespaces of its own")
        place = self.run_folder / "quilter"   # as quilter.tmpfiles makes it
        place.mkdir(parents=True)
        place.chmod(0o755)
        os.chown(place, pwd.getpwnam(USER).pw_uid, -1)
        listen = f"inet:{self.milter_port}@127.0.0.1" if "inet" in self.choice else f"unix:{place}/quilter.sock"
        self.settings["milter.listen"] = listen

    def log(self):
        return (self.folder / "mta" / "log").read_text(encoding="utf-8", errors="replace")

    def version(self):
        """What it says of itself in its log."""
        found = re.search(r"daemon started -- version [\d.]+|starting daemon \([\d.]+\)", self.log())
        return found and found.group()

    def queued(self):
        """The message id of each queue id, by the MTA's own log."""
        return dict(re.findall(self.LOGGED, self.log()))


class Postfix(Mta):
    SNIPPET = ROOT / "config" / "postfix" / "main.cf"
    LOGGED = r"postfix/cleanup\[\d+\]: (\w+): message-id=<(.*)>"

    def __init__(self, folder, choice, first, chrooted):
        super().__init__(folder, choice, first)
        self.chrooted = chrooted
        self.queue = self.folder / "mta" / "queue"

    def prepare(self):
        super().prepare()
        if self.choice.startswith("unix:quilter/"):
            place = self.moved(stated(self.SNIPPET, r'(?m)^# +listen = "(unix:.*)"'))
            self.settings["milter.listen"] = place
            self.queue.mkdir(parents=True)
            words = self.moved(stated(self.SNIPPET, r"(?m)^# +(install .*)")).replace("-o quilter", f"-o {USER}")
            print(f"  {words}")
            run(*words.split())
        elif "unix:" in self.choice:
            self.groups = [stated(self.SNIPPET, r'(?m)^# +socket_group = "(.*)"')]
            self.settings["milter.socket_group"] = self.groups[0]

    def moved(self, words):
        return words.replace("/var/spool/postfix", str(self.queue))

    def start(self):
        snippet = self.folder / "main.cf"
        take(self.SNIPPET, snippet, f"smtpd_milters = {self.choice}", "#",
             {"^smtpd_milters = ": f"smtpd_milters = inet:127.0.0.1:{self.first}, ", PORT: self.milter_port})
        again = stated(self.SNIPPET, r"(?m)^# +(-o receive_override_options=.*)")
        run(SUPPORT / "postfix", "start", self.folder / "mta", "--main-cf", snippet,
            *(["--chroot"] if self.chrooted else ["--run", self.run_folder]), self.port, "", self.again, again)

    def stop(self):
        with contextlib.suppress(Skip):
            run(SUPPORT / "postfix", "stop", self.folder / "mta")

    def submit(self, mail):
        """sendmail(1)."""
        with as_file(self.folder, mail) as stdin:
            run("/usr/sbin/sendmail", "-C", self.folder / "mta" / "etc", "-i", "-f", "bounces@lists.example.org",
                "list@lists.example.org", stdin=stdin)

    def flush(self):
        """What sendmail(1) left is tried again."""
        with contextlib.suppress(Failure):  # pickup is just coming or going
            run("/usr/sbin/postkick", "-c", self.folder / "mta" / "etc", "public", "pickup", "W")


class Sendmail(Mta):
    SNIPPET = ROOT / "config" / "sendmail" / "quilter.m4"
    LOGGED = r"sendmail\[\d+\]: (\w+): from=.*, msgid=<(.*?)>, (?=.*daemon=)"  # not that of sendmail(1)

    def start(self):
        snippet = self.folder / "quilter.m4"
        first = f"INPUT_MAIL_FILTER(`first', `S=inet:{self.first}@127.0.0.1, F=T')dnl\n"
        take(self.SNIPPET, snippet, f"INPUT_MAIL_FILTER(`quilter', `S={self.choice}", "dnl ",
             {"^(?=INPUT_MAIL_FILTER)": first, PORT: self.milter_port})
        again = stated(self.SNIPPET, r"(?m)^dnl +DAEMON_OPTIONS\(`(.*)'\)").replace("10026", str(self.again))
        run(SUPPORT / "sendmail", "start", self.folder / "mta", "--mc", snippet, "--run", self.run_folder, self.port,
            again)

    def stop(self):
        with contextlib.suppress(Skip):
            run(SUPPORT / "sendmail", "stop", self.folder / "mta")

    def submit(self, mail):
        """sendmail(1)."""
        with as_file(self.folder, mail) as stdin:
            run(SUPPORT / "sendmail", "submit", self.folder / "mta", "-f", "bounces@lists.example.org",
                "list@lists.example.org", stdin=stdin)

    def flush(self):
        """What sendmail(1) left is tried again."""
        run(SUPPORT / "sendmail", "submit", self.folder / "mta", "-q")


def as_file(folder, mail):
    """A mail as sendmail(1) takes it."""
    path = pathlib.Path(folder) / "submitted"
    path.write_bytes(mail.data().replace(b"\r\n", b"\n"))
    return path.open("rb")


class Unprivileged(parts.Daemon):
    """quilterd as a user of its own, so that permissions count."""

    def __init__(self, folder, connection, settings, groups):
        member = [f"--groups={','.join(groups)}"] if groups else ["--clear-groups"]
        super().__init__(folder, connection, settings, ["setpriv", f"--reuid={USER}", f"--regid={GROUP}", *member])

    def configure(self):
        super().configure()
        run("chown", "-R", f"{USER}:{GROUP}", self.spool)


class Client(traffic.Smtp):
    """Notes the queue ids that the MTA gave, as (mail, queue id), in `answers`."""

    GIVEN = re.compile(r"queued as (\w+)|(\w+) Message accepted")

    def __init__(self, port, answers):
        super().__init__(port)
        self.answers = answers

    def send(self, mail):
        code, text, seconds = super().send(mail)
        if code == traffic.ACCEPTED:
            self.answers.append((mail, next(filter(None, self.GIVEN.search(text).groups()))))
        return code, text, seconds
