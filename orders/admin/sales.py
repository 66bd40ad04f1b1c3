"""Sales of every channel, their payments and imports, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.admin import person
from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.admin.amounts import PAID, ByNumberKey, WithAmounts, amount
from orders.models import Order, OrderLine, OrderPromotion, Payment, SalesImport


class OrderLines(ReadOnlyRows):
    model = OrderLine
    fk_name = "order"
    fields = (
        "position",
        "product",
        "quantity",
        "handed_over",
        amount("unit_price", _("unit price"), of="order"),
        amount("line_discount", _("line discount"), of="order"),
        amount("order_discount", _("share of order discounts"), of="order"),
        amount("total", PAID, of="order"),
        amount("tax", _("tax within"), of="order"),
    )
    readonly_fields = fields


class Payments(ReadOnlyRows):
    model = Payment
    fields = ("tender", amount("amount", _("captured"), of="order"), "reference", "captured_at")
    readonly_fields = fields


class Promotions(ReadOnlyRows):
    model = OrderPromotion
    fields = (
        *("position", "code", "label", "kind"),
        amount("minimum", pgettext_lazy("amount", "from"), of="order"),
        *("bundle_units", "bundle_paid"),
        amount("amount", _("taken off"), of="order"),
    )
    readonly_fields = fields


@admin.register(Order)
class OrderAdmin(ByNumberKey):
    list_display = ("number", "channel", "store", person, amount("total", PAID), "placed_at")
    amounts = {"total": amount("total", PAID), "tax": amount("tax", _("tax within"))}
    list_filter = ("channel", "store", "kind", "is_historical", "placed_at")
    list_select_related = ("customer", "store")
    ordering = ("-placed_at",)
    inlines = (OrderLines, Promotions, Payments)


@admin.register(Payment)
class PaymentAdmin(WithAmounts):
    amounts = {"amount": amount("amount", _("captured"), of="order")}
    id_lookups = ("pk", "order_id")
    number_lookup = "reference"
    list_display = (
        "id",
        "order",
        "tender",
        amount("amount", _("captured"), of="order"),
        "captured_at",
    )
    list_filter = ("tender", "captured_at")
    list_select_related = ("order",)
    ordering = ("-id",)


@admin.register(SalesImport)
class SalesImportAdmin(ReadOnly):
    list_display = ("file_name", "source", "lines_read", "accepted", "rejected", "finished_at")
    ordering = ("-started_at",)
