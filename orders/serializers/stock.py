"""Stock as the API reads and writes it."""

from typing import Any

from rest_framework import serializers

from orders.serializers.fields import BIGGEST_ID, MOST_LINES


class Counted(serializers.Serializer[Any]):
    """How many of an article were found in the key's store."""

    sku = serializers.CharField(max_length=40)
    on_hand = serializers.IntegerField(min_value=0, max_value=1_000_000)


class StockCounts(serializers.Serializer[Any]):
    """Counts of the key's store; told again with the same key, they change nothing."""

    key = serializers.CharField(
        max_length=40, help_text="Names this count: the same on a retry, a new one for the next."
    )
    note = serializers.CharField(max_length=200, allow_blank=True, default="")
    lines = serializers.ListField(child=Counted(), min_length=1, max_length=MOST_LINES)


class WhichArticles(serializers.Serializer[Any]):
    sku = serializers.CharField(
        max_length=4_000,
        help_text="One article number, or several with commas between; 100 at most.",
    )

    def validate_sku(self, text: str) -> list[str]:
        skus = [sku.strip() for sku in text.split(",") if sku.strip()]
        return list(dict.fromkeys(skus))[:100]


class InStore(serializers.Serializer[Any]):
    """Of an article in a store: `available` is what is there and not put aside."""

    sku = serializers.CharField(source="product.sku")
    store = serializers.CharField(source="store.code")
    on_hand = serializers.IntegerField(min_value=-BIGGEST_ID)
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
    changed_at = serializers.DateTimeField()
