"""One order or receipt, also of somebody we do not know."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from omnistore.audit import looks
from omnistore.audit.models import Look
from orders import history
from orders.models import Order
from stores.http import ClerkRequest, clerk_required, screen


@require_safe
@clerk_required
def show(request: ClerkRequest, order_id: UUID) -> HttpResponse:
    """Show what was bought, how it was paid, and what may still come back."""
    moment = now()
    orders = Order.objects.select_related("customer", "store", "clerk", "register")
    order = get_object_or_404(orders, pk=order_id)
    if order.customer_id:
        looks.note(
            watcher=request.watcher,
            customer_ids=[order.customer_id],
            reason=Look.Reason.ORDER,
            at=moment,
        )
    purchase = history.of_order(order, now=moment)
    shown = {
        "order": order,
        "purchase": purchase,
        "payments": order.payments.order_by("pk"),
        "find_url": reverse("counter:order_scan", args=[order_id]),
    }
    return screen(request, "counter/order.html", shown)
