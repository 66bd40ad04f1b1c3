"""Points as the API reads and spends them."""

from typing import Any

from rest_framework import serializers

from customers.loyalty import MOST_POINTS


class PointsRead(serializers.Serializer[Any]):
    """What is on a customer's card, and what is owed of it."""

    points = serializers.IntegerField()
    debt = serializers.IntegerField(help_text="Settled first by what is earned next.")


class SpendingTold(serializers.Serializer[Any]):
    """Points that a till wants to take; the reference is the till's own, on a retry the same."""

    customer = serializers.UUIDField()
    points = serializers.IntegerField(min_value=1, max_value=MOST_POINTS)
    reference = serializers.RegexField("^[A-Za-z0-9_-]+$", max_length=80)


class SpendingRead(serializers.Serializer[Any]):
    """Points spent: tell the sale with this reference on its tender POINTS."""

    reference = serializers.CharField()
    points = serializers.IntegerField()
    amount = serializers.IntegerField(help_text="What they pay.")
    currency = serializers.CharField()
    left = PointsRead()
