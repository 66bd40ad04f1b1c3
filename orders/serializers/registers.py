"""What a register has to pay, and what it answers."""

from typing import Any

from rest_framework import serializers


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


class InstructionRead(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    state = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
