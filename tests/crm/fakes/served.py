"""A fake system behind a real HTTP server on the loopback, in a thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Asked:
    """A request as it came: header names in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Said(NamedTuple):
    """What is answered."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


@contextmanager
def serving(answer: Callable[[Asked], Said], *, is_loud: bool = False) -> Iterator[str]:
    """
    Run a server that answers so until the block ends, one request at a time; yield its URL.

    A loud one prints what it is asked and the status that it answers with.
    """
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                said = answer(Asked(self.command, self.path, headers, body))
            if is_loud:
                print(self.command, self.path, said.status, flush=True)
            self.send_response(said.status)
            sent = {"Content-Type": "application/json", "Content-Length": str(len(said.body))}
            for name, value in (sent | said.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, *_: Any) -> None:
            pass

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._serve)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
