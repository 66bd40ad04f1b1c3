"""How a return began: orders that joined it, and returns declared at home."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from orders.models.returns import CustomerReturn
from orders.models.sales import Order
from stores.models import ApiKey


class JoinedOrder(models.Model):
    """An order whose lines joined a return that began with another one."""

    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.CASCADE, related_name="joined"
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(_("joined"))

    class Meta:
        verbose_name = _("joined order")
        verbose_name_plural = _("joined orders")
        constraints = [
            UniqueConstraint(fields=["customer_return", "order"], name="orders_joined_once")
        ]

    def __str__(self) -> str:
        return str(self.order_id)


class Declaration(models.Model):
    """
    A return declared before the customer comes: a draft, and the code that opens it once.

    The code has 128 bits, derived from the draft's id as a slip's is; only its hash is kept here
    (rules.md 5.1).
    """

    customer_return = models.OneToOneField(
        CustomerReturn, on_delete=models.CASCADE, related_name="declaration"
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    declared_at = models.DateTimeField(_("declared"))
    expires_at = models.DateTimeField(_("expires"))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("declared return")
        verbose_name_plural = _("declared returns")

    def __str__(self) -> str:
        return str(self.customer_return_id)[:8]
