"""Which money goes back: the plan of a return, its refunds, and what registers are asked."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from orders.models.credit import CreditAccount
from orders.models.returns import CustomerReturn
from orders.models.sales import Payment, Tender
from stores.models import ApiKey, Clerk, Register


class RefundPlan(models.Model):
    """Who gets which money back, agreed before anything is paid."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("proposed")
        AGREED = "AGREED", _("agreed")
        RUNNING = "RUNNING", _("running")
        PARTLY_DONE = "PARTLY", _("partly done")
        DONE = "DONE", _("done")

    class Route(models.TextChoices):
        ORIGINAL = "ORIGINAL", _("the means that paid")
        OTHER = "OTHER", _("another, agreed by the customer")

    customer_return = models.OneToOneField(
        CustomerReturn, on_delete=models.PROTECT, related_name="refund_plan"
    )
    agreed_by = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    route = models.CharField(
        _("route"), max_length=8, choices=Route.choices, default=Route.ORIGINAL
    )
    agreement = models.CharField(_("how he agreed"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    agreed_at = models.DateTimeField(_("agreed"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund plan")
        verbose_name_plural = _("refund plans")

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.state}"


class RefundAgreement(models.Model):
    """The customer's word that money goes back by another means than it came (rules.md 2.6)."""

    class How(models.TextChoices):
        IN_PERSON = "IN_PERSON", _("said so at the counter")
        BY_PHONE = "BY_PHONE", _("said so on the phone")
        IN_WRITING = "IN_WRITING", _("wrote so")

    plan = models.ForeignKey(RefundPlan, on_delete=models.PROTECT, related_name="agreements")
    tender = models.CharField(_("goes back by"), max_length=12, choices=Tender.choices)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    how = models.CharField(_("how he agreed"), max_length=10, choices=How.choices)
    # What he was shown or read out, as it was said.
    words = models.CharField(_("in these words"), max_length=300)
    clerk = models.ForeignKey(
        Clerk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken down by"),
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agreed_at = models.DateTimeField(_("agreed"))

    class Meta:
        verbose_name = _("agreement to another means")
        verbose_name_plural = _("agreements to another means")
        constraints = [
            CheckConstraint(
                condition=Q(clerk__isnull=False) | Q(api_key__isnull=False),
                name="orders_agreement_has_witness",
            ),
            CheckConstraint(
                condition=Q(amount__gt=0) & ~Q(words=""), name="orders_agreement_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.tender}"


class Refund(models.Model):
    """One share of a plan, back to one tender, by its own key on every try."""

    class State(models.TextChoices):
        AGREED = "AGREED", _("agreed")
        ASKED = "ASKED", _("asked for")
        PENDING = "PENDING", _("on its way")
        PAID = "PAID", _("paid")
        FAILED = "FAILED", _("failed")
        REROUTED = "REROUTED", _("paid another way")
        CANCELLED = "CANCELED", _("cancelled")

    class Gateway(models.TextChoices):
        REGISTER = "REGISTER", _("the register")
        PROCESSOR = "PROCESSOR", _("the card processor")
        LEDGER = "LEDGER", _("a ledger of ours")

    # Failed, rerouted and cancelled ones free their amount (rules.md 2.4).
    HOLDING: ClassVar = (State.AGREED, State.ASKED, State.PENDING, State.PAID)
    # Somebody still has to answer.
    OPEN: ClassVar = (State.AGREED, State.ASKED, State.PENDING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(RefundPlan, on_delete=models.PROTECT, related_name="refunds")
    # Whose captured amount it takes from, whatever it goes back by. Empty for imported refunds
    # whose payment is not known, and for returns without receipt.
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    # How it goes back; another than the payment's by rule or by the agreement below.
    tender = models.CharField(_("tender"), max_length=12, choices=Tender.choices)
    gateway = models.CharField(
        _("paid by"), max_length=9, choices=Gateway.choices, default=Gateway.REGISTER
    )
    agreement = models.ForeignKey(
        RefundAgreement, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    # The one that failed and in whose place this one stands.
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replacement"
    )
    # The account it was written on, of store credit and gift cards.
    credit = models.ForeignKey(
        CreditAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    # Credit that is nobody's by name.
    is_to_bearer = models.BooleanField(_("to the bearer"), default=False)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    position = models.PositiveSmallIntegerField(_("order of execution"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    # Given to the gateway on every try, stored before the first.
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(_("reference of who paid"), max_length=80, blank=True)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("planned"))
    settled_at = models.DateTimeField(_("paid or failed"), null=True, blank=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            CheckConstraint(condition=Q(amount__gt=0), name="orders_refund_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} {self.tender}"

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to answer."""
        return self.state in self.OPEN

    @property
    def is_pending(self) -> bool:
        return self.state == self.State.PENDING

    @property
    def is_rerouted(self) -> bool:
        return self.state == self.State.REROUTED

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_credit(self) -> bool:
        """Whether it was written on store credit or a gift card of ours."""
        return self.credit_id is not None

    @property
    def is_paid(self) -> bool:
        return self.state == self.State.PAID

    @property
    def has_failed(self) -> bool:
        return self.state == self.State.FAILED


class Instruction(models.Model):
    """
    A signed order to a register; the register confirms or refuses it.

    To pay one refund out, or to collect what a customer owes in an exchange.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting for the register")
        CONFIRMED = "CONFIRMED", _("confirmed")
        REFUSED = "REFUSED", _("refused by the register")

    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="instruction"
    )
    collection = models.OneToOneField(
        "orders.Collection",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instruction",
    )
    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="instructions")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    issued_at = models.DateTimeField(_("issued"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("register instruction")
        verbose_name_plural = _("register instructions")
        constraints = [
            CheckConstraint(
                condition=Q(refund__isnull=False, collection__isnull=True)
                | Q(refund__isnull=True, collection__isnull=False),
                name="orders_instruction_for_one_thing",
            )
        ]
        indexes = [
            Index(
                fields=["register", "issued_at"],
                name="orders_instructions_waiting",
                condition=Q(state="WAITING"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.register_id}: {self.refund_id or self.collection_id}"
