"""The customer's page: who is it, what is going on, what should I do now."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from customers.models import Customer
from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.counter import movements, profile
from omnistore.counter.profile import Show
from omnistore.outbox import deliveries
from stores.http import ClerkRequest, clerk_required, clerk_watching, screen


@require_safe
@clerk_required
def show(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """Show all that is known of the customer and note who looked; its tabs get his purchases."""
    chosen, moment = Show.named(request.GET.get("show", "")), now()
    if request.htmx.target == "purchases":
        customer = get_object_or_404(Customer, pk=customer_id)
        _note(request, customer_id, moment)
        bought = profile.purchases_of(customer, show=chosen, now=moment)
        return render(request, "counter/_purchases.html", {"bought": bought})

    page = profile.read(customer_id, show=chosen, now=moment)
    _note(request, customer_id, moment)
    find_url = reverse("counter:customer_scan", args=[customer_id])
    shown = {"page": page, "customer": page.customer, "find_url": find_url}
    return screen(request, "counter/customer.html", shown)


@require_safe
@clerk_watching
def crm_state(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """Answer with how far the CRM knows this customer; asked again while it does not."""
    shown = {"crm": deliveries.state_of(customer_id), "customer_id": customer_id}
    return render(request, "counter/_crm_state.html", shown)


@require_safe
@clerk_required
def points(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """Show how the customer's points came to what they are, and note who looked."""
    page = movements.read(customer_id)
    _note(request, customer_id, now())
    find_url = reverse("counter:customer_scan", args=[customer_id])
    shown = {"page": page, "customer": page.customer, "find_url": find_url}
    return screen(request, "counter/points.html", shown)


def _note(request: ClerkRequest, customer_id: UUID, at: datetime) -> None:
    looks.note(watcher=request.watcher, customer_ids=[customer_id], reason=Look.Reason.PAGE, at=at)
