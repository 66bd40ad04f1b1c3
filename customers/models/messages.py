"""What we write to people: recorded with what wants it, sent later, emptied once it went out."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from customers.models.people import ConsentWording, Customer
from omnistore.tokens import SealedField, SealedJSONField


class Message(models.Model):
    """One e-mail or SMS to a customer, or to a bare address that nobody is known by."""

    class Purpose(models.TextChoices):
        ONE_TIME_CODE = "CODE", _("one-time code")
        RECEIPT = "RECEIPT", _("receipt")
        ACKNOWLEDGEMENT = "ACKNOWLEDGED", _("acknowledgement")
        MARKETING = "MARKETING", _("offers and news")
        SATISFACTION = "SATISFACTION", _("how it was")

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", _("e-mail")
        SMS = "SMS", _("SMS")

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits")
        SENT = "SENT", _("sent")
        DROPPED = "DROPPED", _("not needed any more")
        FAILED = "FAILED", _("given up")

    # Asked for at sending time, and refusable by a link in each of them. A question about a visit
    # is one: nobody asked for it, so it goes only to whom we may write beside what he wanted.
    PROSPECTING: ClassVar = frozenset([Purpose.MARKETING, Purpose.SATISFACTION])

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("customer"),
    )
    # Where to, when it is not the customer's own of the moment.
    address = SealedField(blank=True, editable=False)
    purpose = models.CharField(_("what for"), max_length=12, choices=Purpose.choices)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    language = models.CharField(_("language"), max_length=2)
    template = models.CharField(_("template"), max_length=40)
    variables = SealedJSONField(_("content"), blank=True, default=dict, editable=False)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    # A code, never what somebody answered.
    failure = models.CharField(_("failure"), max_length=40, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Whose it is while it is being sent.
    lease = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    next_at = models.DateTimeField(_("next attempt"))
    # Afterwards nobody wants it any more.
    expires_at = models.DateTimeField(_("good until"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            CheckConstraint(
                condition=~Q(state="WAITING") | Q(customer__isnull=False) | ~Q(address=""),
                name="customers_message_goes_somewhere",
            ),
            CheckConstraint(
                condition=Q(state="WAITING") | Q(address="", variables=""),
                name="customers_message_that_ended_is_empty",
            ),
            CheckConstraint(
                condition=~Q(purpose__in=["MARKETING", "SATISFACTION"]) | Q(customer__isnull=False),
                name="customers_prospecting_has_a_person_to_ask",
            ),
            CheckConstraint(
                condition=~Q(state="SENT") | Q(sent_at__isnull=False),
                name="customers_message_sent_has_its_time",
            ),
        ]
        indexes = [
            Index(fields=["next_at"], name="customers_messages_due", condition=Q(state="WAITING")),
            Index(fields=["lease"], name="customers_messages_leased"),
            Index(fields=["created_at"], name="customers_messages_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {str(self.id)[:8]}"

    @property
    def is_prospecting(self) -> bool:
        return self.purpose in self.PROSPECTING

    @property
    def consent_purpose(self) -> str:
        """By which consent of the ledger prospecting is written; the refusal withdraws it."""
        return ConsentWording.Purpose.MARKETING

    @property
    def is_question(self) -> bool:
        return self.purpose == self.Purpose.SATISFACTION

    @property
    def is_email(self) -> bool:
        return self.channel == self.Channel.EMAIL
