"""How it was: which question is asked after what, and what a customer answered."""

import uuid
from typing import ClassVar, NamedTuple

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Message
from orders.models.returns import CustomerReturn
from orders.models.sales import Order
from stores.models import Clerk, Store


class Occasion(models.TextChoices):
    """After what somebody is asked."""

    RETURN = "RETURN", _("a settled return")
    EXCHANGE = "EXCHANGE", _("an exchange")
    SALE = "SALE", _("a sale in store")


class Scale(models.TextChoices):
    """A question with a scale; more is better on each of them."""

    CSAT = "CSAT", _("satisfaction, 1 to 5 (CSAT)")
    NPS = "NPS", _("recommendation, 0 to 10 (NPS)")
    CES = "CES", _("effort, 1 to 7 (CES)")


class Marks(NamedTuple):
    """The marks of a scale: up to `low` somebody should read it, from `high` on it went well."""

    lowest: int
    highest: int
    low: int
    high: int


# NPS: detractors to 6, promoters from 9. CSAT and CES: the two and three best are "top box".
MARKS: dict[str, Marks] = {
    Scale.CSAT: Marks(1, 5, 2, 4),
    Scale.NPS: Marks(0, 10, 6, 9),
    Scale.CES: Marks(1, 7, 3, 5),
}


QUESTIONS: dict[tuple[str, str], Promise] = {
    (Scale.CSAT, Occasion.RETURN): _("How did your return go?"),
    (Scale.CSAT, Occasion.EXCHANGE): _("How did your exchange go?"),
    (Scale.CSAT, Occasion.SALE): _("How was your visit?"),
    (Scale.CES, Occasion.RETURN): _("Was your return easy?"),
    (Scale.CES, Occasion.EXCHANGE): _("Was your exchange easy?"),
    (Scale.CES, Occasion.SALE): _("Was your purchase easy?"),
}
ENDS: dict[str, tuple[Promise, Promise]] = {
    Scale.CSAT: (_("very badly"), _("very well")),
    Scale.CES: (_("not at all"), _("very easy")),
    Scale.NPS: (_("certainly not"), _("yes, certainly")),
}


class SatisfactionQuestion(models.Model):
    """What is asked after an occasion, from a moment on; never edited."""

    class Asks(models.TextChoices):
        CSAT = Scale.CSAT.value, Scale.CSAT.label
        NPS = Scale.NPS.value, Scale.NPS.label
        CES = Scale.CES.value, Scale.CES.label
        # The fact is told all the same, so that another system asks.
        ELSEWHERE = "ELSEWHERE", _("another system asks")
        OFF = "OFF", _("nobody is asked")

    occasion = models.CharField(_("after"), max_length=8, choices=Occasion.choices)
    asks = models.CharField(_("question"), max_length=9, choices=Asks.choices)
    start_at = models.DateTimeField(_("from"))

    class Meta:
        verbose_name = _("question asked")
        verbose_name_plural = _("questions asked")
        constraints = [
            UniqueConstraint(fields=["occasion", "start_at"], name="orders_question_once_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()} · {self.get_asks_display()}"


class Opinion(models.Model):
    """One question put to one customer about one event, and his answer once there is one."""

    LONGEST_COMMENT: ClassVar = 500

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="opinions", verbose_name=_("customer")
    )
    customer_return = models.OneToOneField(
        CustomerReturn,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opinion",
        verbose_name=_("return"),
    )
    order = models.OneToOneField(
        Order,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opinion",
        verbose_name=_("order"),
    )
    store = models.ForeignKey(
        Store,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opinions",
        verbose_name=_("store"),
    )
    occasion = models.CharField(_("after"), max_length=8, choices=Occasion.choices)
    scale = models.CharField(_("question"), max_length=4, choices=Scale.choices)
    # How he was written to; empty: nobody may.
    channel = models.CharField(
        _("asked by"), max_length=5, choices=Message.Channel.choices, blank=True
    )
    # Of the code in the link: enough to recognise it, useless to a thief.
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    score = models.PositiveSmallIntegerField(_("score"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    wants_call = models.BooleanField(_("wants to be called"), default=False)
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("good until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    # When the store's managers are written to next; empty: they need not be.
    notice_at = models.DateTimeField(_("next attempt"), null=True, blank=True, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    read_by = models.ForeignKey(
        Clerk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("read by"),
    )

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            CheckConstraint(
                condition=Q(customer_return__isnull=False, order__isnull=True)
                | Q(customer_return__isnull=True, order__isnull=False),
                name="orders_opinion_is_about_one_event",
            ),
            CheckConstraint(
                condition=Q(score__isnull=True, answered_at__isnull=True)
                | Q(score__isnull=False, answered_at__isnull=False),
                name="orders_opinion_answered_has_its_score",
            ),
            CheckConstraint(
                condition=Q(score__isnull=True)
                | Q(scale="CSAT", score__gte=1, score__lte=5)
                | Q(scale="NPS", score__gte=0, score__lte=10)
                | Q(scale="CES", score__gte=1, score__lte=7),
                name="orders_opinion_score_is_on_its_scale",
            ),
            CheckConstraint(
                condition=Q(answered_at__isnull=False)
                | Q(comment="", wants_call=False, notice_at__isnull=True, read_at__isnull=True),
                name="orders_opinion_unanswered_says_nothing",
            ),
        ]
        indexes = [
            Index(
                fields=["store", "-answered_at"],
                name="orders_opinions_of_store",
                condition=Q(answered_at__isnull=False),
            ),
            Index(
                fields=["notice_at"],
                name="orders_opinions_to_tell",
                condition=Q(notice_at__isnull=False),
            ),
            Index(fields=["customer", "-answered_at"], name="orders_opinions_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.scale} {str(self.id)[:8]}"

    @property
    def marks(self) -> Marks:
        return MARKS[self.scale]

    @property
    def steps(self) -> range:
        """Every mark that may be given."""
        return range(self.marks.lowest, self.marks.highest + 1)

    @property
    def question(self) -> str:
        """The question in the language of the moment."""
        if self.scale != Scale.NPS:
            return str(QUESTIONS[self.scale, self.occasion])
        if self.store is None:
            return gettext("Would you recommend us to a friend?")
        return gettext("Would you recommend %(store)s to a friend?") % {"store": self.store.name}

    @property
    def ends(self) -> tuple[Promise, Promise]:
        """What stands at both ends of the scale."""
        return ENDS[self.scale]

    @property
    def tone(self) -> str:
        """Its colour on a screen; the words say it too."""
        return "stop" if self.is_low else "ok" if self.is_high else ""

    @property
    def is_low(self) -> bool:
        return self.score is not None and self.score <= self.marks.low

    @property
    def is_high(self) -> bool:
        return self.score is not None and self.score >= self.marks.high

    @property
    def number(self) -> str:
        """The number of the return or sale that it is about."""
        about = self.customer_return or self.order
        return (about.number if about else "") or ""
