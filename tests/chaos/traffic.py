"""Traffic: clients that send mails again and again until each was accepted, and what they were answered.

A 4xx reply, a lost connection (also after the final dot, when nobody knows) and no connection at all: the mail waits
a little and is sent again, as an MTA would do it. A 5xx reply is what never may come.
"""
import contextlib
import dataclasses
import errno
import heapq
import random
import re
import smtplib
import socket
import struct
import threading
import time

import mails as made
import parts

ACCEPTED = 250


class Lost(Exception):
    """The connection ended, or never was, before the answer."""


@dataclasses.dataclass
class Answer:
    """To the end of the message."""
    at: float        # time.monotonic() when it came
    seconds: float   # since the last byte was sent
    code: int        # 250, 4xx, 5xx; 0: the connection was lost instead
    tracked: bool


@dataclasses.dataclass
class Record:
    mail: made.Mail
    tries: int = 0
    accepted: bool = False
    complaint: str = ""  # why the last try failed
    answers: list = dataclasses.field(default_factory=list)


class Smtp:
    """One SMTP connection, made when it is needed."""

    def __init__(self, port, patience=60, host="127.0.0.1"):
        self.host = host
        self.port = port
        self.patience = patience
        self.server = None

    def send(self, mail):
        """(code, text, seconds from the final dot to the answer; None where it did not come so far)."""
        try:
            if self.server is None:
                self.server = smtplib.SMTP(self.host, self.port, local_hostname="client.example.org",
                                           timeout=self.patience)
                # The final dot is a write of its own: it must not wait for the acknowledgement of the rest.
                self.server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.server.ehlo()
            return self.transaction(self.server, mail)
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise Lost(str(error)) from error

    def transaction(self, server, mail):
        steps = ((250, lambda: server.mail("bounces@lists.example.org")),
                 (250, lambda: server.rcpt("list@lists.example.org")), (354, lambda: server.docmd("DATA")))
        for wanted, step in steps:
            code, text = step()
            if code != wanted:
                self.drop()  # Postfix gives the same answer for the rest of a session whose milter it lost
                return code, text.decode("utf-8", "replace"), None
        server.send(re.sub(rb"(?m)^\.", b"..", mail.data()))
        start = time.monotonic()
        server.send(b".\r\n")
        try:
            code, text = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Unanswered(error, time.monotonic() - start) from error
        seconds = time.monotonic() - start
        if code != ACCEPTED:
            self.drop()
        return code, text.decode("utf-8", "replace"), seconds

    def drop(self):
        server, self.server = self.server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.close()

    close = drop


class Unanswered(OSError):
    """Lost after the final dot."""

    def __init__(self, error, seconds):
        super().__init__(str(error))
        self.seconds = seconds


class Milter:
    """The MTA's side of the milter protocol, without an MTA: version 6, as Postfix and libmilter speak it."""

    # Connect, HELO and DATA are not wanted; no replies to MAIL, RCPT, header fields and body: what quilterd asks for.
    STEPS = 0x1 | 0x2 | 0x100 | 0x200 | 0x80 | 0x4000 | 0x8000 | 0x80000 | 0x100000
    CHUNK = 65535
    numbers = iter(range(1, 1 << 62))

    def __init__(self, path, patience=60):
        self.path = str(path)
        self.patience = patience
        self.socket = None
        self.connects = 0
        self.refused = 0  # of these: nobody listened

    def send(self, mail):
        try:
            if self.socket is None:
                self.connect()
            return self.transaction(mail)
        except OSError as error:
            self.drop()
            raise Lost(str(error)) from error

    def connect(self):
        self.connects += 1
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.connect(self.path)  # blocks where the backlog is full, and is not refused then
        except OSError as error:
            self.refused += error.errno in (errno.ECONNREFUSED, errno.ENOENT)
            raise
        self.socket.settimeout(self.patience)
        self.socket.sendall(self.packet(b"O", struct.pack("!III", 6, 0x1FF, self.STEPS)))
        command, payload = self.reply()
        if command != b"O" or struct.unpack("!III", payload[:12])[2] != self.STEPS:
            raise parts.Failure(f"quilterd asks for other steps: {payload[:12].hex()}")

    def transaction(self, mail):
        queue_id = b"i\0chaos%d\0" % next(self.numbers)
        fields = b"".join(self.packet(b"L", f"{name}\0 {value}\0".replace("\r\n", "\n").encode())
                          for name, value in mail.header)
        self.socket.sendall(self.packet(b"M", b"<bounces@lists.example.org>\0") +
                            self.packet(b"R", b"<list@lists.example.org>\0") + fields +
                            self.packet(b"D", b"N" + queue_id) + self.packet(b"N", b""))
        start = time.monotonic()
        code = self.verdict(start)
        if code == 0:
            for at in range(0, len(mail.body), self.CHUNK):
                self.socket.sendall(self.packet(b"B", mail.body[at:at + self.CHUNK]))
            self.socket.sendall(self.packet(b"D", b"E" + queue_id))
            start = time.monotonic()
            self.socket.sendall(self.packet(b"E", b""))
            code = self.verdict(start) or ACCEPTED
        return code, "", time.monotonic() - start

    def verdict(self, start):
        """0: continue; else as an MTA would tell its client."""
        try:
            command, payload = self.reply()
        except OSError as error:
            raise Unanswered(error, time.monotonic() - start) from error
        if command == b"y":
            return int(payload[:3])
        return {b"c": 0, b"a": ACCEPTED, b"t": 451, b"r": 550, b"d": ACCEPTED + 1}[command]

    def reply(self):
        while True:
            size = struct.unpack("!I", self.exactly(4))[0]
            packet = self.exactly(size)
            if packet[:1] != b"p":  # SMFIR_PROGRESS
                return packet[:1], packet[1:]

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionResetError("the milter closed the connection")
            data += more
        return data

    @staticmethod
    def packet(command, payload):
        return struct.pack("!I", len(payload) + 1) + command + payload

    def drop(self):
        connection, self.socket = self.socket, None
        if connection is not None:
            connection.close()

    def close(self):
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.sendall(self.packet(b"Q", b""))
        self.drop()


