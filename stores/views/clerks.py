"""Choose a name, type a PIN, lock, come back."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from omnistore.errors import Refused
from stores import staff, tablets
from stores.forms import PinForm
from stores.http import (
    LANGUAGE_COOKIE,
    SIGN_IN_COOKIE,
    TABLET_COOKIE,
    ClerkRequest,
    TabletRequest,
    clerk_required,
    go,
    keep,
    local_path,
    signed_in,
    tablet_required,
)
from stores.models import Clerk

YEAR = 365 * 24 * 3600


@tablet_required
def choose(request: TabletRequest) -> HttpResponse:
    """Show the names of this store's clerks, and of no other's."""
    onward = local_path(request.GET.get("next", "/"))
    clerks = staff.by_name(staff.of(request.tablet.store))
    return render(request, "stores/clerks.html", {"clerks": clerks, "next": onward})


@require_http_methods(["GET", "POST"])
@tablet_required
def sign_in(request: TabletRequest, clerk_id: int) -> HttpResponse:
    """Ask the clerk's PIN, and let him go on where he wanted to."""
    asked_by = request.POST if request.method == "POST" else request.GET
    clerk = get_object_or_404(staff.of(request.tablet.store), pk=clerk_id)
    onward = local_path(asked_by.get("next", "/"))
    pad = {"pin_clerk": clerk, "next": onward}
    if request.method == "GET":
        return render(request, "stores/pin.html", pad)

    try:
        secret = _let_in(request, clerk)
    except Refused as refusal:
        template = "stores/_pin.html" if request.htmx else "stores/pin.html"
        return render(request, template, pad | _no(refusal), status=refusal.status)

    response = go(request, onward)
    keep(request, response, SIGN_IN_COOKIE, secret)
    response.set_cookie(LANGUAGE_COOKIE, clerk.language, max_age=YEAR, samesite="Lax")
    return response


@require_POST
@tablet_required
def unlock(request: TabletRequest, clerk_id: int) -> HttpResponse:
    """Take the lock sheet off the page of the clerk who locked it, as it was."""
    clerk = get_object_or_404(staff.of(request.tablet.store), pk=clerk_id)
    pad = {"pin_clerk": clerk, "is_lock": True}
    with translation.override(clerk.language):
        try:
            secret = _let_in(request, clerk)
        except Refused as refusal:
            return render(request, "stores/_pin.html", pad | _no(refusal), status=refusal.status)

        response = render(request, "stores/_pin.html", pad)
    keep(request, response, SIGN_IN_COOKIE, secret)
    response.headers["HX-Trigger"] = "unlocked"
    return response


@require_POST
@tablet_required
def lock(request: TabletRequest) -> HttpResponse:
    """Sign the clerk out and show the names."""
    # The cookie stays: it opens nothing any more, and taking it back could meet the next one.
    tablets.lock(request.tablet, request.COOKIES.get(SIGN_IN_COOKIE, ""))
    # An open page has covered itself already.
    return HttpResponse(status=204) if request.htmx else redirect("stores:clerks")


@require_POST
@clerk_required
def awake(request: ClerkRequest) -> HttpResponse:
    """Hear that the clerk is working, though he asks nothing."""
    return HttpResponse(status=204)


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Speak French or English: to the clerk from now on, or on this tablet before he signs in."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        chosen = settings.LANGUAGE_CODE
    tablet = tablets.recognise(request.COOKIES.get(TABLET_COOKIE, ""))
    clerk = signed_in(request, tablet, now()) if tablet else None
    if clerk:
        Clerk.objects.filter(pk=clerk.pk).update(language=chosen)
    # What is half made comes along and goes back to the page it came from (carry.js).
    again = request.POST.get("again")
    onward = local_path(again or request.POST.get("next", "/"))
    response = redirect(onward, preserve_request=bool(again))
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, samesite="Lax")
    return response


def _no(refusal: Refused) -> dict[str, Any]:
    return {"refusal": refusal, "is_shut": isinstance(refusal, staff.PinLocked)}


def _let_in(request: TabletRequest, clerk: Clerk) -> str:
    form = PinForm(request.POST)
    pin = form.cleaned_data["pin"] if form.is_valid() else ""
    return staff.sign_in(tablet=request.tablet, clerk=clerk, pin=pin, at=now())
