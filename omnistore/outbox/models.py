"""Events, the streams that number them, the connections that want them, their deliveries."""

import uuid

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField


class Stream(models.Model):
    """The sequence of what happened to one customer, or in a store without one."""

    key = models.CharField(max_length=60, unique=True)
    last_sequence = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """A fact as it happened: ids, amounts and codes, no personal data; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events")
    sequence = models.BigIntegerField(_("sequence"))
    name = models.CharField(_("fact"), max_length=60)
    customer_id = models.UUIDField(_("customer"), null=True)
    payload = models.JSONField(_("content"))
    happened_at = models.DateTimeField(_("happened"))
    recorded_at = models.DateTimeField(_("recorded"))
    # Set once the relay has made its deliveries.
    relayed_at = models.DateTimeField(_("relayed"), null=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            UniqueConstraint(fields=["stream", "sequence"], name="outbox_one_event_per_number")
        ]
        indexes = [
            # The relay takes each stream from its beginning: no number can overtake another.
            Index(
                fields=["stream", "sequence"],
                name="outbox_events_to_relay",
                condition=Q(relayed_at__isnull=True),
            ),
            Index(fields=["customer_id", "-recorded_at"], name="outbox_events_of_customer"),
            Index(fields=["name", "-recorded_at"], name="outbox_events_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class Connection(models.Model):
    """A system we tell: where it listens, what it wants to hear, how it is doing."""

    class State(models.TextChoices):
        RUNNING = "RUNNING", _("running")
        HELD = "HELD", _("held: the receiver does not answer")
        PAUSED = "PAUSED", _("paused by head office")
        REFUSED = "REFUSED", _("paused: the receiver refuses us")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=30, default="webhook")
    url = models.URLField(_("address"), max_length=500)
    secret = SealedField(
        _("signing secret"), help_text=_("Standard Webhooks secret, whsec_ and base64.")
    )
    wants = models.JSONField(
        _("wants"),
        default=list,
        blank=True,
        help_text=_("Names of facts, or beginnings of names ending in *; empty: everything."),
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    state_reason = models.CharField(_("because"), max_length=300, blank=True)
    state_at = models.DateTimeField(_("since"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    # While held, one delivery is let through at this time to see whether the receiver is back.
    probe_at = models.DateTimeField(_("asked again"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)
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
        """Whether this connection wants to hear facts of that name."""
        return not self.wants or any(
            name.startswith(wish[:-1]) if wish.endswith("*") else name == wish
            for wish in self.wants
        )


class Delivery(models.Model):
    """One event on its way to one connection."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        DELIVERED = "DELIVERED", _("delivered")
        DEAD = "DEAD", _("given up")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="deliveries")
    # Copied from the event, so that order is kept by one look into an index.
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="deliveries")
    sequence = models.BigIntegerField(_("sequence"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    # Who holds the lease sends; the token fences off a sender that slept through its lease.
    leased_until = models.DateTimeField(_("leased until"), null=True)
    lease = models.UUIDField(null=True, editable=False)
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    last_words = models.CharField(_("receiver's words"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("made"))
    # Given up when it fails after this; time in which the connection was paused is added.
    expires_at = models.DateTimeField(_("given up after"))
    delivered_at = models.DateTimeField(_("delivered"), null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            UniqueConstraint(fields=["event", "connection"], name="outbox_one_delivery_each"),
            CheckConstraint(
                condition=Q(state="DELIVERED", delivered_at__isnull=False)
                | (~Q(state="DELIVERED") & Q(delivered_at__isnull=True)),
                name="outbox_delivered_has_its_time",
            ),
        ]
        indexes = [
            Index(
                fields=["connection", "due_at"],
                name="outbox_deliveries_due",
                condition=Q(state="WAITING"),
            ),
            Index(
                fields=["connection", "stream", "sequence"],
                name="outbox_deliveries_in_order",
                condition=Q(state="WAITING"),
            ),
            Index(fields=["state", "-created_at"], name="outbox_deliveries_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.connection_id}"
