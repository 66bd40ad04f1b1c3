"""Who is asking: tablets by cookie, clerks by PIN, programs by key; and in which language."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from django_htmx.http import HttpResponseClientRedirect, push_url, retarget
from django_htmx.middleware import HtmxDetails
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from omnistore.audit import looks
from omnistore.audit.looks import Watcher
from omnistore.audit.models import Look
from stores import keys, tablets
from stores.models import ApiKey, Clerk, Tablet, User

if TYPE_CHECKING:
    # At run time it imports this module first, by the settings.
    from rest_framework.views import APIView

TABLET_COOKIE = "omnistore_tablet"
SIGN_IN_COOKIE = "omnistore_sign_in"
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


class UserRequest(HttpRequest):
    """A request from somebody who signed in with a password, on whatever device."""

    htmx: HtmxDetails
    user: User


UserView = Callable[Concatenate[UserRequest, P], HttpResponseBase]
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
        return view(asked, *args, **kwargs)

    return guarded


def clerk_required(view: ClerkView[P]) -> View[P]:
    """Let only a signed-in clerk in, and keep the tablet awake; others choose their name first."""
    return _clerk_guarded(view, keeps_awake=True)


def clerk_watching(view: ClerkView[P]) -> View[P]:
    """Guard what a page asks by itself, again and again: it must not keep the tablet awake."""
    return _clerk_guarded(view, keeps_awake=False)


def manager_required(view: ClerkView[P]) -> View[P]:
    """Let only a signed-in manager in; a clerk is told that it is not his to do."""

    @wraps(view)
    def guarded(request: ClerkRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.clerk.is_manager:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return clerk_required(guarded)


def user_required(view: UserView[P]) -> View[P]:
    """Let only somebody in who signed in with his password; others are asked for it first."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            came_from = request.get_full_path() if request.method == "GET" else "/reviews/"
            return go(request, f"{reverse('stores:account')}?{urlencode({'next': came_from})}")
        with translation.override(language_of(request.user)):
            return view(cast(UserRequest, request), *args, **kwargs)

    return guarded


def language_of(user: User) -> str:
    """Return the language of the clerk he is, else the one of the shop."""
    clerk: Clerk | None = getattr(user, "clerk", None)
    return clerk.language if clerk else translation.get_language() or settings.LANGUAGE_CODE


def signed_in(request: HttpRequest, tablet: Tablet, moment: datetime) -> Clerk | None:
    """Return the clerk who is signed in on the tablet and with this request's own cookie."""
    return tablets.signed_in(tablet, request.COOKIES.get(SIGN_IN_COOKIE, ""), moment)


def _clerk_guarded(view: ClerkView[P], *, keeps_awake: bool) -> View[P]:
    @wraps(view)
    def guarded(request: TabletRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        moment = now()
        clerk = signed_in(request, request.tablet, moment)
        if clerk is None:
            return _locked(request)
        if keeps_awake:
            tablets.touch(request.tablet, moment)
        asked = cast(ClerkRequest, request)
        asked.clerk = clerk
        asked.watcher = Watcher(Look.Actor.CLERK, clerk.pk, request.tablet.pk)
        with translation.override(clerk.language):
            return view(asked, *args, **kwargs)

    return tablet_required(guarded)


def _locked(request: TabletRequest) -> HttpResponse:
    # A page that is open covers itself and keeps what was typed (static/js/controllers/lock.js).
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Trigger": "locked"})
    came_from = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{reverse('stores:clerks')}?{urlencode({'next': came_from})}")


def keep(
    request: HttpRequest,
    response: HttpResponse,
    name: str,
    secret: str,
    age: timedelta | None = None,
) -> None:
    """Let the browser keep the secret, out of reach of scripts; without `age` until it closes."""
    response.set_cookie(
        name, secret, max_age=age, secure=request.is_secure(), httponly=True, samesite="Lax"
    )


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Return a redirect of the whole page, for htmx too."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def screen(request: TabletRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """
    Return a screen of the counter: a whole page, or for htmx what takes the place of the last one.

    A tablet that stands at the counter keeps style, scripts and letters; so a form may be posted
    by htmx and answered with a plain redirect, which the browser follows by itself.
    """
    if not request.htmx:
        return render(request, template, context)
    answer = render(request, template, {**context, "frame": "base_in_place.html"})
    path = request.get_full_path()
    # The same screen again is no step to go back to. The header is compared, never read.
    is_new = request.htmx.current_url != request.build_absolute_uri(path)
    push_url(retarget(answer, "#counter"), path if is_new else False)
    answer["HX-Reswap"] = "outerHTML show:window:top"
    return answer


def local_path(path: str) -> str:
    """Return the path when it stays on this site, else the first screen."""
    is_local = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_local else "/"


def address(request: HttpRequest) -> str:
    """Return the address that asks; behind our own proxy it is the last one the proxy wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return forwarded or str(request.META.get("REMOTE_ADDR", ""))
    return str(request.META.get("REMOTE_ADDR", ""))


class NothingKeptMiddleware:
    """Let no browser and nothing on the way keep an answer: pages and API speak of people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


# Where those ask whom no tablet of ours serves: programs, and the customers' own phones.
CUSTOMERS_PHONES = ("/receipt/", "/c/", "/pass/")
OF_STRANGERS = ("/api/", *CUSTOMERS_PHONES)


class LanguageMiddleware:
    """
    French unless chosen otherwise: by the cookie, for programs and phones by Accept-Language.

    The browser's own language is not asked: a tablet bought abroad still serves in French. A
    signed-in clerk's language wins (`clerk_required`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OF_STRANGERS):
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


def key_of(request: Request) -> ApiKey:
    """Return the key that `HasScope` let in."""
    return cast(ApiKey, request.user)


def note_read(request: Request, customer_ids: Iterable[UUID | None]) -> None:
    """Note in the audit that the key read these customers, each once."""
    watcher = Watcher(Look.Actor.API_KEY, key_of(request).pk)
    read = list(dict.fromkeys(filter(None, customer_ids)))
    looks.note(watcher=watcher, customer_ids=read, reason=Look.Reason.API, at=now())