class Traffic:
    """Sends `mails` in their order over `clients` at once; at most `rate` a second where given.

    with Traffic(…) as traffic: disturb; at the end of the block all mails have been accepted, or it is a Failure after
    `limit` seconds. An exception in the block ends it at once. watch() raises where there is no use in waiting.
    """

    def __init__(self, mails, clients, seed=1, rate=None, limit=300, watch=lambda: None):
        self.records = {mail.message_id: Record(mail) for mail in mails}
        self.clients = clients
        self.chance = random.Random(f"traffic {seed}")
        self.limit = limit
        self.watch = watch
        self.changed = threading.Condition()
        self.missing = len(self.records)
        self.problem = None
        self.stopping = False
        self.rate = rate
        self.due = []  # (when, place, record): a heap
        self.threads = []

    def __enter__(self):
        start = time.monotonic()
        self.due = [(start + place / self.rate if self.rate else start, place, record)
                    for place, record in enumerate(self.records.values())]  # sorted: a heap
        self.threads = [threading.Thread(target=self.work, args=(client,), daemon=True) for client in self.clients]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                self.wait()
        finally:
            with self.changed:
                self.stopping = True
                self.changed.notify_all()
            for thread in self.threads:
                thread.join(70)

    def wait(self):
        self.wait_for(len(self.records))

    def wait_for(self, count):
        """Until so many mails have been accepted."""
        end = time.monotonic() + self.limit
        with self.changed:
            while self.accepted() < count:
                self.changed.wait(1)
                self.raise_problem()
                if self.accepted() < count and time.monotonic() > end:
                    raise parts.Failure(f"{self.missing} of {len(self.records)} mails not accepted in {self.limit} s; "
                                        f"one: {self.complaint()}")

    def complaint(self):
        return next((record.complaint for record in self.records.values() if record.complaint), "not tried yet")

    def raise_problem(self):
        if self.problem:
            raise parts.Failure(self.problem)
        self.watch()

    def accepted(self):
        return len(self.records) - self.missing

    def points(self, count, end=0.95, peace=0.0):
        """`count` random moments while mail flows: after so many mails, and a bit of time.

        peace: seconds between the end of what happens at one and the next, at least.
        """
        places = sorted(self.chance.randrange(1, max(2, int(len(self.records) * end))) for _ in range(count))
        for place in places:
            self.wait_for(place)
            time.sleep(peace + self.chance.uniform(0, 0.03))
            yield place

    def work(self, client):
        try:
            while (record := self.next()) is not None:
                self.attempt(client, record)
        except Exception as error:  # pylint: disable=broad-except; a thread has nobody else to tell
            self.fail(f"a client stumbled: {error!r}")
        finally:
            client.close()

    def next(self):
        with self.changed:
            while self.missing and not self.stopping:
                now = time.monotonic()
                if self.due and self.due[0][0] <= now:
                    return heapq.heappop(self.due)[2]
                self.changed.wait(min(self.due[0][0] - now, 0.5) if self.due else 0.5)
        return None

    def attempt(self, client, record):
        record.tries += 1
        tracked = record.mail.tracked
        code, record.complaint, seconds = 0, "", None
        try:
            code, record.complaint, seconds = client.send(record.mail)
        except Lost as lost:
            record.complaint = f"connection lost: {lost}"
            if isinstance(lost.__cause__, Unanswered):
                seconds = lost.__cause__.seconds
        if seconds is not None:
            record.answers.append(Answer(time.monotonic(), seconds, code, tracked))
            if seconds >= client.patience:
                self.fail(f"<{record.mail.message_id}> was held up for {seconds:.0f} s")
        if code >= 500 or ACCEPTED < code < 300:
            self.fail(f"<{record.mail.message_id}> was refused or dropped: {code} {record.complaint}")
        with self.changed:
            if code == ACCEPTED:
                record.accepted = True
                self.missing -= 1
            else:
                wait = min(0.1 * record.tries, 0.6) * self.chance.uniform(0.5, 1)
                heapq.heappush(self.due, (time.monotonic() + wait, id(record), record))
            self.changed.notify_all()

    def fail(self, why):
        with self.changed:
            self.problem = self.problem or why
            self.changed.notify_all()

    def answers(self, tracked=None, begin=0.0, end=float("inf")):
        """Seconds of the answers that came between two moments of time.monotonic(), sorted."""
        return sorted(answer.seconds for record in list(self.records.values()) for answer in list(record.answers)
                      if begin <= answer.at <= end and tracked in (None, answer.tracked))

    def tries(self):
        return sum(record.tries for record in self.records.values())


def percentile(values, share):
    """Of sorted values, in seconds; nan of none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def shown(values):
    """'p50 1.2 ms, p99 3.4 ms, max 5.6 ms of 70 answers'"""
    times = ", ".join(f"{name} {1000 * percentile(values, share):.1f} ms"
                      for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)))
    return f"{times} of {len(values)} answers"
