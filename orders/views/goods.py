"""Goods that came back: where they go, what is still awaited, and what does not take place."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from omnistore.errors import Refused
from orders import cancelling, dispositions, exchanges, goods, returns
from orders.models import Product, ReturnLine
from stores.http import ClerkRequest, clerk_required, screen
from stores.models import Store

MOST = 200


@require_GET
@clerk_required
def today(request: ClerkRequest) -> HttpResponse:
    """Show what came back today and where it goes, and what is still awaited."""
    return _page(request)


@require_POST
@clerk_required
def change(request: ClerkRequest, reception_id: int) -> HttpResponse:
    """Let goods go somewhere else; `to` is a disposition, or a store's code after a colon."""
    reception = get_object_or_404(
        goods.received_in(request.tablet.store, since=_begin_of_time()), pk=reception_id
    )
    disposition, _colon, code = request.POST.get("to", "").partition(":")
    try:
        dispositions.change(
            reception=reception,
            disposition=disposition,
            store=Store.objects.filter(code=code, is_active=True).first() if code else None,
            clerk=request.clerk,
            at=now(),
        )
    except Refused as refusal:
        return _page(request, problem=refusal.sentence)
    return redirect("orders:goods")


@require_POST
@clerk_required
def found(request: ClerkRequest) -> HttpResponse:
    """Put an article that lay on the floor back into stock."""
    product = get_object_or_404(Product, pk=_number(request.POST.get("product")), kind="GOODS")
    goods.found(product=product, store=request.tablet.store, at=now())
    messages.success(request, _("Back to stock: %(article)s") % {"article": product.name})
    return redirect("orders:goods")


@require_POST
@clerk_required
def receive(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Receive awaited goods: `r12-units` and `r12-condition` for each return line."""
    taken = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    parts = [
        goods.Part(
            return_line_id=line.pk,
            units=_number(request.POST.get(f"r{line.pk}-units")),
            condition=request.POST.get(f"r{line.pk}-condition", ""),
            serial=request.POST.get(f"r{line.pk}-serial", "").strip().upper(),
        )
        for line in taken.lines.all()
        if _number(request.POST.get(f"r{line.pk}-units"))
    ]
    try:
        goods.receive(
            taken=taken, parts=parts, store=request.tablet.store, clerk=request.clerk, at=now()
        )
    except Refused as refusal:
        return _page(request, problem=refusal.sentence)
    return redirect("orders:return", taken.pk)


@require_POST
@clerk_required
def cancel(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Cancel a return of which nothing has happened yet."""
    taken = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    try:
        cancelling.cancel(taken=taken, clerk=request.clerk, at=now())
    except Refused as refusal:
        return _page(request, problem=refusal.sentence)
    return redirect("orders:return", taken.pk)


def _page(request: ClerkRequest, *, problem: str = "") -> HttpResponse:
    store, moment = request.tablet.store, now()
    midnight = localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = {
        "receptions": goods.received_in(store, since=midnight)[:MOST],
        "awaited": goods.awaited_in(store).prefetch_related("lines__product")[:MOST],
        "to_give": exchanges.to_give_in(store)[:MOST],
        "dispositions": [
            choice for choice in ReturnLine.Disposition.choices if choice[0] != "TO_STORE"
        ],
        "conditions": ReturnLine.Condition.choices,
        "stores": Store.objects.filter(is_active=True).exclude(pk=store.pk).order_by("name")[:50],
        "problem": problem,
    }
    return screen(request, "orders/goods.html", shown)


def _begin_of_time() -> datetime:
    return datetime.fromtimestamp(0, tz=now().tzinfo)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
