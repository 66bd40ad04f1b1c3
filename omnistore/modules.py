"""
Modules: the import map, and which of its modules a page asks for before it knows why.

A browser reads app.js, then what that imports, then what those import: three waits in a row. So
the page names all of them in its head. What is imported by `import("…")` is left until then.
"""

import json
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.templatetags.static import static

START = "js/app.js"
IMPORT = re.compile(r'^import (?:[^"()]+ from )?"(?P<name>[^"]+)"', re.MULTILINE)


@cache
def import_map() -> str:
    """Return the JSON that says at which address a module of that name is."""
    return render_to_string("components/importmap.json").strip()


@cache
def needed_at_once() -> list[str]:
    """Return the addresses of what app.js imports, and of what that imports in turn."""
    addresses: dict[str, str] = json.loads(import_map())["imports"]
    found: list[str] = []
    waiting = [static(START)]
    while waiting:
        for name in IMPORT.findall(_source(waiting.pop(0))):
            if (address := addresses[name]) not in found:
                found.append(address)
                waiting.append(address)
    return found


def _source(address: str) -> str:
    name = address.removeprefix(settings.STATIC_URL)
    return Path(finders.find(name) or staticfiles_storage.path(name)).read_text()
