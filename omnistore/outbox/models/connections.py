"""The systems we tell, how they are doing, and how long they take."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField, SealedJSONField


class Connection(models.Model):
    """A system we tell: where it listens, what it wants to hear, how it is doing."""

    class State(models.TextChoices):
        RUNNING = "RUNNING", _("running")
        HELD = "HELD", _("held: the receiver does not answer")
        PAUSED = "PAUSED", _("paused by head office")
        REFUSED = "REFUSED", _("paused: the receiver refuses us")

    class Purpose(models.TextChoices):
        """What the receiver may use a person's data for; it decides which fields he gets."""

        SERVICE = "SERVICE", _("orders, returns and after-sales")
        MARKETING = "MARKETING", _("offers and news, with consent")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=30, default="webhook")
    url = models.URLField(_("address"), max_length=500)
    purpose = models.CharField(
        _("purpose"),
        max_length=9,
        choices=Purpose.choices,
        default=Purpose.MARKETING,
        db_default=Purpose.MARKETING,
    )
    # What its connector has to know besides: no secrets.
    options = models.JSONField(_("options"), default=dict, blank=True)
    secret = SealedField(
        _("signing secret"), help_text=_("Standard Webhooks secret, whsec_ and base64.")
    )
    # What its connector signs in with, by name.
    credentials = SealedJSONField(_("credentials"), default=dict, blank=True)
    # Still valid beside the new ones until then.
    old_secret = SealedField(_("secret before"), blank=True, default="")
    old_credentials = SealedJSONField(_("credentials before"), default=dict, blank=True)
    old_until = models.DateTimeField(_("old ones valid until"), null=True, blank=True)
    wants = models.JSONField(
        _("wants"),
        default=list,
        blank=True,
        help_text=_("Names of facts, or beginnings of names ending in *; empty: everything."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    state_reason = models.CharField(_("because"), max_length=300, blank=True)
    state_at = models.DateTimeField(_("since"), null=True, blank=True)
    # The state that head office was last told of.
    told_state = models.CharField(max_length=8, blank=True, default="", editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    # Answers within the last minute or so, and how many of them were failures.
    window_at = models.DateTimeField(null=True, editable=False)
    window_answers = models.PositiveIntegerField(default=0, editable=False)
    window_failures = models.PositiveIntegerField(default=0, editable=False)
    # Seconds in which it was held or paused, all told: they do not age a delivery.
    paused_seconds = models.FloatField(default=0, editable=False)
    # When the next call may go out at its pace, in seconds since 1970.
    next_call_at = models.FloatField(default=0, editable=False)
    # While held, one delivery is let through at this time to see whether the receiver is back.
    probe_at = models.DateTimeField(_("asked again"), null=True, blank=True)
    probes = models.PositiveIntegerField(default=0, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, default="")
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return self.name

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD

    @property
    def is_paused(self) -> bool:
        """Whether a person paused it."""
        return self.state == self.State.PAUSED

    def paused_by(self, at: datetime) -> float:
        """Return the seconds in which it was held or paused, the pause that goes on too."""
        if self.is_running or self.state_at is None:
            return self.paused_seconds
        return self.paused_seconds + (at - self.state_at).total_seconds()

    @property
    def trouble(self) -> str:
        """What keeps messages from this system, in words for the clerk; empty when running."""
        words = {
            self.State.HELD: _("%(name)s does not answer; what happened is kept and sent later."),
            self.State.PAUSED: _("Head office has paused %(name)s; what happened is kept."),
            self.State.REFUSED: _("%(name)s refuses our messages; head office has to look."),
        }
        sentence = words.get(self.State(self.state))
        return str(sentence) % {"name": self.name} if sentence else ""

    def wants_fact(self, name: str) -> bool:
        """Whether it wants to hear facts of that name; without a wish all but those on request."""
        if not self.wants:
            return name not in settings.OMNISTORE_ON_REQUEST
        return any(
            name.startswith(wish[:-1]) if wish.endswith("*") else name == wish
            for wish in self.wants
        )


class Tally(models.Model):
    """
    How many deliveries of a minute took how long, or failed: figures that need no deliveries read.

    `bucket` is a step of `outbox.tallies`: from the fact to its acceptance; negative: failures.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tallies")
    minute = models.DateTimeField(_("minute"))
    bucket = models.SmallIntegerField(_("step"))
    count = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            UniqueConstraint(
                fields=["connection", "minute", "bucket"], name="outbox_one_tally_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.minute:%H:%M} {self.bucket}: {self.count}"
