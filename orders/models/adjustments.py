"""What an order was given for free, and what is kept back when that no longer holds."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.returns import CustomerReturn
from orders.models.sales import Order, OrderLine


class OrderPromotion(models.Model):
    """
    A promotion that took something off an order, with the condition it was given on.

    What it took off each line stands in its shares, and within that line's `order_discount`.
    """

    class Kind(models.TextChoices):
        # From `minimum` of the lines it is for, before order discounts.
        THRESHOLD = "THRESHOLD", _("from an amount on")
        # Of each `bundle_units` only `bundle_paid` are paid: "3 for 2".
        BUNDLE = "BUNDLE", _("several for the price of fewer")

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="promotions")
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=40)
    label = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    minimum = models.BigIntegerField(pgettext_lazy("amount", "from"), default=0)
    bundle_units = models.PositiveIntegerField(_("of so many units"), default=0)
    bundle_paid = models.PositiveIntegerField(_("so many are paid"), default=0)
    amount = models.BigIntegerField(_("taken off"))

    class Meta:
        verbose_name = _("promotion of an order")
        verbose_name_plural = _("promotions of orders")
        constraints = [
            UniqueConstraint(fields=["order", "position"], name="orders_promotion_position_once"),
            CheckConstraint(condition=Q(amount__gt=0), name="orders_promotion_is_something"),
            CheckConstraint(
                condition=Q(kind="THRESHOLD", minimum__gt=0)
                | Q(kind="BUNDLE", bundle_units__gt=models.F("bundle_paid"), bundle_paid__gt=0),
                name="orders_promotion_has_its_condition",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.code


class PromotionShare(models.Model):
    """What a promotion took off one line, in minor units of the order's currency."""

    promotion = models.ForeignKey(OrderPromotion, on_delete=models.PROTECT, related_name="shares")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="promotion_shares"
    )
    amount = models.BigIntegerField(_("taken off"))

    class Meta:
        verbose_name = _("share of a promotion")
        verbose_name_plural = _("shares of promotions")
        constraints = [
            UniqueConstraint(
                fields=["promotion", "order_line"], name="orders_promotion_share_once"
            ),
            CheckConstraint(condition=Q(amount__gte=0), name="orders_promotion_share_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Adjustment(models.Model):
    """
    A line of a return beside its articles: a fee, or what a promotion takes or gives back.

    `amount` is added to what the customer gets back: negative keeps something back.
    """

    class Kind(models.TextChoices):
        FEE = "FEE", _("fee")
        PROMOTION = "PROMOTION", _("promotion")

    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, related_name="adjustments"
    )
    # The order whose tenders get less or more for it.
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="adjustments")
    # Of fees, the line that costs it; empty when the whole return does.
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    # The rule that asks the fee, or the codes of the promotions.
    rule = models.CharField(_("rule"), max_length=200)
    label = models.CharField(_("name"), max_length=200, blank=True)
    amount = models.BigIntegerField(_("amount"))
    tax = models.BigIntegerField(_("tax within"), default=0)

    class Meta:
        verbose_name = _("adjustment of a return")
        verbose_name_plural = _("adjustments of returns")
        constraints = [
            UniqueConstraint(
                fields=["customer_return", "position"], name="orders_adjustment_position_once"
            ),
            CheckConstraint(condition=~Q(amount=0), name="orders_adjustment_is_something"),
            CheckConstraint(
                condition=Q(kind="PROMOTION") | Q(amount__lt=0), name="orders_fee_keeps_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def is_fee(self) -> bool:
        return self.kind == self.Kind.FEE

    @property
    def gives_back(self) -> bool:
        return self.amount > 0
