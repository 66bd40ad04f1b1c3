"""Carts, orders and returns as the API reads and writes them; amounts in minor units."""

from datetime import UTC, datetime
from typing import Any

from babel.numbers import is_currency
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import Identifier
from orders.history import Purchase
from orders.models import Cart, CustomerReturn, Order, ReturnLine, Tender

# A hundred million euros, and what a lorry holds: their product stays far inside the database's.
BIGGEST_AMOUNT = 10_000_000_000
MOST_UNITS = 100_000
MOST_LINES = 500
BIGGEST_ID = 2**63 - 1
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class Amount(serializers.IntegerField):
    """A whole number of the currency's minor unit, not negative."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": BIGGEST_AMOUNT} | more)


class Units(serializers.IntegerField):
    """How many, one or more."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MOST_UNITS} | more)


class Moment(serializers.DateTimeField):
    """A time between the years 2000 and 2200: others come from broken clocks."""

    default_error_messages = {"clock": _("This is not a time of our days.")}

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        if not EARLIEST <= moment < LATEST:
            self.fail("clock")
        return moment


class Currency(serializers.CharField):
    """An ISO 4217 code."""

    default_error_messages = {"currency": _("This is not the code of a currency.")}

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"min_length": 3, "max_length": 3} | more)

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if not is_currency(code):
            self.fail("currency")
        return code


class Known(serializers.Serializer[Any]):
    """What the source knows its customer by."""

    kind = serializers.ChoiceField(choices=Identifier.Kind.choices)
    value = serializers.CharField(max_length=254)


class Brought(serializers.Serializer[Any]):
    """Who brought it: a customer of ours, or what the source knows him by."""

    customer = serializers.UUIDField(required=False, allow_null=True, default=None)
    identifiers = serializers.ListField(child=Known(), default=list, max_length=20)

    def validate_identifiers(self, known: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
        return tuple((row["kind"], row["value"]) for row in known)


class ShopSlug(serializers.SlugField):
    """Where it comes from; what our own tablets write is told by nobody else."""

    default_error_messages = {"reserved": _("This is not allowed.")}

    def to_internal_value(self, data: Any) -> str:
        slug: str = super().to_internal_value(data)
        if slug == Order.COUNTER:
            self.fail("reserved")
        return slug


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


class Tendered(serializers.Serializer[Any]):
    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = Amount()
    reference = serializers.CharField(
        max_length=80,
        allow_blank=True,
        default="",
        help_text="The till's or the processor's own reference; never a card number.",
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


class FoundReturn(serializers.Serializer[CustomerReturn]):
    """A return, to choose it from a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=CustomerReturn.State.choices)


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


class OrderRead(FoundOrder):
    """An order with its lines and tenders."""

    source = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=Order.Kind.choices)
    tax = serializers.IntegerField(help_text="Within the total.")
    is_historical = serializers.BooleanField()
    delivered_at = serializers.DateTimeField(allow_null=True)
    lines = OrderLineRead(many=True)
    tenders = PaymentRead(source="payments", many=True)


class PurchaseLineRead(serializers.Serializer[Any]):
    """What of a line may still come back, by which right and until when."""

    order_line = serializers.IntegerField(source="line.id")
    left_units = serializers.IntegerField()
    may_return = serializers.BooleanField()
    right = serializers.CharField(source="decision.right", help_text="Empty: by none.")
    until = serializers.DateField(source="decision.until", allow_null=True)
    sentence = serializers.CharField(source="decision.sentence")


class PurchaseRead(serializers.Serializer[Purchase]):
    """An order, and what of it may still come back."""

    order = OrderRead()
    returnable = PurchaseLineRead(source="lines", many=True)


class Choice(serializers.Serializer[Any]):
    """Units of one order line that come back."""

    order_line = serializers.IntegerField(source="order_line_id", min_value=1, max_value=BIGGEST_ID)
    units = Units()
    reason = serializers.ChoiceField(choices=ReturnLine.Reason.choices)
    reason_words = serializers.CharField(max_length=200, allow_blank=True, default="")
    condition = serializers.ChoiceField(choices=ReturnLine.Condition.choices)
    resolution = serializers.ChoiceField(
        choices=ReturnLine.Resolution.choices, default=ReturnLine.Resolution.REFUND
    )
    replacement = serializers.CharField(
        max_length=40,
        allow_null=True,
        default=None,
        help_text="Article number of what is handed over instead, in an exchange.",
    )


class ReturnTold(serializers.Serializer[Any]):
    """What comes back of an order."""

    order = serializers.UUIDField(source="order_id")
    customer = serializers.UUIDField(
        source="customer_id",
        allow_null=True,
        default=None,
        help_text="With it, an order of anybody else is refused.",
    )
    agreed_total = Amount(
        allow_null=True, default=None, help_text="The refund the customer was shown."
    )
    lines = serializers.ListField(
        source="choices", child=Choice(), min_length=1, max_length=MOST_LINES
    )


class QuotedLine(serializers.Serializer[Any]):
    order_line = serializers.IntegerField(source="choice.order_line_id")
    units = serializers.IntegerField(source="choice.units")
    left_units = serializers.IntegerField(source="left")
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()
    right = serializers.CharField(source="decision.right")
    sentence = serializers.CharField(source="decision.sentence")
    problem = serializers.SerializerMethodField(help_text="The code of the no, empty for a yes.")

    def get_problem(self, line: Any) -> str:
        return line.problem.code if line.problem else ""


class Share(serializers.Serializer[Any]):
    tender = serializers.ChoiceField(choices=Tender.choices, source="payment.tender")
    amount = serializers.IntegerField()


class ReturnQuote(serializers.Serializer[Any]):
    """What the customer would get back, and by which tenders, cash last."""

    currency = serializers.CharField()
    may_be_taken = serializers.BooleanField()
    refund_total = serializers.IntegerField()
    exchange_total = serializers.IntegerField()
    lines = QuotedLine(many=True)
    refunds = Share(many=True)


class ReturnLineRead(serializers.Serializer[ReturnLine]):
    order_line = serializers.IntegerField(source="order_line_id", allow_null=True)
    sku = serializers.CharField(source="product.sku")
    units = serializers.IntegerField()
    reason = serializers.CharField()
    condition = serializers.CharField()
    right = serializers.CharField()
    resolution = serializers.ChoiceField(choices=ReturnLine.Resolution.choices)
    amount = serializers.IntegerField()
    tax = serializers.IntegerField()


class RefundRead(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    tender = serializers.ChoiceField(choices=Tender.choices)
    amount = serializers.IntegerField()
    state = serializers.CharField()
    reference = serializers.CharField()


class ReturnRead(FoundReturn):
    """A return: what came back, and who gets which money."""

    order = serializers.UUIDField(source="order_id", allow_null=True)
    customer = serializers.UUIDField(source="customer_id", allow_null=True)
    store = serializers.CharField(source="store.code", allow_null=True, default=None)
    currency = serializers.CharField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    lines = ReturnLineRead(many=True)
    refunds = serializers.SerializerMethodField()

    @extend_schema_field(RefundRead(many=True))
    def get_refunds(self, taken: CustomerReturn) -> Any:
        plan = getattr(taken, "refund_plan", None)
        return RefundRead(plan.refunds.order_by("position") if plan else [], many=True).data


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
