"""Customers who announced themselves by phone: seen on every tablet of the store, served once."""

import hashlib
from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from customers import checkins
from customers.models import CheckIn
from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.errors import Refused
from stores.http import ClerkRequest, clerk_required, clerk_watching, go


@require_safe
@clerk_watching
def waiting(request: ClerkRequest) -> HttpResponse:
    """Answer 204 while nothing is new, else with who waits in this tablet's store."""
    moment = now()
    arrivals = checkins.waiting_in(request.tablet.store, at=moment)
    seen = _stamp(arrivals)
    if request.GET.get("seen", "") == seen:
        return HttpResponse(status=204)
    if shown := [one.customer_id for one in arrivals]:
        looks.note(
            watcher=request.watcher, customer_ids=shown, reason=Look.Reason.LISTED, at=moment
        )
    return render(request, "counter/_arrivals.html", {"arrivals": arrivals, "seen": seen})


@require_POST
@clerk_required
def serve(request: ClerkRequest, check_in_id: int) -> HttpResponse:
    """Open the customer's page for the first clerk who serves him; others hear that he is."""
    rows = CheckIn.objects.select_related("customer", "register__store")
    check_in = get_object_or_404(rows, pk=check_in_id, register__store=request.tablet.store)
    moment = now()
    try:
        with transaction.atomic():
            checkins.serve(check_in=check_in, clerk=request.clerk, tablet=request.tablet, at=moment)
            looks.note(
                watcher=request.watcher,
                customer_ids=[check_in.customer_id],
                reason=Look.Reason.IDENTIFIED,
                at=moment,
            )
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
        return go(request, reverse("counter:home"))
    return go(request, reverse("counter:customer", args=[check_in.customer_id]))


def _stamp(arrivals: Sequence[CheckIn]) -> str:
    """Return what tells one list of those who wait from another; empty for none."""
    if not arrivals:
        return ""
    return hashlib.sha256(",".join(str(one.pk) for one in arrivals).encode()).hexdigest()[:12]
