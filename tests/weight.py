"""What a page weighs on its way to a phone: itself and all that it loads, compressed."""

import gzip
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from omnistore import assets

LOADED = re.compile(r'(?:href|src)="/static/([^"#]+)')


def of(answer: Any) -> int:
    """Return the bytes of the answer, its sheets, scripts and drawings; each is fetched once."""
    page = answer.content.decode()
    names = set(LOADED.findall(page))
    return len(gzip.compress(answer.content)) + sum(_weight(name) for name in names)


def _weight(name: str) -> int:
    if name in assets.SHEETS:
        return len(gzip.compress(assets.whole_sheet(name, _Sources()).encode()))
    found = finders.find(name)
    assert isinstance(found, str), name
    return len(gzip.compress(Path(found).read_bytes()))


class _Sources(dict[str, Any]):
    """Our own files, as `collectstatic` finds them."""

    def __missing__(self, name: str) -> tuple[Any, str]:
        return FileSystemStorage(settings.BASE_DIR / "static"), name
