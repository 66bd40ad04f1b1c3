"""Carts as the API reads and writes them."""

from typing import Any

from rest_framework import serializers

from orders.models import Cart
from orders.serializers.fields import MOST_LINES, Amount, Brought, Currency, Moment, Units


class CartEntry(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=40)
    quantity = Units()
    unit_price = Amount(help_text="The price the shop showed.")


class CartPut(Brought):
    """A web cart as the shop has it now; its number in the shop is its key."""

    source = serializers.SlugField(max_length=40)  # type: ignore[assignment]
    source_key = serializers.CharField(max_length=80)
    currency = Currency()
    state = serializers.ChoiceField(choices=Cart.State.choices, default=Cart.State.OPEN)
    changed_at = Moment(help_text="What is older than we know changes nothing.")
    lines = serializers.ListField(child=CartEntry(), max_length=MOST_LINES)


class OpenCartLine(serializers.Serializer[Any]):
    sku = serializers.CharField(source="product.sku")
    name = serializers.CharField(source="product.name")
    variant = serializers.CharField(source="product.variant")
    quantity = serializers.IntegerField()
    price_online = serializers.IntegerField()
    price_now = serializers.IntegerField()


class OpenCart(serializers.Serializer[Any]):
    """An open cart with the price of today beside the price online."""

    id = serializers.UUIDField(source="cart.id")
    source = serializers.CharField(source="cart.source")  # type: ignore[assignment]
    source_key = serializers.CharField(source="cart.source_key")
    currency = serializers.CharField(source="cart.currency")
    changed_at = serializers.DateTimeField(source="cart.changed_at")
    age_seconds = serializers.SerializerMethodField()
    units = serializers.IntegerField()
    total_online = serializers.IntegerField()
    total_now = serializers.IntegerField()
    lines = OpenCartLine(many=True)

    def get_age_seconds(self, cart: Any) -> int:
        return int(cart.age.total_seconds())


class KeptCart(serializers.Serializer[Cart]):
    """The cart as it stands now: what was told, or something newer."""

    id = serializers.UUIDField()
    customer = serializers.UUIDField(source="customer_id", allow_null=True)
    state = serializers.ChoiceField(choices=Cart.State.choices)
    changed_at = serializers.DateTimeField()
