"""Refunds and what registers were asked, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.admin.amounts import WithAmounts, amount
from orders.models import Instruction, Refund, RefundAgreement, RefundPlan


class Refunds(ReadOnlyRows):
    model = Refund
    fields = (
        *("position", "tender", "gateway", amount("amount", _("amount")), "state"),
        *("reference", "failure", "agreement"),
    )
    readonly_fields = fields


@admin.register(RefundPlan)
class RefundPlanAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("amount"))}
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = ("id", "customer_return", amount("amount", _("amount")), "route", "state")
    list_filter = ("state", "route")
    list_select_related = ("customer_return",)
    ordering = ("-id",)
    inlines = (Refunds,)


@admin.register(Refund)
class RefundAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("amount"))}
    number_lookup = "plan__customer_return__number__iexact"
    list_display = (
        "id",
        "plan",
        "tender",
        amount("amount", _("amount")),
        "state",
        "created_at",
        "settled_at",
    )
    list_filter = ("state", "tender", "created_at")
    list_select_related = ("plan",)
    ordering = ("-created_at",)


@admin.register(Instruction)
class InstructionAdmin(ReadOnly):
    id_lookups = ("pk", "refund_id", "collection_id")
    number_lookup = "refund__plan__customer_return__number__iexact"
    list_display = ("id", "register", "refund", "collection", "state", "issued_at", "answered_at")
    list_filter = ("state", "register__store", "issued_at")
    list_select_related = ("register__store", "refund", "collection")
    ordering = ("-id",)


@admin.register(RefundAgreement)
class RefundAgreementAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("amount"))}
    id_lookups = ("pk", "plan_id")
    number_lookup = "plan__customer_return__number__iexact"
    list_display = (
        "id",
        "plan",
        "tender",
        amount("amount", _("amount")),
        "how",
        "clerk",
        "agreed_at",
    )
    list_filter = ("tender", "how", "agreed_at")
    list_select_related = ("plan", "clerk")
    ordering = ("-id",)
