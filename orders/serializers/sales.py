"""Orders as the API reads and writes them."""

from typing import Any

from rest_framework import serializers

from orders.history import Purchase
from orders.models import Level, Order, OrderPromotion, Tender
from orders.serializers.fields import MOST_LINES, Amount, Brought, Currency, Moment, ShopSlug, Units


class SoldLine(serializers.Serializer[Any]):
    sku = serializers.CharField(max_length=40)
    quantity = Units()
    unit_price = Amount()
    discount = Amount(default=0, help_text="Taken off the whole line.")
    tax = Amount(required=False, allow_null=True, default=None, help_text="Else by the rate.")
    tax_rate = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=0, max_value=1, allow_null=True, default=None
    )
    handed_over = Units(min_value=0, required=False, allow_null=True, default=None)
    is_final_sale = serializers.BooleanField(default=False)
    is_gift = serializers.BooleanField(default=False)
    serials = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        max_length=MOST_LINES,
        help_text="Serial numbers or lots, one for each unit that has one.",
    )

    def validate_serials(self, given: list[str]) -> tuple[str, ...]:
        return tuple(given)


class Tendered(serializers.Serializer[Any]):
    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = Amount()
    reference = serializers.CharField(
        max_length=80,
        allow_blank=True,
        default="",
        help_text="The till's or the processor's own reference; never a card number.",
    )
    processor = serializers.SlugField(
        max_length=40,
        allow_blank=True,
        default="",
        help_text="The card processor that can refund it, by its name in head office.",
    )
    processor_reference = serializers.RegexField(
        r"^[A-Za-z]{2,8}_[A-Za-z0-9_]+$",
        max_length=120,
        allow_blank=True,
        default="",
        help_text="What that calls the payment, as pi_… or ch_…; never a card number.",
    )
    credit_use = serializers.UUIDField(
        allow_null=True,
        default=None,
        help_text="Of store credit and gift cards of ours: the id that spending answered.",
    )


class Promotion(serializers.Serializer[Any]):
    """What a promotion took off, and on which condition: it is checked again on what is kept."""

    code = serializers.CharField(max_length=40)
    label = serializers.CharField(  # type: ignore[assignment]
        max_length=80, allow_blank=True, default="", help_text="As the receipt names it."
    )
    kind = serializers.ChoiceField(choices=OrderPromotion.Kind.choices)
    amount = Amount(min_value=1, help_text="Taken off, beside the order's other discounts.")
    minimum = Amount(default=0, help_text="THRESHOLD: from this worth of the lines on.")
    bundle_units = Units(min_value=0, default=0, help_text="BUNDLE: of each so many units …")
    bundle_paid = Units(min_value=0, default=0, help_text="… only so many were paid.")
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_LINES),
        default=list,
        max_length=MOST_LINES,
        help_text="Positions of the lines it is for, from 1; none: all of them.",
    )


class SaleTold(Brought):
    """A sale that was paid; the source and its number are its key."""

    source = ShopSlug(max_length=40)  # type: ignore[assignment]
    number = serializers.CharField(max_length=40)
    channel = serializers.ChoiceField(choices=Order.Channel.choices)
    currency = Currency()
    placed_at = Moment()
    delivered_at = Moment(required=False, allow_null=True, default=None)
    discount = Amount(default=0, help_text="Taken off the whole order, shared over its lines.")
    promotions = serializers.ListField(child=Promotion(), default=list, max_length=50)
    is_paid_online = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Where the contract was concluded, when the channel does not say it: true for "
        "click and collect paid online, false for what was reserved online and paid in the shop.",
    )
    lines = serializers.ListField(child=SoldLine(), min_length=1, max_length=MOST_LINES)
    tenders = serializers.ListField(child=Tendered(), max_length=50)


class FoundOrder(serializers.Serializer[Order]):
    """An order, to choose it from a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    channel = serializers.ChoiceField(choices=Order.Channel.choices)
    customer = serializers.UUIDField(source="customer_id", allow_null=True)
    store = serializers.CharField(source="store.code", allow_null=True, default=None)
    currency = serializers.CharField()
    total = serializers.IntegerField()
    placed_at = serializers.DateTimeField()


class OrderLineRead(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    sku = serializers.CharField(source="product.sku")
    name = serializers.CharField(source="product.name")
    variant = serializers.CharField(source="product.variant")
    quantity = serializers.IntegerField()
    left_units = serializers.IntegerField(help_text="How many are still with the customer.")
    unit_price = serializers.IntegerField()
    line_discount = serializers.IntegerField()
    order_discount = serializers.IntegerField(help_text="Its share of the order's discounts.")
    total = serializers.IntegerField()
    tax = serializers.IntegerField(help_text="Within the total.")


class PaymentRead(serializers.Serializer[Any]):
    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = serializers.IntegerField()


class PromotionRead(serializers.Serializer[OrderPromotion]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=OrderPromotion.Kind.choices)
    amount = serializers.IntegerField()


class OrderRead(FoundOrder):
    """An order with its lines and tenders."""

    source = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=Order.Kind.choices)
    tax = serializers.IntegerField(help_text="Within the total.")
    is_historical = serializers.BooleanField()
    is_paid_online = serializers.BooleanField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    lines = OrderLineRead(many=True)
    tenders = PaymentRead(source="payments", many=True)
    promotions = PromotionRead(many=True)


class PurchaseLineRead(serializers.Serializer[Any]):
    """What of a line may still come back, by which right and until when."""

    order_line = serializers.IntegerField(source="line.id")
    left_units = serializers.IntegerField()
    may_return = serializers.BooleanField()
    right = serializers.CharField(source="decision.right", help_text="Empty: by none.")
    until = serializers.DateField(source="decision.until", allow_null=True)
    sentence = serializers.CharField(source="decision.sentence")
    level = serializers.ChoiceField(
        choices=Level.choices, source="decision.level", help_text="Who may overrule a no."
    )
    rule = serializers.CharField(source="decision.rule", help_text="The rule that decides.")
    evidence = serializers.DictField(source="decision.evidence")
    customer_sentence = serializers.CharField(source="decision.customer_sentence")


class PurchaseRead(serializers.Serializer[Purchase]):
    """An order, and what of it may still come back."""

    order = OrderRead()
    returnable = PurchaseLineRead(source="lines", many=True)
