"""Facts as they happened, and the streams that number them."""

import uuid

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What order means to a fact."""

    # Returns, refunds, exchanges, orders: nothing of the customer's ledger overtakes another.
    LEDGER = "LEDGER", _("ledger: in order")
    # Profile, cart, consent: the newest counts, and waits behind nothing.
    STATE = "STATE", _("state: the newest counts")
    # Goes to everyone who was ever told of the person, and waits behind nothing.
    ERASURE = "ERASURE", _("erasure")


class Stream(models.Model):
    """The sequence of what happened to one customer, or in a store without one."""

    key = models.CharField(max_length=60, unique=True)
    last_sequence = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")

    def __str__(self) -> str:
        return self.key

    @property
    def subject(self) -> str:
        """The customer's id, or the store's code."""
        return self.key.partition(":")[2]


class Event(models.Model):
    """A fact as it happened: ids, amounts and codes, no personal data; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream = models.ForeignKey(
        Stream, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    sequence = models.BigIntegerField(_("sequence"))
    name = models.CharField(_("fact"), max_length=60)
    kind = models.CharField(
        _("kind"), max_length=7, choices=Kind.choices, default=Kind.LEDGER, db_default=Kind.LEDGER
    )
    # Of a state: the newest of one topic stands for those before it; empty: for none.
    topic = models.CharField(_("topic"), max_length=80, blank=True, default="", db_default="")
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
