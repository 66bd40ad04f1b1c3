"""What every page knows without asking the database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from stores import displays


def shop(request: HttpRequest) -> dict[str, Any]:
    """Return the tablet and the clerk of this request, its display, and whether it is the demo."""
    display = displays.of(request.COOKIES)
    return {
        "tablet": getattr(request, "tablet", None),
        "clerk": getattr(request, "clerk", None),
        "display": display,
        "papers": displays.PAPERS[display],
        "is_demo": settings.ENV == "demo",
        "other_language": "en" if get_language() == "fr" else "fr",
        "has_hints": settings.OMNISTORE_HINTS,
        "lock_after": int(settings.AUTO_LOCK_AFTER.total_seconds()),
    }
