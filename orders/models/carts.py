"""The web cart: a live copy of the shop's, until a clerk takes it over."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Identifier
from orders.models.catalogue import Product


class Cart(models.Model):
    """A web cart as the shop last told it."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("open")
        ORDERED = "ORDERED", _("ordered")
        ABANDONED = "ABANDONED", _("given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="carts"
    )
    via = models.ForeignKey(
        Identifier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("brought by"),
    )
    source = models.CharField(_("shop"), max_length=40)
    source_key = models.CharField(_("number in the shop"), max_length=80)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("begun"))
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        verbose_name = _("web cart")
        verbose_name_plural = _("web carts")
        constraints = [
            UniqueConstraint(fields=["source", "source_key"], name="orders_cart_of_shop_once")
        ]
        indexes = [
            Index(
                fields=["customer", "-changed_at"],
                name="orders_open_carts_of_customer",
                condition=Q(state="OPEN"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_key}"


class CartLine(models.Model):
    """An article in a cart, at the price the shop showed."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("position"))
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.BigIntegerField(_("price online"))

    class Meta:
        verbose_name = _("cart line")
        verbose_name_plural = _("cart lines")
        constraints = [
            UniqueConstraint(fields=["cart", "position"], name="orders_cart_position_once"),
            CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gte=0), name="orders_cart_line_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price
