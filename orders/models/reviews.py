"""What a person was asked about a return, what he was shown, and what he said."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from orders.models.policies import Level
from orders.models.returns import CustomerReturn
from orders.models.sales import OrderLine
from stores.models import Clerk


class Review(models.Model):
    """
    One question about a return that a person answers, bound to exactly what he was shown.

    A refusal is a person's, never a machine's (GDPR article 22); a legal right is announced and
    not asked about (rules.md 1.6). The database holds both.
    """

    class Kind(models.TextChoices):
        OVERRIDE = "OVERRIDE", _("a rule is to be overruled")
        LIMIT = "LIMIT", _("a limit is reached")
        VIP_GESTURE = "VIP_GESTURE", _("a gesture for a VIP")
        NO_RECEIPT = "NO_RECEIPT", _("without receipt")
        CUSTOMER_ASKED = "CUSTOMER_ASKED", _("the customer asked for a person")
        LEGAL_NOTICE = "LEGAL_NOTICE", _("a legal right, to know of")

    class State(models.TextChoices):
        OPEN = "OPEN", _("waits for an answer")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        EXPIRED = "EXPIRED", _("nobody answered in time")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("review", "taken back")
        ANNOUNCED = "ANNOUNCED", _("announced")

    class Route(models.TextChoices):
        STORE = "STORE", _("the store’s manager")
        HEAD_OFFICE = "OFFICE", _("head office")

    class Fallback(models.TextChoices):
        """What happens when the time is up."""

        ESCALATE = "ESCALATE", _("head office is asked")
        REFUSE_KINDLY = "REFUSE_KINDLY", _("not now; it can be asked again")
        APPROVE_SMALL = "APPROVE_SMALL", _("approved when it is small")

    class How(models.TextChoices):
        PIN = "PIN", _("by PIN, on the tablet")
        REMOTE = "REMOTE", _("from afar")
        FALLBACK = "FALLBACK", _("by the fallback, for want of an answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("return")
    )
    # Empty: the question is about the return as a whole.
    order_line = models.ForeignKey(
        OrderLine,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("order line"),
    )
    asked_by = models.ForeignKey(
        Clerk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    decided_by_clerk = models.ForeignKey(
        Clerk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    rule = models.CharField(_("rule"), max_length=40)
    level = models.CharField(_("who may overrule"), max_length=10, choices=Level.choices)
    # What the rule said when it was asked, by language: the decision is about that.
    sentences = models.JSONField(_("what the rule says"), default=dict, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True)
    units = models.PositiveIntegerField(_("units"))
    amount = models.BigIntegerField(_("value"))
    currency = models.CharField(_("currency"), max_length=3)
    # Of line, units, reason, condition and settlement as shown: changed, the answer fits no more.
    shown = models.CharField(_("what was shown"), max_length=64, editable=False)
    route = models.CharField(_("who is asked"), max_length=6, choices=Route.choices)
    fallback = models.CharField(_("when time is up"), max_length=13, choices=Fallback.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    how = models.CharField(_("how decided"), max_length=8, choices=How.choices, blank=True)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("to be answered until"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        # Kept in the database as Django keeps its own, in no language that was on at the time.
        permissions = [("decide_review", "Can decide reviews of all stores")]
        constraints = [
            UniqueConstraint(
                fields=["customer_return", "order_line", "rule"],
                condition=Q(state="OPEN"),
                name="orders_one_open_review_per_line",
            ),
            UniqueConstraint(
                fields=["customer_return", "rule"],
                condition=Q(state="OPEN", order_line__isnull=True),
                name="orders_one_open_review_per_return",
            ),
            CheckConstraint(
                condition=Q(kind="LEGAL_NOTICE", state="ANNOUNCED")
                | (~Q(kind="LEGAL_NOTICE") & ~Q(state="ANNOUNCED")),
                name="orders_legal_right_is_only_announced",
            ),
            CheckConstraint(
                condition=Q(state__in=("OPEN", "ANNOUNCED"), decided_at__isnull=True, how="")
                | (~Q(state__in=("OPEN", "ANNOUNCED")) & Q(decided_at__isnull=False)),
                name="orders_review_decided_has_its_time",
            ),
            CheckConstraint(
                condition=~Q(state="REFUSED")
                | (
                    Q(how__in=("PIN", "REMOTE"))
                    & ~Q(words="")
                    & (Q(decided_by_clerk__isnull=False) | Q(decided_by_user__isnull=False))
                ),
                name="orders_refusal_is_a_persons_with_words",
            ),
            CheckConstraint(
                condition=~Q(state="APPROVED")
                | Q(how="FALLBACK")
                | (
                    Q(how__in=("PIN", "REMOTE"))
                    & (Q(decided_by_clerk__isnull=False) | Q(decided_by_user__isnull=False))
                ),
                name="orders_approval_has_its_author",
            ),
            CheckConstraint(
                condition=Q(asked_by__isnull=True)
                | Q(decided_by_clerk__isnull=True)
                | ~Q(decided_by_clerk=F("asked_by")),
                name="orders_nobody_decides_what_he_asked",
            ),
        ]
        indexes = [
            Index(fields=["due_at"], name="orders_reviews_due", condition=Q(state="OPEN")),
            Index(fields=["-asked_at"], name="orders_newest_reviews"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.rule}"

    @property
    def sentence(self) -> str:
        """What the rule said, in the reader's language."""
        language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
        return str(self.sentences.get(language) or next(iter(self.sentences.values()), ""))

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def is_expired(self) -> bool:
        return self.state == self.State.EXPIRED

    @property
    def may_be_approved(self) -> bool:
        """Whether a yes is possible: what nobody may overrule a person can only explain."""
        return self.level != Level.NOBODY

    @property
    def is_for_head_office(self) -> bool:
        return self.route == self.Route.HEAD_OFFICE

    @property
    def decided_by(self) -> str:
        """The name of who decided; empty when nobody did."""
        decider = self.decided_by_clerk or self.decided_by_user
        return str(decider) if decider else ""


class ReviewEntry(models.Model):
    """The log of a review: who did what, when. Only added to."""

    class What(models.TextChoices):
        ASKED = "ASKED", _("asked")
        ANNOUNCED = "ANNOUNCED", _("announced")
        SEEN = "SEEN", _("looked at")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        WITHDRAWN = "WITHDRAWN", pgettext_lazy("review", "taken back")
        ESCALATED = "ESCALATED", _("passed on to head office")
        EXPIRED = "EXPIRED", _("nobody answered in time")
        USED = "USED", _("the return was taken on it")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="entries")
    clerk = models.ForeignKey(
        Clerk,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("clerk"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
    )
    what = models.CharField(_("what"), max_length=9, choices=What.choices)
    how = models.CharField(_("how decided"), max_length=8, choices=Review.How.choices, blank=True)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("entry of a review")
        verbose_name_plural = _("entries of reviews")
        indexes = [Index(fields=["review", "at"], name="orders_entries_of_review")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.review_id}"
