"""What makes the counter an app on the tablet: manifest, service worker, offline page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from omnistore.counter import shell

PAPER = "#f6f4ef"
# (file, sizes, purpose)
ICONS = (
    ("icons/mark.svg", "any", "any"),
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/icon-maskable-512.png", "512x512", "maskable"),
)


@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """
    Describe the app to the tablet's system.

    Browsers ask for it without cookies, hence the language in the address.
    https://www.w3.org/TR/appmanifest/
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return JsonResponse(_manifest(language), content_type="application/manifest+json")


def _manifest(language: str) -> dict[str, object]:
    home = reverse("counter:home")
    return {
        "id": home,
        "name": "omnistore",
        "short_name": "omnistore",
        "description": _("The counter on your tablet: who is it, what now, what comes back."),
        "lang": language,
        "dir": "ltr",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "orientation": "any",
        "theme_color": PAPER,
        "background_color": PAPER,
        "categories": ["business", "productivity", "shopping"],
        "prefer_related_applications": False,
        "icons": [_icon(*icon) for icon in ICONS],
        "shortcuts": [
            _shortcut(_("Identify a customer"), home),
            _shortcut(_("Sign someone up"), reverse("counter:sign_up")),
        ],
    }


def _icon(file: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/svg+xml" if file.endswith(".svg") else "image/png"
    return {"src": static(file), "sizes": sizes, "type": kind, "purpose": purpose}


def _shortcut(name: str, url: str) -> dict[str, object]:
    return {"name": name, "url": url, "icons": [_icon(*ICONS[1])]}


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer with the worker of the whole site, which is why its address is at the root."""
    script = shell.worker(reverse("counter:offline"))
    # Asked again at every look for a new version.
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(script, content_type="text/javascript", headers=headers)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what the service worker shows when nothing answers; the same for everybody."""
    return HttpResponse(shell.offline_page())


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Say that the server answers, without asking the database."""
    return HttpResponse(status=204)
