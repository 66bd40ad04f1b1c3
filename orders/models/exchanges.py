"""What was handed over in the place of what came back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.returns import CustomerReturn, ReturnLine
from orders.models.sales import Order, OrderLine


class Exchange(models.Model):
    """One document: what the returned units are worth, what the new ones cost, the difference."""

    customer_return = models.OneToOneField(
        CustomerReturn, on_delete=models.PROTECT, related_name="exchange"
    )
    # The replacements, handed over as an order of their own so that they can come back too.
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="exchange")
    credit = models.BigIntegerField(_("credit"))
    charges = models.BigIntegerField(_("charges"))
    currency = models.CharField(_("currency"), max_length=3)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")

    def __str__(self) -> str:
        return str(self.order)

    @property
    def difference(self) -> int:
        """What the customer pays when negative, receives when positive."""
        return self.credit - self.charges


class ExchangeLine(models.Model):
    """Which returned units were replaced by which handed-over line."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="lines")
    return_line = models.OneToOneField(
        ReturnLine, on_delete=models.PROTECT, related_name="exchange_line"
    )
    order_line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, related_name="exchange_line"
    )

    class Meta:
        verbose_name = _("exchange line")
        verbose_name_plural = _("exchange lines")

    def __str__(self) -> str:
        return f"{self.return_line_id} → {self.order_line_id}"
