"""Fields that say what an amount, a number of units, a time and a currency are."""

from datetime import UTC, datetime
from typing import Any

from babel.numbers import is_currency
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from customers.models import Identifier
from orders.models import Order

# A hundred million euros, and what a lorry holds: their product stays far inside the database's.
BIGGEST_AMOUNT = 10_000_000_000
MOST_UNITS = 100_000
MOST_LINES = 500
BIGGEST_ID = 2**63 - 1
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class Amount(serializers.IntegerField):
    """A whole number of the currency's minor unit, not negative."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": BIGGEST_AMOUNT} | more)


class Units(serializers.IntegerField):
    """How many, one or more."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MOST_UNITS} | more)


class Moment(serializers.DateTimeField):
    """A time between the years 2000 and 2200: others come from broken clocks."""

    default_error_messages = {"clock": _("This is not a time of our days.")}

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not EARLIEST <= moment < LATEST:
            self.fail("clock")
        return moment


class Currency(serializers.CharField):
    """An ISO 4217 code."""

    default_error_messages = {"currency": _("This is not the code of a currency.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_length": 3, "max_length": 3} | more)

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if not is_currency(code):
            self.fail("currency")
        return code


class Known(serializers.Serializer[Any]):
    """What the source knows its customer by."""

    kind = serializers.ChoiceField(choices=Identifier.Kind.choices)
    value = serializers.CharField(max_length=254)


class Brought(serializers.Serializer[Any]):
    """Who brought it: a customer of ours, or what the source knows him by."""

    customer = serializers.UUIDField(required=False, allow_null=True, default=None)
    identifiers = serializers.ListField(child=Known(), default=list, max_length=20)

    def validate_identifiers(self, known: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((row["kind"], row["value"]) for row in known)


class ShopSlug(serializers.SlugField):
    """Where it comes from; what our own tablets write is told by nobody else."""

    default_error_messages = {"reserved": _("This is not allowed.")}

    def to_internal_value(self, data: Any) -> str:
        slug: str = super().to_internal_value(data)
        if slug == Order.COUNTER:
            self.fail("reserved")
        return slug
