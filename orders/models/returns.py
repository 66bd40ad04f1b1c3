"""What came back: the return, its lines, and what became of the goods."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Identifier
from orders.models.catalogue import Product
from orders.models.policies import PolicyVersion
from orders.models.sales import Order, OrderLine, Tender
from stores.models import ApiKey, Clerk, Store, Tablet


class CustomerReturn(models.Model):
    """
    A return, from its draft on. Its id is the draft's key: sent twice, it is taken once.

    `number` is given when it is submitted.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        SUBMITTED = "SUBMITTED", _("submitted")
        ACCEPTED = "ACCEPTED", _("accepted")
        NEEDS_REVIEW = "REVIEW", _("needs review")
        REFUSED = "REFUSED", _("refused")
        RECEIVED = "RECEIVED", _("received")
        SETTLED = "SETTLED", _("settled")
        CLOSED = "CLOSED", _("closed")
        CANCELLED = "CANCELLED", _("cancelled")

    class Goods(models.TextChoices):
        """What of it is here; derived from its lines, and stored."""

        AWAITED = "AWAITED", _("goods not received yet")
        PARTLY = "PARTLY", _("goods received in part")
        FULLY = "FULLY", _("goods received")

    class Proof(models.TextChoices):
        """What proves that it was bought here."""

        PURCHASE = "PURCHASE", _("a purchase of ours")
        # A gift receipt: no price is shown, the money is store credit (rules.md 1.8).
        GIFT = "GIFT", _("a gift receipt")
        # Nothing does: the customer is known, the money is store credit (rules.md 1.7).
        NONE = "NONE", _("no receipt")

    # States whose units are not on their way back (rules.md 1.1).
    NOT_COUNTED: ClassVar = (State.DRAFT, State.REFUSED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="returns"
    )
    via = models.ForeignKey(
        Identifier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("brought by"),
    )
    # Where the clerk began; lines of other orders may join.
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="returns"
    )
    # Returned in; empty only for imported returns of a shop without stores.
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="returns"
    )
    tablet = models.ForeignKey(
        Tablet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="returns"
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    goods = models.CharField(_("goods"), max_length=7, choices=Goods.choices, default=Goods.AWAITED)
    proof = models.CharField(
        _("proven by"), max_length=8, choices=Proof.choices, default=Proof.PURCHASE
    )
    source = models.CharField(_("source"), max_length=40, default="counter")
    number = models.CharField(_("number"), max_length=40, null=True, blank=True)
    number_key = models.CharField(max_length=40, blank=True, editable=False)
    # What an API caller sent, hashed: the same key with other words is an error.
    request_hash = models.CharField(max_length=64, blank=True, editable=False)
    # By which means the customer prefers his money, and how he said so; empty: as he paid.
    pay_by = models.CharField(_("prefers"), max_length=12, choices=Tender.choices, blank=True)
    pay_by_how = models.CharField(_("how he agreed"), max_length=10, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    is_historical = models.BooleanField(_("historical"), default=False)
    created_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = [
            UniqueConstraint(fields=["source", "number"], name="orders_return_number_once"),
            CheckConstraint(
                condition=Q(state="DRAFT") | Q(number__isnull=False),
                name="orders_submitted_return_has_number",
            ),
            # Returned-in (rules.md 1.3); a reception has the store that restocks.
            CheckConstraint(
                condition=~Q(state__in=["RECEIVED", "SETTLED", "CLOSED"])
                | Q(store__isnull=False)
                | ~Q(source="counter"),
                name="orders_settled_return_has_store",
            ),
        ]
        indexes = [
            Index(fields=["customer", "-created_at"], name="orders_returns_of_customer"),
            Index(
                fields=["number_key"], name="orders_returns_by_number", condition=~Q(number_key="")
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)[:8]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_gift(self) -> bool:
        """Whether it began with a gift receipt: then nobody sees a price."""
        return self.proof == self.Proof.GIFT

    @property
    def is_unproven(self) -> bool:
        return self.proof == self.Proof.NONE

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_awaited(self) -> bool:
        """Whether it is accepted and nothing of it is here yet."""
        return self.state == self.State.ACCEPTED and self.goods == self.Goods.AWAITED

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.SETTLED, self.State.CLOSED)


class ReturnLine(models.Model):
    """Units of one order line that come back: why, in which state, by which right, for how much."""

    class Reason(models.TextChoices):
        TOO_SMALL = "TOO_SMALL", _("too small")
        TOO_LARGE = "TOO_LARGE", _("too large")
        WRONG_ITEM = "WRONG_ITEM", _("wrong item")
        NOT_AS_DESCRIBED = "NOT_AS_DESCRIBED", _("not as described")
        DEFECTIVE = "DEFECTIVE", _("defective")
        STYLE = "STYLE", _("style")
        COLOUR = "COLOUR", _("colour")
        CHANGED_MIND = "CHANGED_MIND", _("changed mind")
        ARRIVED_LATE = "ARRIVED_LATE", _("arrived late")
        OTHER = "OTHER", _("other")

    class Condition(models.TextChoices):
        AS_NEW = "AS_NEW", _("sellable as new")
        OPENED = "OPENED", _("opened")
        DAMAGED = "DAMAGED", _("damaged")
        SOILED = "SOILED", _("soiled")
        INCOMPLETE = "INCOMPLETE", _("incomplete")

    class Right(models.TextChoices):
        WITHDRAWAL = "WITHDRAWAL", _("right of withdrawal")
        CONFORMITY = "CONFORMITY", _("legal guarantee of conformity")
        POLICY = "POLICY", _("the shop's announced policy")
        GESTURE = "GESTURE", _("commercial gesture")

    class Disposition(models.TextChoices):
        TO_SHELF = "TO_SHELF", _("back to shelf")
        TO_REPAIR = "TO_REPAIR", _("to repair")
        TO_DESTROY = "TO_DESTROY", _("to destroy")
        TO_STORE = "TO_STORE", _("to another store")
        MISSING = "MISSING", _("missing")

    class Resolution(models.TextChoices):
        REFUND = "REFUND", _("refund")
        EXCHANGE = "EXCHANGE", _("exchange")

    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.CASCADE, related_name="lines"
    )
    # Empty when no purchase of ours matches: sold before our records begin, or no receipt.
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="return_lines"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # With the return's own store these say where it was sold, returned and restocked.
    sold_in = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    restocked_in = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"))
    units = models.PositiveIntegerField(_("units"))
    received_units = models.PositiveIntegerField(_("units received"), default=0)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices, blank=True)
    reason_words = models.CharField(_("in words"), max_length=200, blank=True)
    condition = models.CharField(
        _("condition"), max_length=10, choices=Condition.choices, blank=True
    )
    # Why the clerk waived a rule that clerks may waive.
    waiver = models.CharField(_("why a rule was waived"), max_length=200, blank=True, default="")
    right = models.CharField(_("by which right"), max_length=10, choices=Right.choices, blank=True)
    resolution = models.CharField(
        _("settled by"), max_length=8, choices=Resolution.choices, default=Resolution.REFUND
    )
    disposition = models.CharField(
        _("goes to"), max_length=10, choices=Disposition.choices, blank=True
    )
    # Which units came back, of an article that is sold by serial number or lot.
    serials = models.JSONField(_("serial numbers or lots"), default=list, blank=True)
    # The units' share of what was paid, and of the tax within; zero in a draft.
    amount = models.BigIntegerField(_("value"), default=0)
    tax = models.BigIntegerField(_("tax within"), default=0)

    class Meta:
        verbose_name = _("return line")
        verbose_name_plural = _("return lines")
        constraints = [
            UniqueConstraint(
                fields=["customer_return", "position"], name="orders_return_position_once"
            ),
            CheckConstraint(condition=Q(units__gt=0), name="orders_return_line_has_units"),
            CheckConstraint(condition=Q(amount__gte=0, tax__gte=0), name="orders_return_amounts"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.product_id}"

    @property
    def is_replaced_by_law(self) -> bool:
        """Whether what does not work is replaced under the guarantee instead of repaired."""
        is_defective = self.reason == self.Reason.DEFECTIVE and self.right == self.Right.CONFORMITY
        return is_defective and self.resolution == self.Resolution.EXCHANGE
