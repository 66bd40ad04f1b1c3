"""What a return leaves behind: what is not offered to somebody any more, and what he was asked."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from orders.models.catalogue import Product
from orders.models.returns import CustomerReturn, ReturnLine
from orders.models.sales import Order


class ProductRefusal(models.Model):
    """
    An article that a customer brought back: it is not advertised to him, until he buys it again.

    Segments and whoever writes to customers ask here.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="product_refusals"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="refusals")
    customer_return = models.ForeignKey(CustomerReturn, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=16, choices=ReturnLine.Reason.choices)
    start_at = models.DateTimeField(_("from"))
    end_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("article not to advertise")
        verbose_name_plural = _("articles not to advertise")
        constraints = [
            UniqueConstraint(
                fields=["customer", "product"],
                condition=Q(end_at__isnull=True),
                name="orders_refusal_open_once",
            ),
            CheckConstraint(
                condition=Q(end_at__isnull=True) | Q(end_at__gte=F("start_at")),
                name="orders_refusal_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} ≠ {self.product_id}"


class SatisfactionRequest(models.Model):
    """When a customer was last asked how it was, and after which return or sale."""

    customer = models.OneToOneField(
        Customer, on_delete=models.PROTECT, related_name="satisfaction_request"
    )
    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("question of satisfaction")
        verbose_name_plural = _("questions of satisfaction")
        constraints = [
            CheckConstraint(
                condition=Q(customer_return__isnull=False, order__isnull=True)
                | Q(customer_return__isnull=True, order__isnull=False),
                name="orders_asked_about_one_event",
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.asked_at:%Y-%m-%d}"
