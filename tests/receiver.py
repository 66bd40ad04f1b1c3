"""A system that is told: a real HTTP server on the loopback, in a thread."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

from tests.factories import WEBHOOK_SECRET


@dataclass
class Message:
    """What arrived, its signature checked by the public library."""

    id: str
    body: bytes
    headers: dict[str, str]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class Receiver:
    """
    Keeps what arrives and answers as told.

    `answers` are given one after the other, then `status`; each is a status, or a status with
    headers and a body. `seconds` is how long it thinks first; while the gate is shut, it keeps
    `stops_after` messages and answers no further one. `drips` are seconds between the bytes of
    its answer.
    """

    url: str = ""
    status: int = 200
    answers: list[Any] = field(default_factory=list)
    seconds: float = 0
    stops_after: int = 0
    drips: float = 0
    gate: threading.Event = field(default_factory=threading.Event)
    messages: list[Message] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [message.id for message in self.messages]

    def once(self) -> list[dict[str, Any]]:
        """Return the events as the receiver sees them: each message id once, as first seen."""
        return [message.event for message in {one.id: one for one in self.messages[::-1]}.values()][
            ::-1
        ]

    def think(self) -> None:
        time.sleep(self.seconds)
        if self.stops_after and len(self.messages) >= self.stops_after:
            self.gate.wait(60)

    def next_answer(self) -> tuple[int, dict[str, str], bytes]:
        answer = self.answers.pop(0) if self.answers else self.status
        return answer if isinstance(answer, tuple) else (answer, {}, b"")


def check(webhook: Webhook, headers: dict[str, str], body: str) -> None:
    """Check the signature whatever its age: the tests' clocks stand still."""
    signed_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert headers["webhook-signature"] == webhook.sign(headers["webhook-id"], signed_at, body)


@contextmanager
def listening(secret: str = WEBHOOK_SECRET) -> Iterator[Receiver]:
    """Run a receiver until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            check(Webhook(secret), headers, body.decode())
            receiver.messages.append(Message(headers["webhook-id"], body, headers))
            receiver.think()
            status, extra, words = receiver.next_answer()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(words)), **extra}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(words)

        def flush_headers(self) -> None:
            headers, self._headers_buffer = b"".join(self._headers_buffer), []
            for byte in headers if receiver.drips else ():
                self.wfile.write(bytes([byte]))
                time.sleep(receiver.drips)
            self.wfile.write(b"" if receiver.drips else headers)

        def handle(self) -> None:
            # The other side may be killed in the middle.
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/events"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
