"""The demo's CRM: an inbox that plays a system of somebody else."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField


class Inbox(models.Model):
    """The one inbox: the secret it shares with omnistore, and how it answers."""

    class Mood(models.TextChoices):
        WELL = "WELL", _("answers")
        SLOW = "SLOW", _("takes 3 seconds")
        DOWN = "DOWN", _("is down (503)")
        BUSY = "BUSY", _("is busy (429)")
        FORGETFUL = "FORGETFUL", _("keeps it, but answers 500")
        STRICT = "STRICT", _("refuses us (403)")

    secret = SealedField()
    mood = models.CharField(_("the CRM"), max_length=9, choices=Mood.choices, default=Mood.WELL)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        constraints = [CheckConstraint(condition=Q(pk=1), name="demo_only_one_inbox")]

    def __str__(self) -> str:
        return self.get_mood_display()


class Message(models.Model):
    """A message as the CRM sees it: once per message id, however often it came."""

    message_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(_("fact"), max_length=120)
    subject = models.CharField(_("customer"), max_length=60, blank=True)
    sequence = models.CharField(_("sequence"), max_length=20)
    content = models.JSONField(_("content"))
    repeats = models.PositiveIntegerField(_("came again"), default=0)
    happened_at = models.DateTimeField(_("happened"))
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [Index(fields=["-received_at"], name="demo_newest_messages")]

    def __str__(self) -> str:
        return self.message_id

    @property
    def took(self) -> str:
        """How long it took from the shop floor to here."""
        milliseconds = round((self.received_at - self.happened_at).total_seconds() * 1000)
        return f"{milliseconds} ms" if milliseconds < 10_000 else f"{milliseconds // 1000} s"

    @property
    def number(self) -> str:
        """The sequence number without the zeros that let it be sorted as a text."""
        return self.sequence.lstrip("0")

    @property
    def short_subject(self) -> str:
        return self.subject[:8]
