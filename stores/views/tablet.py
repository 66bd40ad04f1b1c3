"""This tablet: what is set once per device, whoever is signed in."""

from copy import copy
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from stores import displays
from stores.displays import Display
from stores.forms import ScannerForm
from stores.http import ClerkRequest, clerk_required
from stores.models import Clerk, Tablet

# Where single keys count (WCAG 2.1.4).
ANYWHERE, HERE = "anywhere", "here"
YEAR = 365 * 24 * 3600

WORDS = {
    Display.AUTOMATIC: _("as the device says"),
    Display.LIGHT: _("warm paper"),
    Display.DARK: _("for the evening"),
    Display.BRIGHT_HALL: _("the strongest contrast"),
}


@require_safe
@clerk_required
def show(request: ClerkRequest) -> HttpResponse:
    """Show what can be set on this tablet."""
    return _page(request, ScannerForm(instance=request.tablet))


@require_POST
@clerk_required
def scanner(request: ClerkRequest) -> HttpResponse:
    """Read the hand scanner of this tablet another way from now on."""
    # A refused form leaves its own copy changed, not the tablet that the page speaks of.
    form = ScannerForm(request.POST, instance=copy(request.tablet))
    if not form.is_valid():
        return _page(request, form, status=422)
    Tablet.objects.filter(pk=request.tablet.pk).update(**form.cleaned_data)
    messages.success(request, _("The hand scanner of this tablet is set."))
    return redirect("stores:tablet")


@require_POST
@clerk_required
def display(request: ClerkRequest) -> HttpResponse:
    """Show the colours another way on this tablet from now on."""
    response = redirect("stores:tablet")
    chosen = displays.known(request.POST.get("display", ""))
    # Not out of reach of scripts: the offline page reads it (static/js/offline.js).
    response.set_cookie(displays.COOKIE, chosen, max_age=YEAR, samesite="Lax")
    return response


@require_POST
@clerk_required
def keys(request: ClerkRequest) -> HttpResponse:
    """Let single keys count anywhere on the page, or only where the keyboard is; for the clerk."""
    is_anywhere = request.POST.get("keys") != HERE
    Clerk.objects.filter(pk=request.clerk.pk).update(keys_anywhere=is_anywhere)
    return redirect("stores:tablet")


def _page(request: ClerkRequest, scanner: ScannerForm, status: int = 200) -> HttpResponse:
    options = {
        "languages": _languages(request.clerk.language),
        "displays": _displays(request),
        "keys": _keys(request.clerk),
        "scanner": scanner,
    }
    return render(request, "stores/tablet.html", options, status=status)


def _languages(spoken: str) -> list[dict[str, Any]]:
    names = {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}
    return [
        {"value": code, "label": name.capitalize(), "lang": code, "is_on": code == spoken}
        for code, name in names.items()
    ]


def _keys(clerk: Clerk) -> list[dict[str, Any]]:
    return [
        {
            "value": ANYWHERE,
            "label": _("Anywhere on the page"),
            "words": _("letters find somebody, digits are the PIN"),
            "is_on": clerk.keys_anywhere,
        },
        {
            "value": HERE,
            "label": _("Only where the keyboard is"),
            "words": _("for who speaks or presses keys by mistake"),
            "is_on": not clerk.keys_anywhere,
        },
    ]


def _displays(request: ClerkRequest) -> list[dict[str, Any]]:
    shown = displays.of(request.COOKIES)
    return [
        {"value": it.value, "label": it.label, "words": WORDS[it], "is_on": it == shown}
        for it in Display
    ]
