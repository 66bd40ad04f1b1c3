"""Exchanges, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import ReadOnlyRows
from orders.admin.amounts import WithAmounts, amount
from orders.models import Exchange, ExchangeLine


class ExchangeLines(ReadOnlyRows):
    model = ExchangeLine
    fields = ("return_line", "order_line")
    readonly_fields = fields


@admin.register(Exchange)
class ExchangeAdmin(WithAmounts):
    amounts = {
        "credit": amount("credit", _("credit")),
        "charges": amount("charges", _("charges")),
    }
    id_lookups = ("pk", "customer_return_id", "order_id")
    number_lookup = "customer_return__number__iexact"
    list_display = (
        "id",
        "customer_return",
        "order",
        amount("credit", _("credit")),
        amount("charges", _("charges")),
        "made_at",
    )
    list_select_related = ("customer_return", "order")
    ordering = ("-id",)
    inlines = (ExchangeLines,)
