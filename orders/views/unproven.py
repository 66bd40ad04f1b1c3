"""A return without a receipt: the customer is known, articles are scanned or searched."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from customers.models import Customer
from omnistore.errors import Refused
from orders import catalogue, returns, unproven
from orders.forms import AgreementForm, WantedForm
from orders.models import CustomerReturn, Product
from orders.valuations import UnprovenScreen, unproven_screen
from stores.http import ClerkRequest, clerk_required, screen


@require_POST
@clerk_required
def start(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """Begin a new draft for a customer who has no receipt."""
    customer = get_object_or_404(Customer, pk=customer_id)
    draft = unproven.begin(
        customer=customer,
        store=request.tablet.store,
        currency=catalogue.main_currency(),
        clerk=request.clerk,
        tablet=request.tablet,
        at=now(),
    )
    return redirect("orders:return", draft.pk)


@require_POST
@clerk_required
def add(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Let one unit more of an article come back that was found by its name."""
    draft = _draft(request, return_id)
    product = get_object_or_404(Product, pk=_number(request.POST.get("product")))
    try:
        unproven.scan(draft=draft, product=product)
    except Refused as refusal:
        return page(request, draft, notice=refusal.sentence)
    return redirect("orders:return", draft.pk)


@require_POST
@clerk_required
def choose(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Keep what was chosen so far and answer with what it is worth."""
    draft = _draft(request, return_id)
    posted = WantedForm(request.POST, draft.lines.all())
    try:
        unproven.choose(draft=draft, wanted=posted.wanted)
    except Refused as refusal:
        return _again(request, draft, refusal.sentence, status=409)
    if not request.htmx:
        return redirect("orders:return", draft.pk)
    return _again(request, draft, "", status=200)


@require_POST
@clerk_required
def settle(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Take the return as it is on the screen; a second tap lands on the same return."""
    draft = _draft(request, return_id)
    if not draft.is_draft:
        return redirect("orders:return", draft.pk)
    posted, agreement = WantedForm(request.POST, draft.lines.all()), AgreementForm(request.POST)
    agreed = agreement.cleaned_data["agreed"] if agreement.is_valid() else None
    try:
        unproven.choose(draft=draft, wanted=posted.wanted)
        if agreed is None:
            # Nothing was shown yet: it is now.
            return _again(request, draft, "", status=422)
        unproven.take(draft=draft, clerk=request.clerk, at=now(), agreed_total=agreed)
    except Refused as refusal:
        return _again(request, draft, refusal.sentence, status=409)
    return redirect("orders:return", draft.pk)


def page(request: ClerkRequest, draft: CustomerReturn, *, notice: str = "") -> HttpResponse:
    """Return the page of a draft without a receipt."""
    return screen(request, "orders/unproven_draft.html", _around(draft, _screen(draft, notice)))


def _again(
    request: ClerkRequest, draft: CustomerReturn, problem: str, *, status: int
) -> HttpResponse:
    shown = _screen(draft, "", problem)
    if request.htmx:
        template = "orders/_unproven_worth.html"
        return render(request, template, {"screen": shown, "oob": True}, status=status)
    return render(request, "orders/unproven_draft.html", _around(draft, shown), status=status)


def _screen(draft: CustomerReturn, notice: str, problem: str = "") -> UnprovenScreen:
    return unproven_screen(draft, now=now(), notice=notice, problem=problem)


def _around(draft: CustomerReturn, shown: UnprovenScreen) -> dict[str, object]:
    find_url = reverse("counter:return_scan", args=[draft.pk])
    return {"screen": shown, "find_url": find_url}


def _draft(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    drafts = returns.drafts_of(request.tablet.store)
    return get_object_or_404(drafts, pk=return_id, proof=CustomerReturn.Proof.NONE)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
