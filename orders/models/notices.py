"""Who is woken when a person has to decide: written first, sent later."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils.translation import gettext_lazy as _

from orders.models.returns import CustomerReturn
from orders.models.reviews import Review
from stores.models import PushSubscription


class ReviewNotice(models.Model):
    """A message that wakes an approver, by one channel: written first, sent later, by ids only."""

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", _("e-mail")
        PUSH = "PUSH", _("web push")

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits")
        SENT = "SENT", _("sent")
        DROPPED = "DROPPED", _("not needed any more")
        FAILED = "FAILED", _("given up")

    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.PROTECT, related_name="notices", verbose_name=_("return")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="review_notices",
        verbose_name=_("user"),
    )
    subscription = models.ForeignKey(
        PushSubscription,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("browser"),
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    route = models.CharField(_("who is asked"), max_length=6, choices=Review.Route.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # A code, never what somebody answered.
    failure = models.CharField(_("failure"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("written"))
    next_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice to an approver")
        verbose_name_plural = _("notices to approvers")
        constraints = [
            CheckConstraint(
                condition=Q(channel="PUSH", subscription__isnull=False)
                | Q(channel="EMAIL", subscription__isnull=True),
                name="orders_notice_has_its_channel",
            ),
            CheckConstraint(
                condition=~Q(state="SENT") | Q(sent_at__isnull=False),
                name="orders_notice_sent_has_its_time",
            ),
        ]
        indexes = [
            Index(fields=["next_at"], name="orders_notices_due", condition=Q(state="WAITING"))
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.customer_return_id}"
