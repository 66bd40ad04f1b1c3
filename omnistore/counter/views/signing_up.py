"""Sign-up typed by the clerk, with the customer's answers to each consent."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from customers import consent, identity, signup
from customers.models import Customer
from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.counter.forms import SignUpForm
from omnistore.counter.meanings import Kind
from omnistore.counter.reading import read
from omnistore.errors import Refused
from omnistore.words import NO_BREAK
from stores.http import ClerkRequest, clerk_required, go

# The kind of what was typed → the field it belongs in.
FIELDS = {Kind.PHONE: "phone", Kind.EMAIL: "email", Kind.CARD: "card"}


@require_http_methods(["GET", "POST"])
@clerk_required
def sign_up(request: ClerkRequest) -> HttpResponse:
    """Take a new customer in, and open his page."""
    if request.method == "GET":
        return _page(request, _form(request))
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)

    try:
        customer = _take_in(request, form)
    except Refused as refusal:
        form.add_error(form.place_of(refusal.code), refusal.sentence)
        return _page(request, form, status=refusal.status, others=_others(request, refusal))

    # It waits in a cookie for the next page, so it names nobody; that page does.
    messages.success(request, _("Signed up. Welcome."))
    return go(request, reverse("counter:customer", args=[customer.pk]))


@require_http_methods(["GET", "POST"])
@clerk_required
def sign_up_with(request: ClerkRequest) -> HttpResponse:
    """Show the form with what was typed in the identify field already in its place."""
    return _page(request, _form(request, initial=_placed(request)))


@require_http_methods(["GET", "POST"])
@clerk_required
def sign_up_again(request: ClerkRequest) -> HttpResponse:
    """
    Show what was typed so far, unjudged, with the questions in the language now chosen.

    An answer stays with the wording it was given to: in another language each is asked again.
    """
    form = _form(request, initial=request.POST.dict())
    if request.htmx:
        return render(request, "counter/_questions.html", {"form": form})
    return _page(request, form)


def _form(
    request: ClerkRequest, *args: Any, initial: Mapping[str, Any] | None = None
) -> SignUpForm:
    language = _customer_language(request)
    return SignUpForm(
        *args,
        wordings=consent.asked(language),
        initial={**(initial or {}), "customer_language": language},
    )


def _customer_language(request: ClerkRequest) -> str:
    """Return the language chosen for the customer; the clerk's own until one is."""
    chosen = request.POST.get("customer_language", "")
    return chosen if chosen in dict(settings.LANGUAGES) else request.clerk.language


def _placed(request: ClerkRequest) -> dict[str, str]:
    text = request.POST.get("text", "")
    try:
        reading = read(text, request.tablet.store.country)
    except Refused:
        return {}
    if reading.kind == Kind.NAME:
        first, _space, last = reading.shown.partition(" ")
        return {"first_name": first, "last_name": last.strip()}
    return (
        {FIELDS[reading.kind]: reading.shown.replace(NO_BREAK, " ")}
        if reading.kind in FIELDS
        else {}
    )


def _take_in(request: ClerkRequest, form: SignUpForm) -> Customer:
    told = form.cleaned_data
    return signup.sign_up(
        first_name=told["first_name"],
        last_name=told["last_name"],
        phone=told["phone"],
        email=told["email"],
        card=told["card"],
        share_phone=told["share_phone"],
        country=request.tablet.store.country,
        consents=form.answers,
        store=request.tablet.store,
        tablet=request.tablet,
        clerk=request.clerk,
        language=_customer_language(request),
        source="COUNTER",
        at=now(),
    )


def _others(request: ClerkRequest, refusal: Refused) -> dict[str, Any]:
    """Return who has the value already, and whether it may become a household's."""
    if not isinstance(refusal, identity.Taken):
        return {}
    holders = list(Customer.objects.filter(pk__in=refusal.extra["customer_ids"]))
    looks.note(
        watcher=request.watcher,
        customer_ids=[holder.pk for holder in holders],
        reason=Look.Reason.LISTED,
        at=now(),
    )
    return {"holders": holders, "may_share_phone": refusal.code == "phone_taken"}


def _page(
    request: ClerkRequest,
    form: SignUpForm,
    *,
    status: int = 200,
    others: dict[str, Any] | None = None,
) -> HttpResponse:
    template = "counter/_sign_up.html" if request.htmx else "counter/sign_up.html"
    return render(request, template, {"form": form} | (others or {}), status=status)
