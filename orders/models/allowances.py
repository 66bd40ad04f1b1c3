"""Approvals given before the visit."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from orders.models.returns import CustomerReturn
from orders.models.sales import Order, OrderLine


class Allowance(models.Model):
    """
    An approval given before the visit: lines of this order may come back once in spite of a rule.

    Without a line it counts for every line of the order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="allowances", verbose_name=_("order")
    )
    order_line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("order line"),
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("given by"),
    )
    used_in = models.ForeignKey(
        CustomerReturn,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="allowances",
        verbose_name=_("used in"),
    )
    words = models.CharField(_("why"), max_length=300)
    given_at = models.DateTimeField(_("given"))
    until = models.DateTimeField(_("until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval beforehand")
        verbose_name_plural = _("approvals beforehand")
        constraints = [
            CheckConstraint(condition=~Q(words=""), name="orders_allowance_says_why"),
            CheckConstraint(
                condition=Q(used_in__isnull=True, used_at__isnull=True)
                | Q(used_in__isnull=False, used_at__isnull=False, revoked_at__isnull=True),
                name="orders_allowance_used_once",
            ),
            CheckConstraint(condition=Q(until__gt=F("given_at")), name="orders_allowance_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} · {self.until:%Y-%m-%d}"
