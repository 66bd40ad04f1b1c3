"""Who looked at whom and who gave access to whom: written when it happens, edited by nobody."""

from django.db import models
from django.db.models import Index
from django.utils.translation import gettext_lazy as _


class Look(models.Model):
    """
    One look at one customer.

    The foundation knows neither clerks nor customers, so both are kept by id; the ids stay
    readable when a clerk has left or a person was erased.
    """

    class Actor(models.TextChoices):
        CLERK = "CLERK", _("Clerk")
        USER = "USER", _("Head office")
        API_KEY = "API_KEY", _("API key")

    class Reason(models.TextChoices):
        IDENTIFIED = "IDENTIFIED", _("identified at the counter")
        LISTED = "LISTED", _("shown in a short list")
        PAGE = "PAGE", _("customer's page opened")
        ORDER = "ORDER", _("order opened")
        RETURN = "RETURN", _("return taken")
        SIGN_UP = "SIGN_UP", _("signed up")
        API = "API", _("read by the API")
        ADMIN = "ADMIN", _("read in head office")

    customer_id = models.UUIDField(_("customer"))
    actor = models.CharField(_("who"), max_length=10, choices=Actor.choices)
    actor_id = models.BigIntegerField(_("who (number)"))
    device_id = models.BigIntegerField(_("tablet"), null=True)
    reason = models.CharField(_("why"), max_length=12, choices=Reason.choices)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("look at a customer")
        verbose_name_plural = _("looks at customers")
        indexes = [
            Index(fields=["customer_id", "-at"], name="audit_looks_at_customer"),
            Index(fields=["-at"], name="audit_latest_looks"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.actor_id} → {self.customer_id}"


class AccessChange(models.Model):
    """
    What a manager or head office did to a clerk's PIN or to a tablet.

    `subject_id` is the clerk whose PIN it was, or the tablet that was closed.
    """

    class Kind(models.TextChoices):
        PIN_SET = "PIN_SET", _("new PIN")
        TRIES_FORGOTTEN = "TRIES_FORGOTTEN", _("wrong PINs forgotten")
        TABLET_CLOSED = "TABLET_CLOSED", _("tablet closed for good")

    kind = models.CharField(_("what"), max_length=16, choices=Kind.choices)
    subject_id = models.BigIntegerField(_("number"))
    actor = models.CharField(_("who"), max_length=10, choices=Look.Actor.choices)
    actor_id = models.BigIntegerField(_("who (number)"))
    device_id = models.BigIntegerField(_("tablet"), null=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change of access")
        verbose_name_plural = _("changes of access")
        indexes = [Index(fields=["-at"], name="audit_latest_access_changes")]

    def __str__(self) -> str:
        return f"{self.actor} {self.actor_id}: {self.kind} {self.subject_id}"
