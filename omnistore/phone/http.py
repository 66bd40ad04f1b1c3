"""
Who holds the phone: its session at a register, and whether it is known from before.

These pages tell nobody where one came from (`no-referrer`). A browser then also writes
`Origin: null` on their forms, which Django takes for a stranger's: what the browser says of the
request itself (`Sec-Fetch-Site`, out of reach of pages) stands for it, and the token is checked
as everywhere.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from customers import handsets
from customers.models import KnownPhone, PhoneSession
from omnistore.tokens import seal, unseal
from stores import registers

SESSION_COOKIE = "omnistore_phone"
KNOWN_COOKIE = "omnistore_known_phone"
# The ticket of the code that was sent; whom its address led to, when they are several.
TICKET_COOKIE = "omnistore_phone_ticket"
HOLDERS_COOKIE = "omnistore_phone_holders"
# The "phone" is the clerk's tablet, handed over: in the end it is given back.
TURNED_COOKIE = "omnistore_turned"
PATH = "/c/"
KNOWN_PATH = "/"
SALT = "omnistore known phone"
KNOWN_FOR = timedelta(days=400)

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


class PhoneRequest(HttpRequest):
    """A request from a phone that traded a register's code in, less than ten minutes ago."""

    session_at: PhoneSession


SessionPage = Callable[Concatenate[PhoneRequest, P], HttpResponse]


def phone_page(view: Page[P]) -> Page[P]:
    """Open a page to any phone, in the phone's own language, and say nothing of it elsewhere."""
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        _name_own_origin(request)
        language = kept(request, TURNED_COOKIE) or translation.get_language_from_request(request)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            try:
                answer = checked(request, *args, **kwargs)
            except registers.DeadCode as refusal:
                answer = dead(request, refusal)
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["Vary"] = "Accept-Language, Cookie"
        return answer

    return guarded


def session_required(view: SessionPage[P]) -> Page[P]:
    """Let only phones in whose ten minutes last; others scan again."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = handsets.at_register(request.COOKIES.get(SESSION_COOKIE, ""), at=now())
        if found is None:
            return dead(request, registers.DeadCode())
        asked = cast(PhoneRequest, request)
        asked.session_at = found
        return view(asked, *args, **kwargs)

    return phone_page(guarded)


def dead(request: HttpRequest, refusal: registers.DeadCode) -> HttpResponse:
    """Return the one plain answer: forged, expired or used, nobody is told which."""
    return page(request, "phone/dead.html", {"refusal": refusal}, status=refusal.status)


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    is_turned = TURNED_COOKIE in request.COOKIES
    return render(request, template, context | {"is_turned": is_turned}, status=status)


def known_phone(request: HttpRequest) -> KnownPhone | None:
    """Return the row of the phone that was asked to be known again, unless it was revoked."""
    try:
        secret = request.get_signed_cookie(KNOWN_COOKIE, salt=SALT, max_age=KNOWN_FOR)
    except (KeyError, signing.BadSignature):
        return None
    return handsets.known(secret or "", at=now())


def keep_session(request: HttpRequest, answer: HttpResponse, secret: str) -> None:
    answer.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=handsets.LIFE,
        path=PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def keep(request: HttpRequest, answer: HttpResponse, name: str, value: str) -> None:
    """Leave something with the phone for as long as its session; sealed, nobody reads it there."""
    answer.set_cookie(
        name,
        seal(value),
        max_age=handsets.LIFE,
        path=PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def kept(request: HttpRequest, name: str) -> str:
    """Return what was left with the phone; empty when there is nothing, or nothing of ours."""
    try:
        return unseal(request.COOKIES.get(name, ""))
    except (InvalidToken, ValueError):
        return ""


def keep_known(request: HttpRequest, answer: HttpResponse, secret: str) -> None:
    answer.set_signed_cookie(
        KNOWN_COOKIE,
        secret,
        salt=SALT,
        max_age=KNOWN_FOR,
        # The page of the pass knows the same phones as the register.
        path=KNOWN_PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget_known(answer: HttpResponse) -> None:
    answer.delete_cookie(KNOWN_COOKIE, path=KNOWN_PATH, samesite="Lax")


def _name_own_origin(request: HttpRequest) -> None:
    """Put our own origin where the browser hid it and says itself that the form is ours."""
    is_hidden = request.headers.get("Origin") == "null"
    if is_hidden and request.headers.get("Sec-Fetch-Site") in (None, "same-origin"):
        request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
