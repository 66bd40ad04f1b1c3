"""The shell: what a phone keeps of the pass's page for when it has no network. Files, no people."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static

WORKER = settings.BASE_DIR / "static" / "js" / "pass" / "worker.js"
# What show.html names, and the letters of none: a phone has its own.
MODULES = {
    "pass/hours": "js/pass/hours.js",
    "pass/drawing": "js/pass/drawing.js",
    "pass/clock": "js/pass/clock.js",
    "uqr": "vendor/uqr/uqr.js",
}
FILES = (
    *("css/phone.css", "js/pass/pass.js", *MODULES.values()),
    *("icons/sprite.svg", "icons/mark.svg", "icons/icon-192.png"),
)


@cache
def import_map() -> str:
    """Return the JSON that says at which address a module of the pass is."""
    return json.dumps({"imports": {name: static(file) for name, file in MODULES.items()}})


@cache
def worker(page: str) -> str:
    """Return the service worker; `page` is the address of the page that it keeps."""
    source = WORKER.read_text()
    files = sorted({static(file) for file in FILES})
    content = "\n".join([source, page, *files, *map(_sum, FILES)])
    shell = {
        "version": hashlib.sha256(content.encode()).hexdigest()[:12],
        "page": page,
        "files": files,
    }
    return f"const SHELL = {json.dumps(shell, indent=2)}\n\n{source}"


def _sum(file: str) -> str:
    found = finders.find(file) or staticfiles_storage.path(file)
    return hashlib.sha256(Path(str(found)).read_bytes()).hexdigest()
