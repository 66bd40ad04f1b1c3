"""What a caller sent, checked, and whom it names."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from customers.models import Customer
from omnistore.errors import Refused

LONGEST_KEY = 200
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=True,
    description=f"New for each action, the same on each retry; {LONGEST_KEY} characters at most.",
)
KEY_OF_A_RETURN = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    required=False,
    description="That of the return, once people were asked about it: their answers count.",
)


class NoIdempotencyKey(Refused):
    status = 400
    code = "idempotency_key_missing"
    words = _("Send the header Idempotency-Key: a new one for each action, the same on a retry.")


def valid(given: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def customer_of(customer_id: UUID | None) -> Customer | None:
    return get_object_or_404(Customer, pk=customer_id) if customer_id else None


def idempotency_key(request: Request) -> str:
    """Return the caller's key for this action; raises `NoIdempotencyKey`."""
    key: str = request.headers.get("Idempotency-Key", "").strip()
    if not 0 < len(key) <= LONGEST_KEY:
        raise NoIdempotencyKey()
    return key
