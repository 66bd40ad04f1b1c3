"""Photographs of what came back; the pictures themselves lie in files without a public address."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.catalogue import Product
from orders.models.returns import CustomerReturn
from orders.models.sales import OrderLine
from stores.models import Clerk


class ReturnPhoto(models.Model):
    """
    One photograph of one article of a return.

    It hangs on the article, not on the return line: a draft's lines are written anew with every
    tap. Without a receipt there is no order line.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, related_name="photos"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Random, below `orders.photos.folder()`.
    name = models.CharField(max_length=80, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photographs")

    def __str__(self) -> str:
        return str(self.id)[:8]
