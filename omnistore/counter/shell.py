"""The shell: what a tablet keeps of the app for when the network is gone. Files, no people."""

import hashlib
import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.templatetags.static import static

from omnistore import modules

WORKER = settings.BASE_DIR / "static" / "js" / "service-worker.js"
FILES = (
    "css/app.css",
    "vendor/font/latin.woff2",
    "vendor/font/latin-ext.woff2",
    "icons/sprite.svg",
    "icons/mark.svg",
    "icons/icon-192.png",
    "js/app.js",
    "js/offline.js",
)


@cache
def offline_page() -> str:
    """Return the page that stands in when nothing answers, in all languages; it names nobody."""
    return render_to_string("counter/offline.html", {"languages": list(dict(settings.LANGUAGES))})


@cache
def files() -> list[str]:
    """Return the addresses of the files of the shell, each with its hash where it has one."""
    return sorted({*map(static, FILES), *modules.needed_at_once()})


@cache
def worker(offline: str) -> str:
    """Return the service worker; `offline` is the address of the offline page."""
    source = WORKER.read_text()
    content = [source, offline_page(), *files(), *map(_without_hash, files())]
    version = hashlib.sha256("\n".join(content).encode()).hexdigest()[:12]
    shell = {
        "version": version,
        "offline": offline,
        "icon": static("icons/icon-192.png"),
        "files": files(),
    }
    return f"const SHELL = {json.dumps(shell, indent=2)}\n\n{source}"


def _without_hash(address: str) -> str:
    """Return a sum of the file where its name is as it was written; a hash says it already."""
    path = finders.find(address.removeprefix(settings.STATIC_URL))
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""
