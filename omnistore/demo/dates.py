"""Moves the demo's past so that its last sale was yesterday again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.apps import apps
from django.db import models, transaction
from django.db.models import Case, F, Max, Q, Value, When
from django.db.models.functions import Least
from django.utils.timezone import localdate, localtime

from orders.models import Order

# What happened to events, tablets and people of the shop stays when it was.
APPS = ("customers", "orders")
# The database refuses to change these, or their hashes would no longer fit.
LEDGERS = (
    *("JournalEntry", "JournalClosing", "JournalHead"),
    *("CreditEntry", "LoyaltyEntry", "ReviewEntry", "StockMovement"),
)
KEPT = ("SalesImport", *LEDGERS)


def yesterday(now: datetime) -> date:
    """Return the day of the demo's last sale."""
    return localdate(now) - timedelta(days=1)


@transaction.atomic
def refresh(*, source: str, now: datetime) -> timedelta:
    """
    Move every time of the apps of customers and orders by the same whole days; return them.

    What a visitor did since moves too, but never beyond now, so that nothing changes its order.
    """
    last = Order.objects.filter(source=source).aggregate(at=Max("placed_at"))["at"]
    if last is None:
        return timedelta()
    days = yesterday(now) - localtime(last).date()
    if days:
        for model, fields in _times():
            model._default_manager.update(**{name: _moved(name, days, now) for name in fields})
    return days


def _moved(name: str, days: timedelta, now: datetime) -> Case:
    # PostgreSQL's LEAST passes over nothing: what never happened would happen now.
    has_happened = Q(**{f"{name}__isnull": False})
    return Case(When(has_happened, then=Least(F(name) + days, Value(now))))


def _times() -> Iterator[tuple[type[models.Model], list[str]]]:
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            fields = [
                field.name
                for field in model._meta.concrete_fields
                if isinstance(field, models.DateTimeField)
            ]
            if fields and model.__name__ not in KEPT:
                yield model, fields
