"""Loyalty: what a card's ledger adds up to."""

from django.db.models import Sum

from customers.models import Customer, LoyaltyEntry


def balance(customer: Customer) -> int | None:
    """
    Return the customer's points, None when his card has no entry yet.

    Unit:     points.
    Formula:  the sum of all entries, those taken back being negative.
    Source:   `customers_loyaltyentry`, all of the customer's.
    """
    entries = LoyaltyEntry.objects.filter(customer=customer)
    points: int | None = entries.aggregate(points=Sum("points"))["points"]
    return points
