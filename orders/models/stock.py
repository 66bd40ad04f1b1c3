"""What stands in which store, what of it is put aside, and every movement that made it so."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from orders.models.catalogue import Product
from stores.models import Clerk, Store


class Stock(models.Model):
    """
    How many of an article are in a store; an article without a row is not counted there.

    Changed under the row's lock by `orders.stock` only; it is the sum of its movements.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="stock")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="stock")
    # Below zero when more was sold than counted: the goods are in the customer's hand.
    on_hand = models.IntegerField(_("in the store"), default=0)
    reserved = models.PositiveIntegerField(_("put aside"), default=0)
    changed_at = models.DateTimeField(_("last changed"))

    class Meta:
        verbose_name = _("stock")
        verbose_name_plural = _("stock")
        constraints = [
            UniqueConstraint(fields=["product", "store"], name="orders_stock_once_per_store")
        ]
        indexes = [Index(fields=["store", "product"], name="orders_stock_of_store")]

    def __str__(self) -> str:
        return f"{self.product_id} @ {self.store_id}: {self.on_hand}"

    @property
    def available(self) -> int:
        """How many may still be put aside; below zero is none."""
        return max(self.on_hand - self.reserved, 0)


class StockMovement(models.Model):
    """One change of a stock row, never edited; the same event moves nothing twice."""

    class Reason(models.TextChoices):
        SALE = "SALE", _("sold")
        RETURN = "RETURN", _("came back")
        EXCHANGE = "EXCHANGE", _("handed over in exchange")
        RESERVED = "RESERVED", _("put aside")
        RELEASED = "RELEASED", _("no longer put aside")
        COUNT = "COUNT", _("counted")
        TRANSFER = "TRANSFER", _("from store to store")

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="movements")
    # Who said so, when it was a person: at the counter or in head office.
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=8, choices=Reason.choices)
    units = models.IntegerField(_("into the store"))
    held = models.IntegerField(_("put aside"), default=0)
    on_hand_after = models.IntegerField(_("in the store after it"))
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    event_key = models.CharField(max_length=120, unique=True, editable=False)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("stock movement")
        verbose_name_plural = _("stock movements")
        indexes = [Index(fields=["stock", "-at"], name="orders_latest_movements")]

    def __str__(self) -> str:
        return f"{self.units:+d} {self.reason}"


class Reservation(models.Model):
    """So many units put aside in a store for something, until they go or are let go."""

    class State(models.TextChoices):
        HELD = "HELD", _("put aside")
        USED = "USED", _("handed over")
        RELEASED = "RELEASED", _("let go")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="reservations")
    # Empty: the article was not counted there, so nothing had to be left.
    stock = models.ForeignKey(
        Stock, on_delete=models.PROTECT, null=True, blank=True, related_name="reservations"
    )
    units = models.PositiveIntegerField(_("units"))
    reference = models.CharField(_("for"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.HELD)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    made_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            CheckConstraint(condition=Q(units__gt=0), name="orders_reservation_has_units")
        ]
        indexes = [
            Index(
                fields=["expires_at"],
                name="orders_reservations_to_end",
                condition=Q(state="HELD", expires_at__isnull=False),
            ),
            Index(fields=["reference"], name="orders_reservations_by_ref"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.product_id}: {self.reference}"

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD
