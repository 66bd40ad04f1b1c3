"""Withdrawals from contracts concluded at a distance, as their customers declared them."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField
from orders.models.returns import CustomerReturn
from orders.models.sales import Order, OrderLine


class Withdrawal(models.Model):
    """
    One declaration by which a customer withdraws from a contract, wholly or in part.

    Its id is the form's key: sent twice, it is one. Who declared it is sealed, and emptied when
    the order's customer is forgotten or nobody can ask for it any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="withdrawals")
    # The draft whose code was given with it; empty once that was swept.
    customer_return = models.OneToOneField(
        CustomerReturn,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="withdrawal",
        verbose_name=_("return"),
    )
    name = SealedField(blank=True, editable=False)
    email = SealedField(blank=True, editable=False)
    language = models.CharField(_("language"), max_length=2)
    declared_at = models.DateTimeField(_("declared"))
    forgotten_at = models.DateTimeField(_("name and e-mail deleted"), null=True, blank=True)

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [
            CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(name="", email=""),
                name="orders_withdrawal_forgotten_is_empty",
            )
        ]
        indexes = [Index(fields=["declared_at"], name="orders_withdrawals_by_age")]

    def __str__(self) -> str:
        return str(self.id)[:8]


class WithdrawnLine(models.Model):
    """Units of one article from which he withdraws."""

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="+", verbose_name=_("order line")
    )
    units = models.PositiveIntegerField(_("units"))

    class Meta:
        verbose_name = _("withdrawn line")
        verbose_name_plural = _("withdrawn lines")
        constraints = [
            UniqueConstraint(fields=["withdrawal", "order_line"], name="orders_withdrawn_once"),
            CheckConstraint(condition=Q(units__gt=0), name="orders_withdrawn_has_units"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.order_line_id}"
