"""Exchanges, what customers took and paid in them, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.admin.amounts import WithAmounts, amount
from orders.models import Collection, Contribution, Exchange, Replacement


class Collections(ReadOnlyRows):
    model = Collection
    fields = ("purpose", amount("amount", _("amount")), "state", "failure", "settled_at")
    readonly_fields = fields


@admin.register(Exchange)
class ExchangeAdmin(WithAmounts):
    amounts = {
        "credit": amount("credit", _("credit")),
        "adjustments": amount("adjustments", _("fees and promotions")),
        "charges": amount("charges", _("charges")),
        "to_pay": amount("to_pay", _("the customer pays")),
    }
    id_lookups = ("pk", "customer_return_id", "order_id")
    number_lookup = "customer_return__number__iexact"
    list_display = (
        "id",
        "customer_return",
        "order",
        amount("credit", _("credit")),
        amount("charges", _("charges")),
        "state",
        "due_on",
        "overdue_at",
        "ending",
        "made_at",
    )
    list_filter = ("state", "ending", "due_on", "customer_return__store")
    list_select_related = ("customer_return", "order")
    ordering = ("-id",)
    inlines = (Collections,)


@admin.register(Replacement)
class ReplacementAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("charged"), of="customer_return")}
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = (
        "product",
        "units",
        "customer_return",
        "fulfilment",
        "from_store",
        "handed_over_at",
    )
    list_filter = ("fulfilment", "from_store", "handed_over_at")
    list_select_related = ("product", "customer_return", "from_store")
    ordering = ("-id",)


@admin.register(Collection)
class CollectionAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("amount"))}
    id_lookups = ("pk", "exchange_id")
    number_lookup = "exchange__customer_return__number__iexact"
    list_display = (
        "id",
        "exchange",
        "purpose",
        amount("amount", _("amount")),
        "state",
        "created_at",
        "settled_at",
    )
    list_filter = ("state", "purpose", "created_at")
    list_select_related = ("exchange__order", "exchange__customer_return")
    ordering = ("-created_at",)


@admin.register(Contribution)
class ContributionAdmin(ReadOnly):
    id_lookups = ("pk", "order_line_id", "payer_id")
    list_display = ("order_line", "payer", amount("amount", _("amount"), of="payer"))
    list_select_related = ("order_line", "payer")
    ordering = ("-id",)
