"""A customer's phone: at a register for ten minutes, known again, and announced to the clerks."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from customers.models.people import Customer
from stores.models import Clerk, Register, Tablet


class PhoneSession(models.Model):
    """
    Ten minutes of a phone at a register, for which its screen's code was traded in.

    Of two phones with one code the first wins: its fingerprint stands here once.
    """

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    secret_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(_("begun"))
    expires_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone at a register")
        verbose_name_plural = _("phones at registers")

    def __str__(self) -> str:
        return f"{self.register_id} {self.started_at:%Y-%m-%d %H:%M}"


class KnownPhone(models.Model):
    """A phone that its owner asked us to know again; it holds a secret, we its fingerprint."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="known_phones")
    secret_hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)
    known_at = models.DateTimeField(_("known since"))
    used_at = models.DateTimeField(_("last used"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("known phone")
        verbose_name_plural = _("known phones")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.known_at:%Y-%m-%d}"


class CheckIn(models.Model):
    """Somebody at a register who said by his phone who he is, until a clerk serves him."""

    class How(models.TextChoices):
        KNOWN = "KNOWN", _("known phone")
        ONE_TIME = "ONE_TIME", _("one-time code")
        JOINED = "JOINED", _("joined by phone")

    class State(models.TextChoices):
        OPEN = "OPEN", _("waiting")
        SERVED = "SERVED", _("served")
        WITHDRAWN = "WITHDRAWN", _("withdrawn by the customer")
        EXPIRED = "EXPIRED", _("nobody came")

    register = models.ForeignKey(Register, on_delete=models.PROTECT, related_name="check_ins")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="check_ins")
    how = models.CharField(_("by"), max_length=8, choices=How.choices)
    # What he gave is another's too: the clerk asks, nobody is merged and the phone learns nothing.
    is_unsure = models.BooleanField(_("unsure"), default=False)
    # On the phone and on the tablet, so that both mean the same person.
    digits = models.CharField(_("two digits"), max_length=2)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.OPEN, editable=False
    )
    clerk = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tablet = models.ForeignKey(
        Tablet, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    announced_at = models.DateTimeField(_("announced"))
    expires_at = models.DateTimeField(_("until"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        constraints = [
            UniqueConstraint(
                fields=["register", "customer"],
                condition=Q(state="OPEN"),
                name="customers_one_open_check_in",
            ),
            CheckConstraint(
                condition=Q(state="OPEN", closed_at__isnull=True)
                | (~Q(state="OPEN") & Q(closed_at__isnull=False)),
                name="customers_closed_check_in_has_its_time",
            ),
            CheckConstraint(
                condition=~Q(state="SERVED") | Q(clerk__isnull=False),
                name="customers_served_check_in_has_its_clerk",
            ),
        ]
        indexes = [
            Index(
                fields=["register", "announced_at"],
                name="customers_open_check_ins",
                condition=Q(state="OPEN"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_one_of_several(self) -> bool:
        """Whether the code went to an address that others have too: he said which of them he is."""
        return self.how == self.How.ONE_TIME and self.is_unsure

    @property
    def is_served(self) -> bool:
        return self.state == self.State.SERVED
