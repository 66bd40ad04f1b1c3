"""The slips' screens: make one, look at it, print it."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.errors import Refused
from orders import papers, printing, returns, slips
from orders.models import Exchange, Order, Slip
from orders.papers import Paper
from stores.http import ClerkRequest, clerk_required, screen


@require_POST
@clerk_required
def of_return(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Make the slip of a return or of its exchange, and show it."""
    taken = get_object_or_404(returns.readable_in(request.tablet.store), pk=return_id)
    exchange = Exchange.objects.filter(customer_return=taken).first()
    try:
        if exchange is None:
            slip = slips.for_return(taken=taken, at=now())
        else:
            slip = slips.for_exchange(exchange=exchange, at=now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("orders:return", taken.pk)
    return redirect("orders:slip", slip.pk)


@require_POST
@clerk_required
def of_order(request: ClerkRequest, order_id: UUID) -> HttpResponse:
    """Make the gift receipt of an order, and show it."""
    order = get_object_or_404(Order, pk=order_id)
    try:
        slip = slips.gift_of(order=order, at=now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("counter:order", order.pk)
    return redirect("orders:slip", slip.pk)


@require_POST
@clerk_required
def for_phone(request: ClerkRequest, order_id: UUID) -> HttpResponse:
    """Make the receipt of an order, and show its code for the customer's phone to read."""
    order = get_object_or_404(Order, pk=order_id)
    return redirect("orders:slip", slips.receipt_of(order=order, at=now()).pk)


@require_GET
@clerk_required
def show(request: ClerkRequest, slip_id: UUID) -> HttpResponse:
    """Show the slip as it will be printed; note who looked."""
    slip = _readable(request, slip_id)
    moment = now()
    _note(request, slip, moment)
    language = _language(request, slip)
    try:
        paper = _paper(request, slip, language, moment)
    except slips.KeyGone as refusal:
        return screen(request, "orders/slip.html", {"slip": slip, "problem": refusal.sentence})
    tabs = [
        {"url": f"?language={code}", "label": name, "is_current": code == language}
        for code, name in settings.LANGUAGES
    ]
    shown = {"slip": slip, "paper": paper, "language": language, "tabs": tabs}
    return screen(request, "orders/slip.html", shown)


@require_GET
@clerk_required
def pdf(request: ClerkRequest, slip_id: UUID, size: str) -> HttpResponse:
    """Answer with the slip as a PDF of that size."""
    if size not in list(printing.Size):
        raise Http404
    slip = _readable(request, slip_id)
    moment = now()
    language = _language(request, slip)
    try:
        paper = _paper(request, slip, language, moment)
    except slips.KeyGone:
        return redirect("orders:slip", slip.pk)
    _note(request, slip, moment)
    with translation.override(language):
        drawn = printing.pdf(paper, size=printing.Size(size), made_at=slip.made_at)
    return HttpResponse(
        drawn,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{paper.file_name}.pdf"'},
    )


def _paper(request: ClerkRequest, slip: Slip, language: str, moment: datetime) -> Paper:
    with translation.override(language):
        opens_at = request.build_absolute_uri(slips.ON_PHONE)
        return papers.of(slip, store=request.tablet.store, now=moment, opens_at=opens_at)


def _readable(request: ClerkRequest, slip_id: UUID) -> Slip:
    """Return the slip, if what it is about may be read in this store."""
    slip = get_object_or_404(
        Slip.objects.select_related("order__store", "order__customer"), pk=slip_id
    )
    if slip.customer_return_id:
        readable = returns.readable_in(request.tablet.store)
        slip.customer_return = get_object_or_404(readable, pk=slip.customer_return_id)
    return slip


def _language(request: ClerkRequest, slip: Slip) -> str:
    """Return the language asked for, else the customer's; a gift's receiver is nobody we know."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("language", "")
    about = slip.order or slip.customer_return
    customer = about.customer if about and not slip.is_gift else None
    wanted = (asked, customer.language if customer else "", translation.get_language() or "")
    return next((code for code in wanted if code in known), settings.LANGUAGE_CODE)


def _note(request: ClerkRequest, slip: Slip, moment: datetime) -> None:
    about = slip.order or slip.customer_return
    if about is None or about.customer_id is None or slip.is_gift:
        return
    reason = Look.Reason.ORDER if slip.order else Look.Reason.RETURN
    looks.note(watcher=request.watcher, customer_ids=[about.customer_id], reason=reason, at=moment)
