"""Returns, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin import person
from omnistore.headoffice import ReadOnlyRows
from orders.admin.amounts import ByNumberKey, amount
from orders.models import Adjustment, CustomerReturn, JoinedOrder, ReturnLine, ReturnPhoto


class ReturnLines(ReadOnlyRows):
    model = ReturnLine
    fields = (
        "position",
        "product",
        "units",
        "reason",
        "condition",
        "right",
        "resolution",
        "disposition",
        "waiver",
        amount("amount", _("value"), of="customer_return"),
    )
    readonly_fields = fields


class Adjustments(ReadOnlyRows):
    model = Adjustment
    fields = (
        "position",
        "kind",
        "rule",
        "label",
        amount("amount", _("added to the refund"), of="customer_return"),
        amount("tax", _("tax within"), of="customer_return"),
    )
    readonly_fields = fields


class JoinedOrders(ReadOnlyRows):
    model = JoinedOrder
    fields = ("order", "joined_at")
    readonly_fields = fields


class Photos(ReadOnlyRows):
    model = ReturnPhoto
    fields = ("product", "clerk", "width", "height", "taken_at")
    readonly_fields = fields


@admin.register(CustomerReturn)
class CustomerReturnAdmin(ByNumberKey):
    list_display = ("__str__", "state", "store", person, "clerk", "source", "created_at")
    list_filter = ("state", "store", "is_historical", "created_at")
    list_select_related = ("customer", "store", "clerk")
    ordering = ("-created_at",)
    inlines = (ReturnLines, Adjustments, JoinedOrders, Photos)
