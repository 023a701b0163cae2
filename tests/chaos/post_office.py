"""A mail server that keeps what it accepted, and may lose its answer after it did."""

import socketserver
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default


class PostOffice:
    """Listens on loopback; `accepted` holds each Message-ID as often as it was taken."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.losing = 0  # of how many mails to come the answer is lost
        self.when_taken: Callable[[], None] | None = None  # once: there a process is killed
        handler = type("CounterHere", (Counter,), {"office": self})
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def calm(self) -> None:
        self.losing, self.when_taken = 0, None

    def take(self, mail: bytes) -> bool:
        """Whether the sender is told that its mail was taken."""
        parsed = message_from_bytes(mail, policy=default)
        self.accepted.append(str(parsed["Message-ID"]))
        act, self.when_taken = self.when_taken, None
        if act:
            act()
            return False
        if self.losing:
            self.losing -= 1
            return False
        return True


class Counter(socketserver.StreamRequestHandler):
    """One conversation."""

    office: PostOffice

    def handle(self) -> None:
        self.say("220 chaos")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                if not self.office.take(self.read_mail()):
                    return
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 chaos")

    def read_mail(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")
