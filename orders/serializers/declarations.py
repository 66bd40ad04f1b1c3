"""Declared returns as the API shows them."""

from typing import Any

from rest_framework import serializers

from orders.serializers.returns import ReturnQuote


class DeclaredReturn(serializers.Serializer[Any]):
    """A declared return; a clerk opens it by scanning its code, in any store, once."""

    id = serializers.UUIDField()
    code = serializers.CharField(help_text="128 bits, never shown again. Draw it as a QR code.")
    expires_at = serializers.DateTimeField()
    quote = ReturnQuote()
