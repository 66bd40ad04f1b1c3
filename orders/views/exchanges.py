"""The exchange's screens: ask for the money again, give up, hand over, end what never came."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from omnistore.errors import Refused
from orders import awaited, cancelling, collecting, exchanges, returns, starts
from orders.models import Collection, CustomerReturn, Exchange, Replacement
from orders.views.returns import taken_shown
from stores.http import ClerkRequest, clerk_required


@require_POST
@clerk_required
def ask_again(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Ask the register once more for the money it did not get."""
    found = _found(request, return_id)
    collection = get_object_or_404(
        Collection, exchange__customer_return=found, state=Collection.State.REFUSED
    )
    return _answer(request, found, lambda: collecting.retry(collection=collection, at=now()))


@require_POST
@clerk_required
def give_up(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Cancel an exchange nobody paid; the same return stands ready as a refund."""
    found = _found(request, return_id)
    try:
        cancelling.cancel(taken=found, clerk=request.clerk, at=now())
    except Refused as refusal:
        return _shown(request, found, refusal.sentence)
    if found.order is None:
        return redirect("orders:return", found.pk)
    draft = starts.again(
        found=found,
        store=request.tablet.store,
        tablet=request.tablet,
        clerk=request.clerk,
        at=now(),
    )
    return redirect("orders:return", draft.pk)


@require_POST
@clerk_required
def deliver(request: ClerkRequest, replacement_id: int) -> HttpResponse:
    """Hand over, or send off, what was put aside in this store."""
    store = request.tablet.store
    wanted = get_object_or_404(
        Replacement.objects.select_related("customer_return"),
        pk=replacement_id,
        reservation__store=store,
    )
    found = wanted.customer_return
    return _answer(
        request, found, lambda: exchanges.deliver(replacement=wanted, store=store, at=now())
    )


@require_POST
@clerk_required
def charge(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Let the customer pay for the article that never came back."""
    found = _found(request, return_id)
    exchange = get_object_or_404(Exchange, customer_return=found)
    return _answer(
        request,
        found,
        lambda: awaited.charge(
            exchange=exchange,
            register=returns.register_of(found),
            clerk=request.clerk,
            at=now(),
        ),
    )


@require_POST
@clerk_required
def write_off(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Give up the article that never came back, with a reason."""
    found = _found(request, return_id)
    exchange = get_object_or_404(Exchange, customer_return=found)
    return _answer(
        request,
        found,
        lambda: awaited.write_off(
            exchange=exchange,
            reason=request.POST.get("reason", ""),
            clerk=request.clerk,
            at=now(),
        ),
    )


def _found(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    return get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)


def _answer(
    request: ClerkRequest, found: CustomerReturn, act: Callable[[], object]
) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        return _shown(request, found, refusal.sentence)
    if not request.htmx:
        return redirect("orders:return", found.pk)
    return _shown(request, found, "")


def _shown(request: ClerkRequest, found: CustomerReturn, problem: str) -> HttpResponse:
    found.refresh_from_db()
    shown = taken_shown(request, found) | {"problem": problem, "oob": True}
    status = 409 if problem else 200
    return render(request, "orders/_return_progress.html", shown, status=status)
