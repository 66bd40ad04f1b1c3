"""What is offered."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    """An article as the register and the web shop both know it, one price for both."""

    class Kind(models.TextChoices):
        GOODS = "GOODS", _("goods")
        # Postage, bank charges, samples, manual corrections: on orders, but nothing to bring back.
        SERVICE = "SERVICE", _("service or charge")

    class Tracking(models.TextChoices):
        NONE = "NONE", _("not tracked")
        SERIAL = "SERIAL", _("by serial number")
        LOT = "LOT", _("by lot")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices, default=Kind.GOODS)
    sku = models.CharField(_("article number"), max_length=40, unique=True)
    gtin = models.CharField(_("barcode"), max_length=14, blank=True)
    # Articles of one model differ in size or colour only.
    model = models.CharField(_("model"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    variant = models.CharField(_("size or colour"), max_length=60, blank=True)
    size = models.CharField(_("size"), max_length=20, blank=True)
    # Orders the sizes of a model; empty where there is nothing larger or smaller.
    size_position = models.PositiveSmallIntegerField(
        _("place among the sizes"), null=True, blank=True
    )
    colour = models.CharField(_("colour"), max_length=40, blank=True)
    # Chooses the policy; empty: the chain's.
    product_class = models.CharField(_("class"), max_length=30, blank=True)
    picture = models.CharField(_("picture"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    price = models.BigIntegerField(_("price"))
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4)
    # The exceptions from withdrawal (rules.md 1.6, Consumer Code L221-28). Made to measure: never.
    has_no_withdrawal = models.BooleanField(_("no right of withdrawal"), default=False)
    # Hygiene, software, discs: as long as the seal is whole.
    withdrawal_ends_opened = models.BooleanField(
        _("no right of withdrawal once opened"), default=False
    )
    is_offered = models.BooleanField(_("offered"), default=True)
    tracking = models.CharField(
        _("tracking"), max_length=6, choices=Tracking.choices, default=Tracking.NONE
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            CheckConstraint(condition=Q(price__gte=0), name="orders_price_not_negative"),
            CheckConstraint(
                condition=Q(tax_rate__gte=0, tax_rate__lt=1), name="orders_tax_rate_is_a_share"
            ),
        ]
        indexes = [
            Index(fields=["model"], name="orders_products_of_model"),
            Index(fields=["gtin"], name="orders_products_by_barcode", condition=~Q(gtin="")),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    @property
    def is_goods(self) -> bool:
        return self.kind == self.Kind.GOODS

    @property
    def is_tracked(self) -> bool:
        """Whether each unit, or the lot it was made in, has a number."""
        return self.tracking != self.Tracking.NONE
