"""Loyalty: what a card's ledger adds up to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum

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


def balances(customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the `balance` of each that has one, in one query, in none for nobody."""
    entries = LoyaltyEntry.objects.filter(customer__in=customer_ids).order_by()
    return dict(entries.values_list("customer").annotate(points=Sum("points")))


def with_points(customers: QuerySet[Customer]) -> QuerySet[Any]:
    """Return the customers, each with his `balance` as `points`, in the same query."""
    entries = LoyaltyEntry.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    return customers.annotate(
        points=Subquery(entries.values(points=Sum("points")).values("points"))
    )
