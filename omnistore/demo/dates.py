"""Moves the demo's past so that its last sale was yesterday again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Least
from django.utils.timezone import localdate, localtime

from orders.models import Order

# What happened to events, tablets and people of the shop stays when it was.
APPS = ("customers", "orders")
KEPT = ("SalesImport",)


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
            moved = {name: Least(F(name) + days, Value(now)) for name in fields}
            model._default_manager.update(**moved)
    return days


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
