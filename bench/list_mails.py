"""The mails of a made list, with the headers of real ones, for what depends on how large mails and their parts are."""
import random
import time

WORDS = ("buffer lock queue driver return error index device struct free alloc pending state flags page offset length "
         "ring irq handler packet node cache release").split()
PEOPLE = 400
START = 1_700_000_000


class Traffic:
    """Series of 1 to 12 patches with cover letters, some with a second version, and talk about them: about 3.4 kB a
    mail, in the order in which they were sent."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = START
        self.series = 0

    def word(self):
        return self.random.choice(WORDS)

    def text(self, lines):
        return "".join(" ".join(self.word() for _ in range(9)) + "\n" for _ in range(lines))

    def hexadecimal(self, bits):
        return f"{self.random.getrandbits(bits):x}"

    def diff(self):
        text = ""
        for _ in range(self.random.randrange(1, 3)):
            path = f"drivers/{self.word()}/{self.word()}{self.random.randrange(100)}.c"
            text += f"diff --git a/{path} b/{path}\nindex {self.random.getrandbits(48):012x}..1234567 100644\n"
            text += f"--- a/{path}\n+++ b/{path}\n"
            for _ in range(self.random.randrange(2, 6)):
                line = self.random.randrange(1, 3000)
                text += f"@@ -{line},8 +{line},9 @@ static int {self.word()}(void)\n"
                text += "".join(f"{kind}\t{self.word()} {self.word()} = {self.word()};\n" for kind in "   --+++   ")
        return text

    def mail(self, person, subject, message_id, ancestors, body):
        received = "".join(
            f"Received: from mx{hop}.example.org (mx{hop}.example.org [192.0.2.{self.random.randrange(250)}])\n"
            f"\tby lists.example.org (Postfix) with ESMTPS id {self.hexadecimal(40)}\n" for hop in range(3))
        signature = "\n\t ".join(self.hexadecimal(270) for _ in range(3))
        date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(self.now))
        thread = ""
        if ancestors:
            thread = f"In-Reply-To: <{ancestors[0]}>\nReferences: {' '.join(f'<{a}>' for a in ancestors[::-1])}\n"
        return (f"{received}DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=key;\n\tb={signature}\n"
                f"From: Person {person} <p{person}@example.org>\nTo: demo@lists.example.org\nSubject: {subject}\n"
                f"Date: {date}\nMessage-ID: <{message_id}>\n{thread}MIME-Version: 1.0\n"
                f"Content-Type: text/plain; charset=UTF-8\nList-Id: <demo.lists.example.org>\n\n{body}")

    def version(self, person, size, name, version):
        prefix = "PATCH" if version == 1 else f"PATCH v{version}"
        run = f"{20260000000000 + self.series * 10 + version}.{self.random.randrange(100000)}"
        ids = [f"{run}-{n}-p{person}@example.org" for n in range(size + 1)]
        self.now += 300
        if size > 1:
            yield self.mail(person, f"[{prefix} 0/{size}] {name}", ids[0], [], self.text(8) + "\n-- \n2.43.0\n")
        for number in range(1, size + 1):
            self.now += 1
            subject = f"[{prefix} {number}/{size}] {name}, {number}" if size > 1 else f"[{prefix}] {name}"
            yield self.mail(person, subject, ids[number], ids[:1] if size > 1 else [],
                            self.text(6) + f"\nSigned-off-by: Person {person} <p{person}@example.org>\n---\n"
                            + self.diff() + "-- \n2.43.0\n")
        for _ in range(self.random.randrange(size + 1)):
            self.now += 5
            answered = self.random.choice(ids[0 if size > 1 else 1:])
            reader = self.random.randrange(PEOPLE)
            yield self.mail(reader, f"Re: [{prefix}] {name}", f"{self.hexadecimal(60)}@reply.example.org",
                            [answered] if answered == ids[0] or size == 1 else [answered, ids[0]],
                            "On a day someone wrote:\n> " + self.text(10).strip().replace("\n", "\n> ") + "\n\n"
                            + self.text(4) + f"\nReviewed-by: Person {reader} <p{reader}@example.org>\n")

    def mails(self):
        while True:
            self.series += 1
            self.now += 600
            person, size = self.random.randrange(PEOPLE), self.random.randrange(1, 13)
            name = f"{self.word()}: mend the {self.word()} of {self.word()} {self.series}"
            for version in (1, 2) if self.random.random() < 0.3 else (1,):
                yield from self.version(person, size, name, version)
