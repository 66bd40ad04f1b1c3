"""How a return goes on to begin: another purchase joins it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from omnistore.errors import Refused
from orders import returns, starts, wishes
from orders.models import Order, Product, Slip
from orders.views.returns import draft_page
from stores.http import ClerkRequest, clerk_required


@require_POST
@clerk_required
def gift(request: ClerkRequest, slip_id: UUID) -> HttpResponse:
    """Begin a new draft with a gift receipt."""
    slip = get_object_or_404(Slip.objects.select_related("order"), pk=slip_id, kind="GIFT")
    draft = starts.of_gift(
        slip=slip,
        store=request.tablet.store,
        tablet=request.tablet,
        clerk=request.clerk,
        at=now(),
    )
    return redirect("orders:return", draft.pk)


@require_POST
@clerk_required
def join(request: ClerkRequest, return_id: UUID, order_id: UUID) -> HttpResponse:
    """Let the articles of another purchase come back on the same draft."""
    draft = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    order = get_object_or_404(Order, pk=order_id)
    try:
        starts.join(draft=draft, order=order, at=now())
    except Refused as refusal:
        return draft_page(request, draft, notice=refusal.sentence)
    return redirect("orders:return", draft.pk)


@require_POST
@clerk_required
def instead(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Let the customer take another article in the place of what comes back."""
    draft = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    word = request.POST.get("product", "")
    product = get_object_or_404(Product, pk=int(word) if word.isdecimal() and len(word) < 10 else 0)
    try:
        wishes.take_instead(draft=draft, product=product, is_in_hand="hand" in request.POST)
    except returns.DraftGone:
        pass
    except Refused as refusal:
        return draft_page(request, draft, notice=refusal.sentence)
    return redirect("orders:return", draft.pk)
