"""Events on their way: one delivery per connection, one lane per connection and stream."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.outbox.models.connections import Connection
from omnistore.outbox.models.events import Event, Stream


class Lane(models.Model):
    """
    What one connection hears of one stream; whoever holds its lease sends.

    A lane is never deleted: it says that this system was told of this customer.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="lanes", db_index=False
    )
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="lanes")
    # When to look next: something is due, or a lease ends. Empty: nothing waits.
    due_at = models.DateTimeField(_("due"), null=True)
    # The token fences off a sender that slept through its lease: a later one has replaced it.
    lease = models.UUIDField(null=True, editable=False)
    # A message of its ledger was given up: those behind it wait for a person.
    is_held = models.BooleanField(_("held"), default=False)
    # When the system first took a message of it.
    told_at = models.DateTimeField(_("first told"), null=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        constraints = [
            UniqueConstraint(fields=["connection", "stream"], name="outbox_one_lane_each")
        ]
        indexes = [
            Index(
                fields=["connection", "due_at"],
                name="outbox_lanes_due",
                condition=Q(due_at__isnull=False),
            ),
            Index(fields=["connection"], name="outbox_lanes_held", condition=Q(is_held=True)),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id} → {self.connection_id}"


class Delivery(models.Model):
    """One event on its way to one connection."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        DELIVERED = "DELIVERED", _("delivered")
        DEAD = "DEAD", _("given up")
        # A newer state of the same topic was taken in its place.
        REPLACED = "REPLACED", _("replaced by a newer one")
        SKIPPED = "SKIPPED", _("skipped by head office")

    # Without indexes of their own: those below and the constraint begin with them.
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    # Copied from the event, so that order is kept by one look into an index.
    stream = models.ForeignKey(
        Stream, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    sequence = models.BigIntegerField(_("sequence"))
    is_ledger = models.BooleanField(_("in order"), default=True, db_default=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    last_status = models.PositiveSmallIntegerField(_("last answer"), null=True)
    last_words = models.CharField(_("receiver's words"), max_length=500, blank=True)
    skipped_because = models.CharField(_("skipped because"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("made"))
    # Its age counts from here, less what the connection was held or paused since.
    fresh_at = models.DateTimeField(_("fresh"))
    paused_before = models.FloatField(default=0, editable=False)
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
                fields=["connection", "stream", "is_ledger", "sequence"],
                name="outbox_deliveries_in_order",
                condition=Q(state="WAITING"),
            ),
            # What head office asks for: the oldest that waits, what was given up.
            Index(
                fields=["connection", "state", "created_at"],
                name="outbox_deliveries_open",
                condition=Q(state__in=["WAITING", "DEAD"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.connection_id}"


class Replay(models.Model):
    """Events to be sent to a connection once more: a range of time, or one customer."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="replays")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    customer_id = models.UUIDField(_("customer"), null=True, blank=True)
    start_at = models.DateTimeField(_("from"), null=True, blank=True)
    end_at = models.DateTimeField(_("until"), null=True, blank=True)
    # How far it is: the last event that was made ready.
    reached_at = models.DateTimeField(null=True, editable=False)
    reached_id = models.UUIDField(null=True, editable=False)
    events = models.PositiveIntegerField(_("events"), default=0)
    asked_at = models.DateTimeField(_("asked"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")

    def __str__(self) -> str:
        return f"{self.connection_id} {self.asked_at:%Y-%m-%d %H:%M}"
