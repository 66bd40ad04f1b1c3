"""Goods that came back: what was received, where it goes, and what became of it."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from orders.models.returns import ReturnLine
from orders.models.sales import OrderLine
from stores.models import Clerk, Store


class Reception(models.Model):
    """
    Units of a return line that came in together: their state, and where they are now.

    The money of the return does not know it: where goods go is decided apart (rules.md 1).
    """

    return_line = models.ForeignKey(ReturnLine, on_delete=models.CASCADE, related_name="receptions")
    # Empty for what was sold on the web, or before our records begin.
    sold_in = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_in = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="receptions")
    restocked_in = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    units = models.PositiveIntegerField(_("units"))
    serial = models.CharField(_("serial number or lot"), max_length=40, blank=True)
    condition = models.CharField(
        _("condition found"), max_length=10, choices=ReturnLine.Condition.choices
    )
    disposition = models.CharField(
        _("goes to"), max_length=10, choices=ReturnLine.Disposition.choices
    )
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("reception of goods")
        verbose_name_plural = _("receptions of goods")
        constraints = [CheckConstraint(condition=Q(units__gt=0), name="orders_reception_has_units")]
        indexes = [Index(fields=["returned_in", "-received_at"], name="orders_latest_receptions")]

    def __str__(self) -> str:
        return f"{self.units} × {self.return_line_id}"

    @property
    def is_on_shelf(self) -> bool:
        """Whether it is sold again, and counts as stock."""
        return self.disposition == ReturnLine.Disposition.TO_SHELF


class DispositionChange(models.Model):
    """The goods went somewhere else than first thought; written once, never edited."""

    reception = models.ForeignKey(Reception, on_delete=models.CASCADE, related_name="changes")
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    was = models.CharField(_("was"), max_length=10, choices=ReturnLine.Disposition.choices)
    became = models.CharField(_("became"), max_length=10, choices=ReturnLine.Disposition.choices)
    was_in = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    became_in = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    units = models.PositiveIntegerField(_("units"))
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change of disposition")
        verbose_name_plural = _("changes of disposition")
        constraints = [
            CheckConstraint(
                condition=~Q(was=F("became"), was_in=F("became_in")),
                name="orders_disposition_changes_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"


class Repair(models.Model):
    """
    A unit was repaired and given back to its customer: conformity runs six months longer.

    Consumer Code L217-13; `orders.policies` reads the latest `finished_on` of a line.
    """

    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="repairs")
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+")
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    units = models.PositiveIntegerField(_("units"), default=1)
    serial = models.CharField(_("serial number or lot"), max_length=40, blank=True)
    finished_on = models.DateField(_("given back"))
    recorded_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        constraints = [CheckConstraint(condition=Q(units__gt=0), name="orders_repair_has_units")]

    def __str__(self) -> str:
        return f"{self.order_line_id}: {self.finished_on}"
