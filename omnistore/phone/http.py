"""
Who holds the phone: its session at a register, and whether it is known from before.

Other sites are not told where one came from (`same-origin`, as on every page). Under `no-referrer`
browsers would write `Origin: null` on our own forms, as they do on those of a stranger's frame.

What a page leaves with the phone is sealed for one use and one session: in another session, or
under another name, it is worth nothing.
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

from customers import handsets
from customers.models import KnownPhone, PhoneSession
from omnistore.tokens import fingerprint, seal, unseal
from stores import registers

SESSION_COOKIE = "omnistore_phone"
KNOWN_COOKIE = "omnistore_known_phone"
# The ticket of the code that was sent; the address it proved, when it led to nobody; and whom it
# led to, when they are several.
TICKET_COOKIE = "omnistore_phone_ticket"
PROVEN_COOKIE = "omnistore_phone_proven"
HOLDERS_COOKIE = "omnistore_phone_holders"
# The "phone" is the clerk's tablet, handed over: it is given back, and is nobody's on any page.
TURNED_COOKIE = "omnistore_turned"
# Longer than a customer's ten minutes: who was too slow finds the way back all the same.
TURNED_FOR = timedelta(hours=1)
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

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = kept(request, TURNED_COOKIE) or translation.get_language_from_request(request)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        with translation.override(language):
            try:
                answer = view(request, *args, **kwargs)
            except registers.DeadCode as refusal:
                answer = dead(request, refusal)
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
    context = context | {"is_turned": is_turned(request)}
    return render(request, template, context, status=status)


def is_turned(request: HttpRequest) -> bool:
    """Whether it is the clerk's own tablet: the next customer may be handed it, too."""
    return TURNED_COOKIE in request.COOKIES


def known_phone(request: HttpRequest) -> KnownPhone | None:
    """Return the row of the phone that was asked to be known again, unless it was revoked."""
    if is_turned(request):
        return None
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
        _sealed(name, request.COOKIES.get(SESSION_COOKIE, ""), value),
        max_age=handsets.LIFE,
        path=PATH,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def keep_turned(request: HttpRequest, answer: HttpResponse, language: str, secret: str) -> None:
    """Note that the tablet is turned round, in which language; the session begins with `secret`."""
    answer.set_cookie(
        TURNED_COOKIE,
        _sealed(TURNED_COOKIE, secret, language),
        max_age=TURNED_FOR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def kept(request: HttpRequest, name: str) -> str:
    """Return what was left in this session; empty when there is nothing, or nothing of ours."""
    try:
        words = unseal(request.COOKIES.get(name, ""))
    except (InvalidToken, ValueError):
        return ""
    lead = _lead(name, request.COOKIES.get(SESSION_COOKIE, ""))
    return words.removeprefix(lead) if words.startswith(lead) else ""


def _sealed(name: str, secret: str, value: str) -> str:
    return seal(f"{_lead(name, secret)}{value}")


def _lead(name: str, secret: str) -> str:
    return f"{name} {fingerprint(secret)} "


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
