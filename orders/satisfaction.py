"""Satisfaction: whom to ask how a return went, once, and not again for a while."""

from datetime import datetime, timedelta

from django.conf import settings

from omnistore.outbox import events
from orders.facts import SatisfactionAsked
from orders.models import CustomerReturn, SatisfactionRequest


def ask(*, taken: CustomerReturn, at: datetime) -> bool:
    """
    Have the customer of a settled return asked how it went; return whether he is.

    Not when he was asked within `settings.OMNISTORE_SATISFACTION_DAYS`, nor about the same return
    again: a bank may send a refund back, and it is settled once more. Called inside the
    transaction that settles the return; of two at once one asks.
    """
    if taken.customer_id is None or taken.is_historical:
        return False
    request, is_new = SatisfactionRequest.objects.get_or_create(
        customer_id=taken.customer_id, defaults={"customer_return": taken, "asked_at": at}
    )
    if not is_new and not _claim(request, taken, at):
        return False
    events.record(
        SatisfactionAsked(
            customer_id=taken.customer_id,
            store_code=taken.store.code if taken.store else "",
            return_id=taken.pk,
            number=taken.number or "",
        ),
        at=at,
    )
    return True


def _claim(request: SatisfactionRequest, taken: CustomerReturn, at: datetime) -> bool:
    quiet_since = at - timedelta(days=settings.OMNISTORE_SATISFACTION_DAYS)
    claimed = SatisfactionRequest.objects.filter(pk=request.pk, asked_at__lte=quiet_since)
    claimed = claimed.exclude(customer_return=taken)
    return bool(claimed.update(customer_return=taken, asked_at=at))
