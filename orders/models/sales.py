"""Orders of every channel, their lines, and the tenders that paid for them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Identifier
from orders.models.catalogue import Product
from orders.models.credit import CreditEntry
from stores.models import Clerk, Register, Store


class Tender(models.TextChoices):
    """A means of payment."""

    CARD = "CARD", _("bank card")
    CASH = "CASH", _("cash")
    CHEQUE = "CHEQUE", _("cheque")
    PAYPAL = "PAYPAL", _("PayPal")
    TRANSFER = "TRANSFER", _("bank transfer")
    GIFT_CARD = "GIFT_CARD", _("gift card")
    STORE_CREDIT = "STORE_CREDIT", _("store credit")
    POINTS = "POINTS", _("loyalty points")


class NumberSeries(models.Model):
    """The last number given out in a series; numbered under its row's lock."""

    name = models.CharField(max_length=40, unique=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class Order(models.Model):
    """
    A sale on any channel: a receipt of a store, a web order, a phone order.

    It keeps the customer and the identifier that brought it; no merge ever rewrites them.
    """

    class Kind(models.TextChoices):
        SALE = "SALE", _("sale")
        # What was handed over in exchange; its lines cost what the first ones cost.
        EXCHANGE = "EXCHANGE", _("exchange")

    class Channel(models.TextChoices):
        STORE = "STORE", _("in store")
        WEB = "WEB", _("web")
        PHONE = "PHONE", _("phone")
        MARKETPLACE = "MARKET", _("marketplace")

    # The source of what tablets write, numbered by `orders.numbers`.
    COUNTER: ClassVar = "counter"
    AT_A_DISTANCE: ClassVar = (Channel.WEB, Channel.PHONE, Channel.MARKETPLACE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    via = models.ForeignKey(
        Identifier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("brought by"),
    )
    # Sold in; empty for the web.
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    register = models.ForeignKey(
        Register, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.SALE)
    channel = models.CharField(_("channel"), max_length=6, choices=Channel.choices)
    source = models.CharField(_("source"), max_length=40)
    number = models.CharField(_("number"), max_length=40)
    # The number's letters and digits only, in capitals: what a clerk's typing is compared with.
    number_key = models.CharField(max_length=40, editable=False)
    # What a caller of the API told, hashed: the same number with other content is an error.
    content_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.BigIntegerField(_("paid"))
    tax = models.BigIntegerField(_("tax within"))
    # Where the contract was concluded, when the channel does not say it: click & collect paid
    # online is a contract at a distance, a web reservation paid in the shop is none.
    is_paid_online = models.BooleanField(_("paid online"), null=True, blank=True, default=None)
    # Imported with its own old dates: nothing in it is returnable, retention leaves it alone.
    is_historical = models.BooleanField(_("historical"), default=False)
    placed_at = models.DateTimeField(_("placed"))
    # Last parcel arrived or handed over; the clocks of returns start here.
    delivered_at = models.DateTimeField(_("handed over"), null=True, blank=True)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            UniqueConstraint(fields=["source", "number"], name="orders_number_once_per_source")
        ]
        indexes = [
            Index(fields=["customer", "-placed_at"], name="orders_latest_of_customer"),
            Index(fields=["number_key"], name="orders_by_number"),
            Index(fields=["-placed_at"], name="orders_latest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_at_a_distance(self) -> bool:
        """Whether the contract was concluded at a distance (rules.md 1.6)."""
        if self.is_paid_online is None:
            return self.channel in self.AT_A_DISTANCE
        return self.is_paid_online


class OrderLine(models.Model):
    """An article on an order: what was asked for it, what was taken off, what was paid."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    # The order whose tenders paid for this line, when it is not its own: exchanged goods.
    paid_by = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"))
    quantity = models.PositiveIntegerField(_("quantity"))
    handed_over = models.PositiveIntegerField(_("handed over"))
    written_off = models.PositiveIntegerField(_("written off"), default=0)
    unit_price = models.BigIntegerField(_("unit price"))
    line_discount = models.BigIntegerField(_("line discount"), default=0)
    order_discount = models.BigIntegerField(_("share of order discounts"), default=0)
    total = models.BigIntegerField(_("paid"))
    tax = models.BigIntegerField(_("tax within"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4)
    is_final_sale = models.BooleanField(_("final sale"), default=False)
    is_gift = models.BooleanField(_("gift"), default=False)
    # The last day of conformity when a repair or a replacement moved it; see `policies.prolong`.
    guaranteed_until = models.DateField(_("guaranteed until"), null=True, blank=True)
    # When its customer last declared a withdrawal, and up to how many units, with those that had
    # come back before, may come back by it; see `orders.withdrawals`.
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_upto = models.PositiveIntegerField(_("units withdrawn"), default=0)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            UniqueConstraint(fields=["order", "position"], name="orders_position_once"),
            CheckConstraint(condition=Q(quantity__gt=0), name="orders_line_has_units"),
            CheckConstraint(
                condition=Q(handed_over__lte=F("quantity"), written_off__lte=F("handed_over")),
                name="orders_handed_over_within_quantity",
            ),
            CheckConstraint(
                condition=Q(total__gte=0, tax__gte=0, tax__lte=F("total")),
                name="orders_line_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def returned_units(self) -> int:
        """How many are in returns; known on lines from `orders.units.with_returned` only."""
        return int(self.__dict__["units_out"])

    @property
    def left_units(self) -> int:
        """How many may still come back; never below zero."""
        return max(self.handed_over - self.written_off - self.returned_units, 0)

    def is_withdrawn(self, units: int) -> bool:
        """
        Whether so many units more are within what was withdrawn from.

        A line that does not know its units is looked at as if none of them had come back.
        """
        back = int(self.__dict__.get("units_out", 0))
        return self.withdrawn_at is not None and back + units <= self.withdrawn_upto

    @property
    def has_promotions(self) -> bool:
        """Whether a promotion stands on the order that was paid; known where units are."""
        return bool(self.__dict__["payer_has_promotions"])

    @property
    def is_from_gift(self) -> bool:
        """Whether what a gift receipt was worth paid for it, in an exchange."""
        return self.is_gift and self.order.kind == Order.Kind.EXCHANGE

    @property
    def payer_id(self) -> uuid.UUID:
        """The order whose payments a refund of this line goes back to."""
        return self.paid_by_id or self.order_id


class Payment(models.Model):
    """A tender of an order: what was captured by which means."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    tender = models.CharField(_("tender"), max_length=12, choices=Tender.choices)
    amount = models.BigIntegerField(_("captured"))
    # How many points the amount was worth; only when paid with points.
    points = models.PositiveIntegerField(_("points"), null=True, blank=True)
    # The till's or the processor's own reference; never a card number.
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # Who can refund it by reference: a `Processor` by its name, and what that calls the payment.
    processor = models.CharField(_("processor"), max_length=40, blank=True)
    processor_reference = models.CharField(_("the processor's"), max_length=120, blank=True)
    # Of store credit and gift cards of ours: the entry that was spent.
    credit_use = models.OneToOneField(
        CreditEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="payment"
    )
    captured_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            CheckConstraint(condition=Q(amount__gte=0), name="orders_captured_not_negative"),
            CheckConstraint(
                condition=Q(points__isnull=True) | Q(tender=Tender.POINTS, points__gt=0),
                name="orders_points_of_a_points_tender",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.amount}"
