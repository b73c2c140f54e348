"""A network of its own for the test, and hosts in it: namespaces with a name, a Postfix, a quilterd and a spool each.

    the test: clients, PgBouncer ──── mail ──── mx1: Postfix, quilterd
    (ADDRESS), PostgreSQL        ──── data ────
                                 ──── mail ──── mx2: the same
                                 ──── data ────

All of it ends with the processes in it: nothing of the machine's own network is touched. A host is cut off from the
database as by a cable that is pulled: nobody says goodbye, and mail still reaches it.
"""
import ctypes
import os
import shutil
import subprocess

import parts
import traffic

ADDRESS = "10.30.0.1"  # of the database's place
NEW_NETWORK = 0x40000000  # unshare(2): CLONE_NEWNET


def leave():
    """This process, and what it starts, goes to a network of its own; Skip where it must not."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if os.geteuid() != 0:
        raise parts.Skip("only root can make network namespaces")
    if shutil.which("ip") is None:
        raise parts.Skip("no ip: package iproute2 (tests/support/packages test)")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_NETWORK) != 0:
        raise parts.Skip(f"no network namespaces here: {os.strerror(ctypes.get_errno())}")
    parts.run("ip", "link", "set", "lo", "up")
    parts.run("ip", "address", "add", f"{ADDRESS}/32", "dev", "lo")


class Host(parts.Part):
    """`number` from 1; `connection` of its quilterd, `settings` more of it."""

    def __init__(self, folder, number, connection, settings=None):
        self.name = f"mx{number}"
        self.number = number
        self.network = None  # the process that holds the namespaces
        self.address = f"10.20.{number}.2"
        self.folder, self.connection, self.settings = folder / self.name, connection, settings
        self.daemon = self.postfix = None

    def start(self):
        hold = f"hostname {self.name} && echo && exec sleep 1d"
        self.network = subprocess.Popen(["unshare", "--net", "--uts", "sh", "-c", hold], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True)
        if not self.network.stdout.readline():
            raise parts.Skip(f"no namespaces here: {self.network.stderr.read().decode()}")
        inside = ["nsenter", "--target", str(self.network.pid), "--net", "--uts"]
        parts.run(*inside, "ip", "link", "set", "lo", "up")
        for cable, net in (("mail", 20), ("data", 30)):
            self.lay(cable, f"10.{net}.{self.number}", inside)
        parts.run(*inside, "ip", "route", "add", f"{ADDRESS}/32", "via", f"10.30.{self.number}.1")
        self.folder.mkdir()
        self.daemon = parts.Daemon(self.folder / "quilterd", self.connection, self.settings, prefix=inside)
        self.daemon.start()
        settings = {"mynetworks": "10.20.0.0/16", "myhostname": f"{self.name}.example.org"}
        self.postfix = parts.Postfix(self.folder / "postfix", {f"{self.address}:25": self.daemon.address}, settings, inside)
        self.postfix.start()

    def lay(self, cable, net, inside):
        """Its end here is 1, the host's 2."""
        here = f"{cable}{self.number}"
        try:
            parts.run("ip", "link", "add", here, "type", "veth", "peer", "name", cable, "netns", self.network.pid)
        except parts.Failure as error:
            raise parts.Skip(f"no virtual network cards here: {error}") from error
        for place, end, prefix in ((1, here, []), (2, cable, inside)):
            parts.run(*prefix, "ip", "address", "add", f"{net}.{place}/24", "dev", end)
            parts.run(*prefix, "ip", "link", "set", end, "up")

    def stop(self):
        for part in (self.postfix, self.daemon):
            if part is not None:
                part.stop()
        if self.network is not None:
            self.network.kill()
            self.network.wait()

    def cut(self):
        parts.run("ip", "link", "set", f"data{self.number}", "down")

    def join(self):
        parts.run("ip", "link", "set", f"data{self.number}", "up")

    def traffic(self, mails, seed, clients=4, rate=None):
        """From the world to this host's Postfix, in this order."""
        connections = [traffic.Smtp(25, host=self.address) for _ in range(clients)]
        return traffic.Traffic(mails, connections, f"{self.name} {seed}", rate, 120, self.check)

    def check(self):
        if self.daemon.process.poll() is not None:
            raise parts.Failure(f"quilterd of {self.name} ended by itself, with {self.daemon.process.returncode}")
