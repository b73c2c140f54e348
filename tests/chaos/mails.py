"""Mails of a few lists' traffic, by a seed: series in each kind of threading, their next versions, talk about them.

The same arguments give the same mails. Message ids are unique; all mail is ASCII with CRLF line ends.
"""
import dataclasses
import random
import time

import parts

KINDS = ("shallow", "deep", "in_reply_to_only", "unthreaded", "late_cover", "version_in_thread", "two_senders", "twins",
         "lone_patch")
UNTRACKED_ID = "other.lists.example.org"
START = 1_700_000_000  # of the Date fields
BURST_SECONDS = 7200   # from one burst to the next: beyond what nearness in time can join
WORDS = ("the lock that guards queue is held while page table walker frees what driver mapped before reset so a reader "
         "may see an entry after its owner has gone and then count it twice").split()


@dataclasses.dataclass(frozen=True)
class Mail:
    message_id: str   # without angle brackets
    tracked: bool     # of the list that is recorded
    when: int         # of its Date field
    header: tuple     # (field name, field body)
    body: bytes

    def data(self):
        """As SMTP's DATA takes it, dots not yet doubled."""
        header = "".join(f"{name}: {value}\r\n" for name, value in self.header)
        return header.encode("ascii") + b"\r\n" + self.body


class Texts:
    """Slices of one long text: bodies cost nothing to make."""

    def __init__(self, chance):
        lines = [" ".join(chance.choices(WORDS, k=11)) for _ in range(6000)]
        self.plain = ("\r\n".join(lines) + "\r\n").encode()
        self.added = b"".join(b"+" + line.encode() + b"\r\n" for line in lines)
        self.line_ends = [at for at in range(len(self.added)) if self.added[at:at + 1] == b"\n"]
        self.chance = chance

    def size(self):
        """A few kB; one in a hundred about 200 kB."""
        large = self.chance.random() < 0.01
        return self.chance.randrange(*((180_000, 220_000) if large else (300, 6000)))

    def words(self):
        start = self.plain.index(b"\n", self.chance.randrange(200_000)) + 1
        end = self.plain.index(b"\n", start + self.chance.randrange(200, 3000)) + 1
        return self.plain[start:end]

    def diff(self, path):
        first = self.chance.randrange(1000)
        count = max(1, self.size() * len(self.line_ends) // len(self.added))
        added = self.added[self.line_ends[first] + 1:self.line_ends[first + count] + 1]
        head = (f"---\r\n {path} | {count} +\r\n\r\ndiff --git a/{path} b/{path}\r\n--- a/{path}\r\n+++ b/{path}\r\n"
                f"@@ -1,0 +1,{count} @@\r\n")
        return head.encode() + added


class Maker:
    def __init__(self, seed, tracked):
        self.chance = random.Random(f"{seed} {tracked}")
        self.texts = Texts(self.chance)
        self.tracked = tracked
        self.label = f"{seed}.{'t' if tracked else 'u'}"
        self.mails = []

    def add(self, message_id, sender, subject, when, body, ancestors=()):
        """`ancestors` nearest first."""
        list_id = parts.LIST_ID if self.tracked else UNTRACKED_ID
        header = [("From", f'"{sender} as of {message_id}" <{sender}@example.org>'), ("To", f"list@{list_id}"),
                  ("Subject", subject), ("Date", time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(when))),
                  ("Message-ID", f"<{message_id}>"), ("List-Id", f"A list <{list_id}>")]
        if ancestors:
            header.append(("In-Reply-To", f"<{ancestors[0]}>"))
        if len(ancestors) > 1:  # RFC 5322 3.6.4: oldest first
            header.append(("References", "\r\n ".join(f"<{name}>" for name in reversed(ancestors))))
        self.mails.append(Mail(message_id, self.tracked, when, tuple(header), body))

    def burst(self, number):
        """What belongs together: a series, its next version, and what is said of them."""
        kind = KINDS[number % len(KINDS)] if self.tracked else self.chance.choice(KINDS)
        start = START + number * BURST_SECONDS
        if kind == "lone_patch":
            name = f"p{self.label}.{number}@example.org"
            self.add(name, f"lone{self.label}.{number}", f"[PATCH] mend {number}", start, self.patch(number, 1))
            return self.talk(name, start)
        first = self.sending(kind, number, 1, 0, start)
        if kind == "version_in_thread" or self.chance.random() < 0.2:
            self.sending(kind, number, 2, 0, start + 2400, first)
        if kind == "twins":
            self.sending(kind, number, 1, 1, start + 30)
        if self.chance.random() < 0.2:  # what it answers never comes: it is parked
            self.comment(f"lost{self.label}.{number}@example.org", [f"never{self.label}.{number}@example.org"], start)

    def sending(self, kind, number, version, twin, start, top=None):
        """One version of a series; the message id of its cover letter."""
        total = self.chance.randrange(2, 8)
        stem = f"s{self.label}.{number}v{version}t{twin}"
        names = [f"{stem}n{place}@example.org" for place in range(total + 1)]
        for place, name in enumerate(names):
            who = "other" if kind == "two_senders" and place // 2 % 2 else "one"
            when = start + 60 * (total + 1 if kind == "late_cover" and place == 0 else place)
            marker = f"[PATCH v{version} {place}/{total}]" if version > 1 else f"[PATCH {place}/{total}]"
            body = self.texts.words() if place == 0 else self.patch(number, place)
            subject = f"{marker} thing {number}, step {place} as {twin}"
            self.add(name, f"{who}{self.label}.{number}", subject, when, body, self.ancestors(kind, names, place, top))
            self.talk(name, when)
        return names[0]

    @staticmethod
    def ancestors(kind, names, place, top):
        if kind in ("unthreaded", "late_cover"):
            return ()
        if kind in ("in_reply_to_only", "two_senders"):
            nearest = [names[place - 1]] if place else []
        elif kind == "deep":
            nearest = names[:place][::-1]
        else:
            nearest = [names[0]] if place else []
        return (*nearest, top) if top else tuple(nearest)

    def patch(self, number, place):
        diff = self.texts.diff(f"dir{number}/file{place}.c")
        return self.texts.words() + b"\r\nSigned-off-by: One <one@example.org>\r\n" + diff

    def talk(self, on, when):
        """Mostly none, sometimes an answer, now and then a long thread."""
        length = self.chance.choice((0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 6))
        thread = [on]
        for place in range(length):
            name = f"c{place}.{on}"
            self.comment(name, thread[::-1], when + 600 + 60 * place)
            thread.append(name)

    def comment(self, name, ancestors, when):
        quoted = b"".join(b"> +" + line + b"\r\n" for line in self.texts.words().split(b"\r\n")[:5])
        body = quoted + b"\r\nSeen by " + name.encode() + b".\r\n"
        if self.chance.random() < 0.3:
            body += b"\r\nReviewed-by: Rea <rea@example.org>\r\n"
        self.add(name, f"reviewer{self.chance.randrange(40)}", "Re: about it", when, body, ancestors)


def make(count, seed, untracked=0.2):
    """`count` mails by Date, `untracked` of them of a list that is not recorded."""
    mails = []
    for tracked, share in ((True, count - int(count * untracked)), (False, int(count * untracked))):
        maker = Maker(seed, tracked)
        for number in range(share):
            if len(maker.mails) >= share:
                break
            maker.burst(number)
        mails += maker.mails[:share]
    return sorted(mails, key=lambda mail: (mail.when, mail.message_id))


def in_order_of_arrival(mails, seed, reach=60):
    """Shuffled, each by at most about `reach` places; one in ten later, often behind the talk about it."""
    chance = random.Random(f"arrival {seed}")
    late = {place: place + chance.uniform(0, reach) for place in range(len(mails))}
    for place, mail in enumerate(mails):
        if not mail.message_id.startswith("c") and chance.random() < 0.1:
            late[place] += reach
    return [mails[place] for place in sorted(late, key=late.get)]
