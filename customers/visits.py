"""
Visits: every turn at the counter, so that the share of those identified has an honest denominator.

To be identified is no event: the visit and the look are rows enough, and the queue is waiting.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.timezone import localtime

from customers.facts import VisitAnonymous
from customers.models import Customer, Identifier, Visit
from omnistore.outbox import events
from stores.models import Clerk, Store, Tablet


def identified(
    *,
    store: Store,
    tablet: Tablet | None,
    clerk: Clerk | None,
    customer: Customer,
    via: Identifier | None,
    how: str,
    at: datetime,
) -> Visit:
    """Write down that he was recognised `how`: PHONE, CARD, EMAIL, NAME, ORDER or PASS."""
    return Visit.objects.create(
        store=store,
        tablet=tablet,
        clerk=clerk,
        customer=customer,
        via=via,
        outcome=Visit.Outcome.IDENTIFIED,
        how=how,
        started_at=at,
    )


def signed_up(
    *, store: Store, tablet: Tablet | None, clerk: Clerk | None, customer: Customer, at: datetime
) -> Visit:
    """Write down that the customer joined during this visit."""
    return Visit.objects.create(
        store=store,
        tablet=tablet,
        clerk=clerk,
        customer=customer,
        outcome=Visit.Outcome.SIGNED_UP,
        started_at=at,
    )


@transaction.atomic
def anonymous(*, store: Store, tablet: Tablet | None, clerk: Clerk | None, at: datetime) -> Visit:
    """Write down that the clerk went on without identifying the customer."""
    visit = Visit.objects.create(
        store=store,
        tablet=tablet,
        clerk=clerk,
        outcome=Visit.Outcome.ANONYMOUS,
        started_at=at,
    )
    fact = VisitAnonymous(
        customer_id=None,
        store_code=store.code,
        visit_id=visit.pk,
        tablet_id=tablet.pk if tablet else None,
        clerk_id=clerk.pk if clerk else None,
    )
    events.record(fact, at=at)
    return visit


class DayCounts(NamedTuple):
    """How many were recognised or signed up today, how many went without, and when the last was."""

    identified: int
    anonymous: int
    latest_at: datetime | None

    @property
    def all(self) -> int:
        return self.identified + self.anonymous


def of_the_day(store: Store, now: datetime) -> DayCounts:
    """
    Return the store's visits since midnight, in one query.

    Unit:     visits.
    Formula:  those identified or signed up; those "continued without identifying".
    Source:   `customers_visit`, by `started_at`, in the server's own time zone.
    """
    midnight = localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    anonymous = Q(outcome=Visit.Outcome.ANONYMOUS)
    counts = Visit.objects.filter(store=store, started_at__gte=midnight).aggregate(
        identified=Count("pk", filter=~anonymous),
        anonymous=Count("pk", filter=anonymous),
        latest_at=Max("started_at"),
    )
    return DayCounts(**counts)
