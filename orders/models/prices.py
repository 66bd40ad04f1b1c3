"""What articles cost, and since when."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from orders.models.catalogue import Product


class PricePoint(models.Model):
    """A price of an article, in force from a moment until the next one begins."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    price = models.BigIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    start_at = models.DateTimeField(_("in force from"))

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            UniqueConstraint(fields=["product", "start_at"], name="orders_one_price_at_a_time"),
            CheckConstraint(condition=Q(price__gte=0), name="orders_former_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.price} {self.currency}"
