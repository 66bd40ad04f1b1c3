"""Mails of one batch share a connection; what one of them meets is no other's trouble."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

import pytest

from customers.models import Message
from tests.customers.test_messages import send, state, write
from tests.factories import NOON

pytestmark = pytest.mark.django_db


class Session(StreamRequestHandler):
    """One connection, in as much SMTP as a sender says."""

    server: "MailServer"

    def handle(self) -> None:
        self.server.connections += 1
        self.say("421 too busy" if self.server.is_busy else "220 here")
        for line in self.rfile:
            said = line.decode().strip()
            if self.server.hangs_up_on and self.server.hangs_up_on in said:
                return
            self.say(self.answer(said))
            if said == "data":
                self.take()

    def answer(self, said: str) -> str:
        if said == "data":
            return "354 go on"
        has_mailbox = not said.startswith("rcpt") or "nobody" not in said
        return "250 fine" if has_mailbox else "550 no such mailbox"

    def take(self) -> None:
        lines = list(iter(self.rfile.readline, b".\r\n"))
        self.server.letters.append(b"".join(lines).decode())
        self.say("250 taken")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class MailServer(ThreadingTCPServer):
    """A mail server on the loopback that knows everybody but nobody."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.connections, self.letters = 0, list[str]()
        self.is_busy, self.hangs_up_on = False, ""


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def write_to(*names: str) -> list[Message]:
    """Write to each, in the order in which they are sent."""
    longer = timedelta(minutes=1)
    return [
        write(address=f"{name}@example.fr", good_for=longer * (place + 1))
        for place, name in enumerate(names)
    ]


def test_sends_a_batch_over_one_connection(server: MailServer) -> None:
    write_to("camille", "luc", "zoe")

    assert send() == 3
    assert (server.connections, len(server.letters)) == (1, 3)


def test_goes_on_after_a_mailbox_that_there_is_none_of(server: MailServer) -> None:
    camille, nobody, luc = write_to("camille", "nobody", "luc")

    assert send() == 2
    assert [state(message)[0] for message in (camille, nobody, luc)] == ["SENT", "FAILED", "SENT"]
    assert state(nobody) == ("FAILED", "SMTP 550")


def test_goes_on_after_the_server_hung_up(server: MailServer) -> None:
    server.hangs_up_on = "zoe"
    _, zoe, luc = write_to("camille", "zoe", "luc")

    assert send() == 2
    assert state(zoe) == ("WAITING", "SMTPServerDisconnected")
    assert state(luc) == ("SENT", "")
    assert server.connections == 2

    server.hangs_up_on = ""
    assert send(NOON + timedelta(seconds=5)) == 1


def test_asks_a_server_that_is_busy_once_for_the_whole_batch(server: MailServer) -> None:
    server.is_busy = True
    written = write_to("camille", "luc", "zoe")

    assert send() == 0
    assert {state(message) for message in written} == {("WAITING", "SMTPConnectError")}
    assert server.connections == 1

    server.is_busy = False
    assert send(NOON + timedelta(seconds=5)) == 3


def test_sends_what_is_good_for_the_shortest_first(server: MailServer) -> None:
    for name in ("offer", "offers"):
        write(address=f"{name}@example.fr", at=NOON - timedelta(hours=1))
    write(address="code@example.fr", good_for=timedelta(minutes=10))

    send()

    assert [letter.count("code@example.fr") for letter in server.letters] == [1, 0, 0]
