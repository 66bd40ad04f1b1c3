"""Card processors that refund by reference, and what each was asked."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from omnistore.tokens import SealedField
from orders.models.refunds import Refund


class Processor(models.Model):
    """A processor's account of ours; payments name it, its secrets are sealed."""

    class Kind(models.TextChoices):
        STRIPE = "STRIPE", "Stripe"

    name = models.CharField(
        _("name"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9-]+$")],
        help_text=_("What shops and tills call it when they tell of a payment: small letters."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.STRIPE)
    base_address = models.CharField(_("address"), max_length=200, default="https://api.stripe.com")
    secret_key = SealedField(_("secret key"))
    webhook_secret = SealedField(_("webhook secret"), blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    # Why it will not work as it is, in its own code; empty when the last call went well.
    trouble = models.CharField(_("in trouble"), max_length=80, blank=True, editable=False)
    seen_at = models.DateTimeField(_("last answer"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("card processor")
        verbose_name_plural = _("card processors")

    def __str__(self) -> str:
        return self.name


class ProcessorRequest(models.Model):
    """What a processor is asked for one refund; a worker claims it by a lease, then calls."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("to be asked")
        PENDING = "PENDING", _("on its way")
        CONFIRMED = "CONFIRMED", _("confirmed")
        REFUSED = "REFUSED", _("refused by the processor")

    OPEN: ClassVar = (State.WAITING, State.PENDING)

    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, related_name="request")
    processor = models.ForeignKey(Processor, on_delete=models.PROTECT, related_name="requests")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    # The processor's own id of the refund, once it said it.
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    # Goes up after a definite no only: until then every call bears the same key.
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    tries = models.PositiveIntegerField(_("calls of this attempt"), default=0)
    last_answer = models.CharField(_("last answer"), max_length=80, blank=True)
    issued_at = models.DateTimeField(_("issued"))
    first_tried_at = models.DateTimeField(_("first call of this attempt"), null=True, blank=True)
    # Empty: nothing to do.
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    leased_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("processor request")
        verbose_name_plural = _("processor requests")
        constraints = [
            UniqueConstraint(
                fields=["processor", "reference"],
                name="orders_processor_reference_once",
                condition=~Q(reference=""),
            )
        ]
        indexes = [
            Index(
                fields=["due_at"],
                name="orders_requests_due",
                condition=Q(due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.processor_id}: {self.refund_id}"

    @property
    def key(self) -> str:
        """The idempotency key of this attempt."""
        key = str(self.refund.idempotency_key)
        return key if self.attempt == 1 else f"{key}:{self.attempt}"
