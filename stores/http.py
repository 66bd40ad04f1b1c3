"""Who is asking: tablets by cookie, clerks by PIN, programs by key; and in which language."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.timezone import now
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from omnistore.audit.looks import Watcher
from omnistore.audit.models import Look
from stores import keys, tablets
from stores.models import ApiKey, Clerk, Tablet

if TYPE_CHECKING:
    # At run time it imports this module first, by the settings.
    from rest_framework.views import APIView

TABLET_COOKIE = "omnistore_tablet"
LANGUAGE_COOKIE = "omnistore_language"

P = ParamSpec("P")


class TabletRequest(HttpRequest):
    """A request from an opened tablet."""

    htmx: HtmxDetails
    tablet: Tablet


class ClerkRequest(TabletRequest):
    """A request from a clerk who is signed in on an opened tablet."""

    clerk: Clerk
    watcher: Watcher


TabletView = Callable[Concatenate[TabletRequest, P], HttpResponseBase]
ClerkView = Callable[Concatenate[ClerkRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def tablet_required(view: TabletView[P]) -> View[P]:
    """Let only opened tablets in; others are sent to the page that opens one."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        tablet = tablets.recognise(request.COOKIES.get(TABLET_COOKIE, ""))
        if tablet is None:
            return go(request, reverse("stores:open"))
        asked = cast(TabletRequest, request)
        asked.tablet = tablet
        response = view(asked, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return guarded


def clerk_required(view: ClerkView[P]) -> View[P]:
    """Let only a signed-in clerk in, and keep the tablet awake; others choose their name first."""

    @wraps(view)
    def guarded(request: TabletRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        moment = now()
        clerk = tablets.signed_in(request.tablet, moment)
        if clerk is None:
            came_from = request.get_full_path() if request.method == "GET" else "/"
            return go(request, f"{reverse('stores:clerks')}?{urlencode({'next': came_from})}")
        tablets.touch(request.tablet, moment)
        asked = cast(ClerkRequest, request)
        asked.clerk = clerk
        asked.watcher = Watcher(Look.Actor.CLERK, clerk.pk, request.tablet.pk)
        with translation.override(clerk.language):
            return view(asked, *args, **kwargs)

    return tablet_required(guarded)


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Return a redirect of the whole page, for htmx too."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


class LanguageMiddleware:
    """
    French unless chosen otherwise: by the cookie, for programs by Accept-Language.

    The browser's own language is not asked: a tablet bought abroad still serves in French. A
    signed-in clerk's language wins (`clerk_required`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/api/"):
            language = translation.get_language_from_request(request)
        else:
            language = request.COOKIES.get(LANGUAGE_COOKIE, settings.LANGUAGE_CODE)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            return self.get_response(request)


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer os_…`"""

    def authenticate(self, request: Request) -> tuple[ApiKey, None] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret:
            return None
        key = keys.recognise(secret.strip())
        return (key, None) if key else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """The view's `scope` is among the key's."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        key: Any = request.user
        return isinstance(key, ApiKey) and key.allows(getattr(view, "scope", ""))
