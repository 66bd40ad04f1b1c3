"""Slips: papers with a code that leads to a sale or a return, and that a stranger cannot guess."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from orders.models.returns import CustomerReturn
from orders.models.sales import Order


class Slip(models.Model):
    """
    A paper that was made of a sale or a return.

    Its code is derived from its id (`orders.slips.code_of`), so that a reprint shows the same one;
    only the hash is kept here, which is enough to recognise it.
    """

    class Kind(models.TextChoices):
        RECEIPT = "RECEIPT", _("receipt")
        # Leads to a return, and never to a price (rules.md 1.8).
        GIFT = "GIFT", _("gift receipt")
        RETURN = "RETURN", _("return slip")
        EXCHANGE = "EXCHANGE", _("exchange slip")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="slips"
    )
    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, null=True, blank=True, related_name="slips"
    )
    code_hash = models.CharField(_("code, hashed"), max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("leads there until"))

    class Meta:
        verbose_name = _("slip")
        verbose_name_plural = _("slips")
        constraints = [
            CheckConstraint(
                condition=Q(order__isnull=False, customer_return__isnull=True)
                | Q(order__isnull=True, customer_return__isnull=False),
                name="orders_slip_of_one_thing",
            ),
            UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(order__isnull=False),
                name="orders_slip_once_per_order",
            ),
            UniqueConstraint(
                fields=["customer_return", "kind"],
                condition=Q(customer_return__isnull=False),
                name="orders_slip_once_per_return",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.id)[:8]}"

    @property
    def is_receipt(self) -> bool:
        return self.kind == self.Kind.RECEIPT

    @property
    def is_gift(self) -> bool:
        return self.kind == self.Kind.GIFT
