"""
A HubSpot account: a real HTTP server on the loopback that keeps what it is told.

It refuses what its official client could not send (`hubspot_contract`), unknown properties, wrong
values, wrong tokens, and answers errors in HubSpot's own shapes. By hand:

    python -m tests.crm.fakes.hubspot
"""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.crm.fakes.hubspot_account import Account, No
from tests.crm.fakes.hubspot_contract import Broken, check

TOKEN = "pat-eu1-test"


@dataclass
class HubSpot:
    """The account, who may come in, and what it answers out of turn."""

    url: str = ""
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    account: Account = field(default_factory=Account)
    # (part of the path, status, headers, body): each is answered once, instead of doing it.
    answers: list[tuple[str, int, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    # Parts of paths that are done once, and the connection then cut before the answer.
    cuts: list[str] = field(default_factory=list)
    # Method, path and body of each request that was let in.
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def paths(self, part: str = "") -> list[str]:
        return [path for _, path, _ in self.asked if part in path]

    def bodies(self, part: str) -> list[Any]:
        return [body for _, path, body in self.asked if part in path]

    def answer(
        self, method: str, path: str, token: str, body: Any
    ) -> tuple[int, dict[str, str], Any]:
        """Return status, headers and body of the answer."""
        if token not in {f"Bearer {one}" for one in self.tokens}:
            return 401, {}, error("INVALID_AUTHENTICATION", "Authentication credentials not found.")
        try:
            check(method, path, body)
        except Broken as broken:
            return 400, {}, error("VALIDATION_ERROR", f"Invalid input JSON: {broken}")
        self.asked.append((method, path, body))
        for scripted in self.answers:
            if scripted[0] in path:
                self.answers.remove(scripted)
                return scripted[1:]
        try:
            status, heard = self.account.do(method, path, body)
        except No as no:
            return no.status, {}, error(no.category, no.message)
        return status, {}, heard

    def is_cut(self, path: str) -> bool:
        cut = next((part for part in self.cuts if part in path), None)
        if cut is not None:
            self.cuts.remove(cut)
        return cut is not None


def error(category: str, message: str) -> dict[str, Any]:
    """Return an error as HubSpot words it."""
    return {
        "status": "error",
        "message": message,
        "correlationId": "00000000-0000-4000-8000-000000000000",
        "category": category,
    }


@contextmanager
def account(port: int = 0) -> Iterator[HubSpot]:
    """Run an empty account until the block ends."""
    hubspot = HubSpot()
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Of", (Handler,), {"hubspot": hubspot}))
    server.daemon_threads = True
    hubspot.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hubspot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for an account."""

    protocol_version = "HTTP/1.1"
    hubspot: HubSpot

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self._answer(json.loads(body))
        except ValueError:
            self._say(400, {}, error("VALIDATION_ERROR", "Invalid input JSON"))

    def _answer(self, body: Any) -> None:
        asked, token = urlsplit(self.path), self.headers.get("Authorization", "")
        path = asked.path
        with self.hubspot.lock:
            said = self._refusal(asked.query) or self.hubspot.answer(
                self.command, path, token, body
            )
            is_cut = self.hubspot.is_cut(path)
        if is_cut:
            self.close_connection = True
            self.connection.close()
        else:
            self._say(*said)

    def _refusal(self, query: str) -> tuple[int, dict[str, str], Any] | None:
        """Refuse what is not marked as JSON, and parameters: none of our calls has any."""
        if self.command == "POST" and self.headers.get("Content-Type") != "application/json":
            return 415, {}, error("VALIDATION_ERROR", "Unsupported Media Type")
        if query:
            return 400, {}, error("VALIDATION_ERROR", f"Unknown parameters: {query}")
        return None

    def _say(self, status: int, headers: dict[str, str], body: Any) -> None:
        words = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        sent = {"Content-Type": "application/json", "Content-Length": str(len(words))}
        for name, value in (sent | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(words)

    def handle(self) -> None:
        # The other side may be killed in the middle.
        with suppress(OSError, ValueError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        pass


def main() -> None:
    """Run until Ctrl+C and show, after each request, what was asked."""
    with account(port=8765) as hubspot:
        _show(f"address: {hubspot.url}")
        _show(f"access token: {TOKEN}")
        _show("number of the subscription type: 77")
        shown = 0
        with suppress(KeyboardInterrupt):
            while True:
                threading.Event().wait(0.5)
                for method, path, body in hubspot.asked[shown:]:
                    _show(f"{method} {path} {json.dumps(body, ensure_ascii=False)}")
                shown = len(hubspot.asked)


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
