"""Privacy: what a person may ask of orders about his own words."""

from datetime import datetime
from typing import Any

from customers.models import Customer
from orders import withdrawals
from orders.models import Opinion, Withdrawal


def forget(*, customer: Customer, at: datetime) -> None:
    """
    Empty what he wrote, in the transaction that forgets him; his scores stay, without a name.

    Withdrawals of his purchases stay, without who declared them. What he was asked and has not
    answered can be answered no more. Safe to call twice.
    """
    his = Opinion.objects.filter(customer=customer)
    his.filter(answered_at__isnull=False).update(comment="", wants_call=False, notice_at=None)
    his.filter(answered_at=None, expires_at__gt=at).update(expires_at=at)
    withdrawals.forget(customer=customer, at=at)


def withdrawals_of(customer: Customer) -> list[dict[str, Any]]:
    """Return what was withdrawn from of his purchases, the oldest first, for his own copy."""
    rows = Withdrawal.objects.filter(order__customer=customer).select_related("order")
    return [
        {
            "about": row.order.number,
            "declared_at": row.declared_at.isoformat(),
            "name": row.name,
            "email": row.email,
            "articles": [
                {"article": line.order_line.product.name, "units": line.units}
                for line in row.lines.select_related("order_line__product").order_by("pk")
            ],
        }
        for row in rows.order_by("declared_at", "pk")
    ]


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
