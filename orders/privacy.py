"""Privacy: what a person may ask of orders about his own words."""

from datetime import datetime
from typing import Any

from customers.models import Customer
from orders.models import Opinion


def forget(*, customer: Customer, at: datetime) -> None:
    """
    Empty what he wrote, in the transaction that forgets him; his scores stay, without a name.

    What he was asked and has not answered can be answered no more. Safe to call twice.
    """
    his = Opinion.objects.filter(customer=customer)
    his.filter(answered_at__isnull=False).update(comment="", wants_call=False, notice_at=None)
    his.filter(answered_at=None, expires_at__gt=at).update(expires_at=at)


def opinions_of(customer: Customer) -> list[dict[str, Any]]:
    """Return what he was asked and said, as plain values, the oldest first, for his own copy."""
    rows = Opinion.objects.filter(customer=customer).select_related(
        "store", "customer_return", "order"
    )
    return [
        {
            "about": row.number,
            "store": row.store.name if row.store else "",
            "occasion": row.occasion,
            "scale": row.scale,
            "asked_at": row.asked_at.isoformat(),
            "asked_by": row.channel,
            "answered_at": row.answered_at.isoformat() if row.answered_at else None,
            "score": row.score,
            "comment": row.comment,
            "wants_call": row.wants_call,
        }
        for row in rows.order_by("asked_at", "pk")
    ]
