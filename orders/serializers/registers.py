"""What a register has to pay, and what it answers."""

from typing import Any

from rest_framework import serializers

from orders.models import Tender
from orders.serializers.fields import Amount


class TakenBy(serializers.Serializer[Any]):
    """A means by which the register took money."""

    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = Amount()
    reference = serializers.CharField(max_length=80, allow_blank=True, default="")


class SignedInstruction(serializers.Serializer[Any]):
    """An order to pay; `body` is exactly what the `headers` sign (Standard Webhooks)."""

    id = serializers.IntegerField()
    body = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())


class InstructionAnswer(serializers.Serializer[Any]):
    """What the register did."""

    is_paid = serializers.BooleanField()
    reference = serializers.CharField(max_length=80, allow_blank=True, default="")
    failure = serializers.CharField(max_length=200, allow_blank=True, default="")
    tenders = serializers.ListField(
        child=TakenBy(),
        default=list,
        max_length=20,
        help_text="Of money it was to collect: by which means it was taken.",
    )


class InstructionRead(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
