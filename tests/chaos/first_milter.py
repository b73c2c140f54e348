"""A milter that stands before Quilter: it refuses some mail and adds a header field to the rest."""
import contextlib
import socket
import struct
import threading

REFUSED = b"X-Refuse-Me"        # mail with this field is answered 550 at its end
ADDED = (b"X-Passed", b"first")


class FirstMilter:
    """On 127.0.0.1:port while entered."""

    # No connection, HELO, MAIL, RCPT, body, end of headers, unknown commands, DATA; no replies to header fields.
    STEPS = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x40 | 0x100 | 0x200 | 0x80
    ADD_FIELDS = 0x1

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # ends accept()
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as stream:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            refuse = False
            while size := stream.read(4):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # the MTA waits for it to write more
                packet = stream.read(struct.unpack("!I", size)[0])
                command, payload = packet[:1], packet[1:]
                if command == b"O":
                    answer(connection, b"O" + struct.pack("!III", 6, self.ADD_FIELDS, self.STEPS))
                elif command == b"L":
                    refuse = refuse or payload.startswith(REFUSED + b"\0")
                elif command == b"E":
                    if not refuse:
                        answer(connection, b"h" + ADDED[0] + b"\0" + ADDED[1] + b"\0")
                    answer(connection, b"r" if refuse else b"c")
                    refuse = False
                elif command == b"A":
                    refuse = False
                elif command == b"Q":
                    return


def answer(connection, packet):
    connection.sendall(struct.pack("!I", len(packet)) + packet)
