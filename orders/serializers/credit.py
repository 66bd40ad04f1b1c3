"""Store credit and gift cards as the API reads and spends them."""

from typing import Any

from rest_framework import serializers

from orders.models import CreditAccount, CreditEntry
from orders.serializers.fields import BIGGEST_AMOUNT, Amount, Currency


class CreditAsked(serializers.Serializer[Any]):
    """Which one; the number travels in the body, never in an address."""

    number = serializers.CharField(max_length=64)


class CreditRead(serializers.Serializer[CreditAccount]):
    """What is left on it, and nothing of whose it is."""

    number = serializers.CharField(source="masked", help_text="Only its end.")
    kind = serializers.ChoiceField(choices=CreditAccount.Kind.choices)
    currency = serializers.CharField()
    balance = serializers.IntegerField()
    expires_on = serializers.DateField(allow_null=True)


class CreditSpent(CreditAsked):
    """What is spent, with the code that is printed beside the number."""

    code = serializers.CharField(max_length=20)
    amount = Amount(min_value=1, max_value=BIGGEST_AMOUNT)
    currency = Currency()


class CreditUseRead(serializers.Serializer[CreditEntry]):
    """A use; its `id` is the tender's `credit_use` when the sale is told."""

    id = serializers.UUIDField()
    amount = serializers.IntegerField()
    currency = serializers.CharField(source="account.currency")
    balance = serializers.IntegerField(source="account.balance", help_text="What is left now.")
    at = serializers.DateTimeField()
