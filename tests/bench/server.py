"""A real server on a bench database, and a client that keeps its connection."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from tests.bench import databases, shop

CSRF = "a" * 32
COOKIES = {
    "omnistore_tablet": shop.TABLET_SECRET,
    "omnistore_sign_in": shop.SIGN_IN_SECRET,
    "csrftoken": CSRF,
}
HEADERS = {
    "Cookie": "; ".join(f"{name}={value}" for name, value in COOKIES.items()),
    "X-CSRFToken": CSRF,
    "Accept-Encoding": "gzip",
    "Content-Type": "application/x-www-form-urlencoded",
}
PATIENCE = 60


@contextmanager
def serving(database: str, **more: str) -> Iterator[int]:
    """Run omnistore on the database as in production, two processes; yield the port."""
    port = free_port()
    env = databases.environment(database, DJANGO_SETTINGS_MODULE="tests.bench.settings", **more)
    collecting = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collecting, cwd=databases.ROOT, env=env, check=True)
    command = ["-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1"]
    command += ["--port", str(port), "--log-level", "warning", "omnistore.wsgi:application"]
    running = subprocess.Popen([sys.executable, *command], cwd=databases.ROOT, env=env)
    try:
        _wait_for(port, running)
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


class Browser:
    """A tablet's browser: one connection, kept alive."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def identify(self, number: int, **headers: str) -> HTTPResponse:
        """Type the customer's phone; the answer leads to his page."""
        found = self.post("/identify/", {"text": shop.typed(number)}, **headers)
        if not found.headers.get("Location", "").startswith("/customers/"):
            raise RuntimeError(f"{shop.typed(number)} was not found: {found.status}")
        return found

    def bare(self, rows: float) -> HTTPResponse:
        return self.post("/bench/bare/", {"rows": f"{rows:.0f}"})

    def get(self, path: str, **headers: str) -> HTTPResponse:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> HTTPResponse:
        return self._ask("POST", path, urlencode(fields), headers)

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> HTTPResponse:
        self.connection.request(method, path, body, HEADERS | headers)
        response = self.connection.getresponse()
        response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path}: {response.status}")
        return response


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(port: int, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start (exit {running.poll()}).")
