"""Store credit and gift cards: accounts with a number, and what was ever written on them."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from stores.models import ApiKey, Clerk, Store


class CreditAccount(models.Model):
    """
    Money that is the customer's, in one currency; its sums are those of its entries.

    The number only identifies: spending asks for the secret that was printed beside it.
    """

    class Kind(models.TextChoices):
        STORE_CREDIT = "STORE_CREDIT", _("store credit")
        GIFT_CARD = "GIFT_CARD", _("gift card")

    number = models.CharField(_("number"), max_length=16, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    # Empty: it is the bearer's.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="credits"
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3)
    issued = models.BigIntegerField(_("issued"), default=0)
    used = models.BigIntegerField(_("used"), default=0)
    pin_hash = models.CharField(max_length=200, blank=True, editable=False)
    pin_tries = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    pin_blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    created_at = models.DateTimeField(_("issued on"))
    expires_on = models.DateField(_("good until"), null=True, blank=True)

    class Meta:
        verbose_name = _("store credit or gift card")
        verbose_name_plural = _("store credits and gift cards")
        constraints = [
            CheckConstraint(
                condition=Q(used__gte=0, used__lte=F("issued")), name="orders_used_within_issued"
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The number with only its end left to read."""
        return f"•••{self.number[-4:]}"

    @property
    def has_code(self) -> bool:
        """Whether the customer was given what he needs to pay with it."""
        return bool(self.pin_hash)

    @property
    def balance(self) -> int:
        """What may still be spent, in minor units."""
        return self.issued - self.used


class CreditEntry(models.Model):
    """One movement on an account: never changed, never deleted, written once per event."""

    class Kind(models.TextChoices):
        ISSUED = "ISSUED", _("issued")
        USED = "USED", _("used")
        RESTORED = "RESTORED", _("given back")
        WITHDRAWN = "WITHDRAWN", _("taken off")
        # No amount: the old secret is void.
        CODE_MADE = "CODE_MADE", _("new code made")

    # What each kind does to the account's two sums.
    EFFECTS: ClassVar = {
        Kind.ISSUED: (1, 0),
        Kind.WITHDRAWN: (-1, 0),
        Kind.USED: (0, 1),
        Kind.RESTORED: (0, -1),
        Kind.CODE_MADE: (0, 0),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(CreditAccount, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    amount = models.BigIntegerField(_("amount"))
    # What it stands for: the same event is written once.
    event_key = models.CharField(_("event"), max_length=120, unique=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    is_manual = models.BooleanField(_("by hand"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("head office"),
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("credit entry")
        verbose_name_plural = _("credit entries")
        constraints = [
            CheckConstraint(
                condition=Q(amount__gt=0) | Q(amount=0, kind="CODE_MADE"),
                name="orders_credit_entry_is_something",
            ),
            # rules.md 2.8
            CheckConstraint(
                condition=Q(is_manual=False) | (Q(user__isnull=False) & ~Q(reason="")),
                name="orders_manual_credit_has_author_and_reason",
            ),
        ]
        indexes = [Index(fields=["account", "at"], name="orders_credit_entries")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
