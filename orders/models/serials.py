"""Which single units were sold: serial numbers, or the lots they were made in."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from orders.models.sales import OrderLine


class SoldSerial(models.Model):
    """A serial number, or a lot with so many units of it, handed over on an order line."""

    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="serials")
    # In capitals and without spaces, as `orders.serials.normalise` writes it.
    serial = models.CharField(_("serial number or lot"), max_length=40)
    units = models.PositiveIntegerField(_("units"), default=1)

    class Meta:
        verbose_name = _("serial sold")
        verbose_name_plural = _("serials sold")
        constraints = [
            UniqueConstraint(fields=["order_line", "serial"], name="orders_serial_once_per_line"),
            CheckConstraint(condition=Q(units__gt=0), name="orders_serial_has_units"),
        ]
        indexes = [models.Index(fields=["serial"], name="orders_by_serial")]

    def __str__(self) -> str:
        return self.serial
