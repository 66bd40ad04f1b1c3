"""What people were asked about returns, and who was woken for it, to read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.admin.amounts import WithAmounts, amount
from orders.models import Review, ReviewEntry, ReviewNotice
from orders.policies import schema


class Entries(ReadOnlyRows):
    model = ReviewEntry
    fields = ("at", "what", "how", "clerk", "user", "words")
    readonly_fields = fields


@admin.register(Review)
class ReviewAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("value"))}
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = (
        "customer_return",
        "kind",
        "rule_by_name",
        amount("amount", _("value")),
        "state",
        "route",
        "asked_at",
        "due_at",
        "decision",
    )
    list_filter = ("state", "kind", "route", "customer_return__store", "asked_at")
    list_select_related = ("customer_return",)
    ordering = ("-asked_at",)
    inlines = (Entries,)
    readonly_fields = ("decision",)

    @admin.display(description=_("rule"), ordering="rule")
    def rule_by_name(self, review: Review) -> str:
        return str(schema.NAMES.get(review.rule, review.rule))

    @admin.display(description=_("answer"))
    def decision(self, review: Review) -> str:
        """Lead to the page where it is decided, by the verb that everybody decides by."""
        if review.state == Review.State.ANNOUNCED:
            return ""
        address = reverse("orders:decision", args=[review.customer_return_id])
        words = _("Decide") if review.is_open else _("Look")
        return format_html('<a href="{}">{}</a>', address, words)


@admin.register(ReviewEntry)
class ReviewEntryAdmin(ReadOnly):
    id_lookups = ("pk", "review_id")
    number_lookup = "review__customer_return__number__iexact"
    list_display = ("at", "review", "what", "how", "clerk", "user")
    list_filter = ("what", "at")
    list_select_related = ("review", "clerk", "user")
    ordering = ("-at",)


@admin.register(ReviewNotice)
class ReviewNoticeAdmin(ReadOnly):
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = ("id", "customer_return", "user", "channel", "state", "attempts", "sent_at")
    list_filter = ("state", "channel", "created_at")
    list_select_related = ("customer_return", "user")
    ordering = ("-id",)
