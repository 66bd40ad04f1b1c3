"""The journal of a store: what was settled, chained; closed day by day; never changed."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from stores.models import Clerk, Store


class JournalHead(models.Model):
    """
    Where a store's chain ends; an entry is numbered under its row's lock.

    Its seal is over all of it: who deletes the last entries has to go back here as well.
    """

    store = models.OneToOneField(Store, on_delete=models.PROTECT, related_name="+")
    last_number = models.BigIntegerField(_("last number"), default=0)
    last_hash = models.CharField(_("last hash"), max_length=64, blank=True)
    # Nothing is written into a day before this one.
    open_day = models.DateField(_("open since"), null=True, blank=True)
    closings = models.PositiveIntegerField(_("closings"), default=0)
    last_closing_hash = models.CharField(_("last closing"), max_length=64, blank=True)
    seal = models.CharField(_("seal"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("end of a journal")
        verbose_name_plural = _("ends of journals")

    def __str__(self) -> str:
        return f"{self.store_id}: {self.last_number}"


class JournalEntry(models.Model):
    """
    Something settled in a store: every column but the last two is under `hash`, and that is sealed.

    Amounts are positive, in minor units: the kind says who received them. `taxes` is JSON of
    rate → [amount, tax within], `tenders` of means → amount, both canonical (`journal.chain`). A
    correction moves an amount between means: its own is nothing, and its tenders sum to nothing.
    """

    class Kind(models.TextChoices):
        RETURN_SETTLED = "RETURN_SETTLED", _("return settled")
        RETURN_CORRECTED = "RETURN_CORRECTED", _("return corrected")
        EXCHANGE_MADE = "EXCHANGE_MADE", _("exchange")
        CREDIT_ISSUED = "CREDIT_ISSUED", _("credit issued")
        CREDIT_USED = "CREDIT_USED", _("credit used")
        CREDIT_RESTORED = "CREDIT_RESTORED", _("credit given back")
        CREDIT_WITHDRAWN = "CREDIT_WITHDRAWN", _("credit taken off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    # `return:<id>`, with its correction's number `return:<id>:1`, `exchange:<id>`,
    # `credit-entry:<id>`: with the kind, written once.
    subject = models.CharField(_("belongs to"), max_length=60)
    document = models.CharField(_("document"), max_length=40, blank=True)
    gross = models.BigIntegerField(_("amount"))
    tax = models.BigIntegerField(_("tax within"))
    taxes = models.TextField(_("by tax rate"))
    tenders = models.TextField(_("by means of payment"))
    currency = models.CharField(_("currency"), max_length=3)
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # The day it was written on, never one that is closed.
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"))
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    seal = models.CharField(_("seal"), max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        constraints = [
            UniqueConstraint(fields=["store", "number"], name="orders_journal_number_once"),
            UniqueConstraint(fields=["kind", "subject"], name="orders_journal_event_once"),
            CheckConstraint(
                condition=Q(number__gt=0, gross__gte=0, tax__gte=0), name="orders_journal_amounts"
            ),
        ]
        indexes = [Index(fields=["store", "day"], name="orders_journal_days")]

    def __str__(self) -> str:
        return f"{self.store_id}/{self.number}"


class JournalClosing(models.Model):
    """
    A store's day, closed: its entries from first to last, its totals, and those of all time.

    `totals` and `grand` are canonical JSON by currency; `grand` only grows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    day = models.DateField(_("day"))
    first_number = models.BigIntegerField(_("first entry"))
    last_number = models.BigIntegerField(_("last entry"))
    last_hash = models.CharField(_("hash of the last entry"), max_length=64)
    totals = models.TextField(_("totals of the day"))
    grand = models.TextField(_("totals of all time"))
    closed_at = models.DateTimeField(_("closed"))
    previous_hash = models.CharField(_("hash before"), max_length=64, blank=True)
    hash = models.CharField(_("hash"), max_length=64)
    seal = models.CharField(_("seal"), max_length=64)

    class Meta:
        verbose_name = _("daily closing")
        verbose_name_plural = _("daily closings")
        constraints = [
            UniqueConstraint(fields=["store", "number"], name="orders_closing_number_once"),
            UniqueConstraint(fields=["store", "day"], name="orders_closing_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id}: {self.day}"
