"""A network of one cable between quilterd and PostgreSQL, which can be cut, blocked, slowed, and cut at a COMMIT.

The connection string must say sslmode=disable, or nobody sees the COMMIT; Proxy.connection() does.
"""
import contextlib
import socket
import struct
import threading
import time

import parts

COMMIT = b"Q\0\0\0\x0bCOMMIT\0"  # PostgreSQL's protocol: a simple query
SLOW_SECONDS = 2
DRIP_SECONDS = 0.05


class Proxy(parts.Part):
    """127.0.0.1:port → PostgreSQL's port.

    Modes, switched at any time, for the connections that there are too: "pass"; "refuse": nobody listens, what was
    connected is reset; "hole": all is taken and nothing goes on; "slow": 2 s a packet; "drip": 20 bytes a second.
    """

    def __init__(self, postgres):
        self.postgres = postgres
        self.port = parts.free_port()
        self.mode = "pass"
        self.changed = threading.Condition()
        self.listener = None
        self.pairs = []
        self.commit_cut = None  # "before" or "after" PostgreSQL has seen the next COMMIT
        self.commits_cut = 0

    def connection(self, role="quilter_ingest"):
        return f"host=127.0.0.1 port={self.port} user={role} dbname=quilter sslmode=disable gssencmode=disable"

    def start(self):
        self.listen()

    def stop(self):
        self.switch("refuse")

    def switch(self, mode):
        with self.changed:
            self.mode = mode
            self.changed.notify_all()
        if mode == "refuse":
            self.unlisten()
            self.cut()
        elif self.listener is None:
            self.listen()

    @contextlib.contextmanager
    def switched(self, mode):
        self.switch(mode)
        try:
            yield
        finally:
            self.switch("pass")

    def cut(self):
        """Resets every connection; new ones are taken."""
        with self.changed:
            pairs, self.pairs = self.pairs, []
            self.changed.notify_all()
        for pair in pairs:
            reset(*pair)

    def cut_commit(self, when, limit=60):
        """Cuts the next connection that commits, before or after PostgreSQL has seen it; back when that was done."""
        before = self.commits_cut
        self.commit_cut = when
        parts.wait_until(lambda: self.commits_cut > before, "a COMMIT came by", limit)

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def unlisten(self):
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
            listener.close()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.postgres.port), timeout=5)
            except OSError:
                reset(client)
                continue
            server.settimeout(None)
            pair = (client, server)
            with self.changed:
                self.pairs.append(pair)
            for source, target, from_client in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pump, args=(pair, source, target, from_client), daemon=True).start()

    def pump(self, pair, source, target, from_client):
        try:
            while chunk := source.recv(65536):
                self.delay(pair)
                if from_client and COMMIT in chunk and self.cuts_commit(target, chunk):
                    break
                self.forward(pair, target, chunk)
        except OSError:
            pass
        with self.changed:
            if pair in self.pairs:
                self.pairs.remove(pair)
        reset(*pair)

    def delay(self, pair):
        with self.changed:
            self.changed.wait_for(lambda: self.mode != "hole" or pair not in self.pairs)
            if self.mode == "slow":
                self.changed.wait_for(lambda: self.mode != "slow", SLOW_SECONDS)

    def forward(self, pair, target, chunk):
        while chunk and self.mode == "drip" and pair in self.pairs:
            target.sendall(chunk[:1])
            chunk = chunk[1:]
            with self.changed:
                self.changed.wait_for(lambda: self.mode != "drip", DRIP_SECONDS)
        if chunk:
            target.sendall(chunk)

    def cuts_commit(self, server, chunk):
        with self.changed:
            when, self.commit_cut = self.commit_cut, None
        if when is None:
            return False
        if when == "after":
            server.sendall(chunk)
            time.sleep(0.05)  # PostgreSQL commits, or not yet: both may be
        self.commits_cut += 1
        return True


def reset(*sockets):
    for one in sockets:
        with contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.shutdown(socket.SHUT_RD)  # wakes recv() of its other thread
        with contextlib.suppress(OSError):
            one.close()
