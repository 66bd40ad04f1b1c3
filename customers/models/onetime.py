"""Codes of six digits that prove that an address or a number is the sender's own."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField
from stores.models import Register


class OneTimeCode(models.Model):
    """A code that was sent: only keyed hashes of it, and of the ticket it belongs to."""

    class Purpose(models.TextChoices):
        CHECK_IN = "CHECK_IN", _("to be known at a register")
        MY_DATA = "MY_DATA", _("to see one’s own data")
        PASS = "PASS", _("to have one’s pass on a phone")

    class Kind(models.TextChoices):
        EMAIL = "EMAIL", _("e-mail")
        PHONE = "PHONE", _("phone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    register = models.ForeignKey(
        Register,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("register"),
    )
    purpose = models.CharField(_("what for"), max_length=8, choices=Purpose.choices)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    # Where it was sent; emptied once it is used or expired.
    value = SealedField(blank=True, editable=False)
    ticket_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    code_hash = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    asked_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(used_at__lt=F("expires_at"), value=""),
                name="customers_used_code_was_good_and_keeps_no_value",
            ),
            CheckConstraint(condition=Q(tries__lte=5), name="customers_code_has_five_tries"),
        ]
        indexes = [
            Index(fields=["expires_at"], name="customers_codes_with_value", condition=~Q(value="")),
            Index(fields=["asked_at"], name="customers_codes_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.id)[:8]}"


class CodesAsked(models.Model):
    """How many codes were asked for since: for one address, from one network, at one register."""

    # A keyed hash of what is counted: numbers are few enough to be guessed from a plain one.
    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(_("codes"), default=0)
    started_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("codes asked for")
        verbose_name_plural = _("codes asked for")
        indexes = [Index(fields=["started_at"], name="customers_asked_by_age")]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"
