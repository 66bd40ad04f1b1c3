"""What makes the pass an app on the phone: manifest, service worker, and the page that it keeps."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from omnistore.passes import shell
from omnistore.passes.views import pages
from omnistore.phone.http import phone_page

PAPER = "#f6f4ef"
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/icon-maskable-512.png", "512x512", "maskable"),
)


@require_safe
def kept(request: HttpRequest, language: str) -> HttpResponse:
    """Show the page of the pass as it is kept without a network: it is nobody's."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return pages.of_the_pass(request)


@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """Describe the pass to the phone; browsers ask without cookies, hence the language."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return JsonResponse(_manifest(language), content_type="application/manifest+json")


def _manifest(language: str) -> dict[str, object]:
    home = reverse("passes:show")
    return {
        "id": home,
        "name": _("My pass"),
        "short_name": _("My pass"),
        "description": _("The shop knows you by it: hold it out at the till."),
        "lang": language,
        "dir": "ltr",
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": PAPER,
        "background_color": PAPER,
        "prefer_related_applications": False,
        "icons": [
            {"src": static(file), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for file, sizes, purpose in ICONS
        ],
    }


@require_safe
@phone_page
def worker(request: HttpRequest) -> HttpResponse:
    """Answer with the worker of what lies below it; in another language it is another one."""
    page = reverse("passes:kept", args=[get_language() or settings.LANGUAGE_CODE])
    # Asked again at every look for a new version.
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(shell.worker(page), content_type="text/javascript", headers=headers)
