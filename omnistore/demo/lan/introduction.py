"""
How a tablet gets to know the shop: by plain http, its authority's certificate and what to do.

Nothing else is served there: no page of the shop, nothing that is sent is read.
"""

from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

# iOS offers to install what comes under this type; Android knows the ending.
CERTIFICATE = "application/x-x509-ca-cert"
FILE = "/omnistore.crt"
STYLE = "/introduction.css"


def serve(*, host: str, port: int, home: str, certificate: bytes) -> ThreadingHTTPServer:
    """Begin to answer in a thread; `shutdown()` ends it."""
    answers = {
        FILE: (CERTIFICATE, certificate),
        STYLE: ("text/css", (settings.BASE_DIR / f"static/css{STYLE}").read_bytes()),
    }
    for code, _name in settings.LANGUAGES:
        answers[f"/{code}"] = ("text/html; charset=utf-8", page(home, code).encode())
    server = ThreadingHTTPServer((host, port), partial(_Handler, answers))
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def page(home: str, language: str) -> str:
    """Return the page that says what to do with the certificate."""
    shown = {"home": home, "certificate": FILE, "style": STYLE, "language": language}
    with translation.override(language):
        return render_to_string("demo/lan/introduction.html", shown)


class _Handler(BaseHTTPRequestHandler):
    server_version = "omnistore"
    sys_version = ""

    def __init__(self, answers: dict[str, tuple[str, bytes]], *connection: Any) -> None:
        self.answers = answers
        super().__init__(*connection)

    def do_GET(self) -> None:
        path = f"/{self.language()}" if self.path == "/" else self.path
        kind, body = self.answers.get(path, ("text/plain", b""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def language(self) -> str:
        """Return the tablet's own language; it has not chosen one in the shop yet."""
        wanted = self.headers.get("Accept-Language", "")[:2].lower()
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the terminal shows the address to scan."""
