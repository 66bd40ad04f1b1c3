"""What a caller sent, checked, and whom it names."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework import serializers

from customers.models import Customer


def valid(given: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def customer_of(customer_id: UUID | None) -> Customer | None:
    return get_object_or_404(Customer, pk=customer_id) if customer_id else None
