"""Head office: sales, carts, returns and money to read; products and policies to keep."""

from typing import Any

from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin import OF_A_CUSTOMER, person
from customers.http import NotesLooks
from omnistore import words
from omnistore.headoffice import AddOnly, NeverDeleted, ReadOnly, ReadOnlyRows
from orders import numbers
from orders.models import (
    Cart,
    CartLine,
    CustomerReturn,
    Exchange,
    ExchangeLine,
    Instruction,
    Order,
    OrderLine,
    Payment,
    PolicyVersion,
    Product,
    Refund,
    RefundPlan,
    ReturnLine,
    SalesImport,
)

PAID = _("paid")


def amount(field: str, label: Any, *, of: str = "") -> Any:
    """Return a column that writes the row's amount; its currency is the row's or that of `of`."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, of).currency if of else row.currency
        return words.money(getattr(row, field), currency)

    return column


@admin.register(Product)
class ProductAdmin(NeverDeleted):
    number_lookup = "sku__iexact"
    list_display = ("sku", "name", "variant", amount("price", _("price")), "kind", "is_offered")
    list_filter = ("kind", "is_offered", "has_no_withdrawal", "product_class")
    ordering = ("sku",)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return ["sku"] if obj else []


@admin.register(PolicyVersion)
class PolicyVersionAdmin(AddOnly):
    list_display = ("version", "store", "product_class", "rules", "note", "start_at")
    list_filter = ("store", "product_class")
    list_select_related = ("store",)
    ordering = ("-start_at", "-version")
    fields = ("store", "product_class", "rules", "note", "start_at")

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        same = PolicyVersion.objects.filter(store=obj.store, product_class=obj.product_class)
        obj.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        super().save_model(request, obj, form, change)


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


class ByNumberKey(NotesLooks, ReadOnly):
    """Found by its number however it is typed, by its id, or by its customer's."""

    id_lookups = OF_A_CUSTOMER
    number_lookup = "number_key"

    def as_number(self, typed: str) -> str:
        return numbers.key(typed)


@admin.register(Order)
class OrderAdmin(ByNumberKey):
    list_display = ("number", "channel", "store", person, amount("total", PAID), "placed_at")
    list_filter = ("channel", "store", "kind", "is_historical", "placed_at")
    list_select_related = ("customer", "store")
    ordering = ("-placed_at",)
    inlines = (OrderLines, Payments)


@admin.register(Payment)
class PaymentAdmin(ReadOnly):
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


class CartLines(ReadOnlyRows):
    model = CartLine
    fields = ("position", "product", "quantity", amount("unit_price", _("price online"), of="cart"))
    readonly_fields = fields


@admin.register(Cart)
class CartAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    number_lookup = "source_key"
    list_display = ("source_key", "source", person, "state", "currency", "changed_at")
    list_filter = ("state", "source", "changed_at")
    list_select_related = ("customer",)
    ordering = ("-changed_at",)
    inlines = (CartLines,)


@admin.register(SalesImport)
class SalesImportAdmin(ReadOnly):
    list_display = ("file_name", "source", "lines_read", "accepted", "rejected", "finished_at")
    ordering = ("-started_at",)


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
        amount("amount", _("value"), of="customer_return"),
    )
    readonly_fields = fields


@admin.register(CustomerReturn)
class CustomerReturnAdmin(ByNumberKey):
    list_display = ("__str__", "state", "store", person, "clerk", "source", "created_at")
    list_filter = ("state", "store", "is_historical", "created_at")
    list_select_related = ("customer", "store", "clerk")
    ordering = ("-created_at",)
    inlines = (ReturnLines,)


class Refunds(ReadOnlyRows):
    model = Refund
    fields = ("position", "tender", amount("amount", _("amount")), "state", "reference", "failure")
    readonly_fields = fields


@admin.register(RefundPlan)
class RefundPlanAdmin(ReadOnly):
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = ("id", "customer_return", amount("amount", _("amount")), "route", "state")
    list_filter = ("state", "route")
    list_select_related = ("customer_return",)
    ordering = ("-id",)
    inlines = (Refunds,)


@admin.register(Refund)
class RefundAdmin(ReadOnly):
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
    id_lookups = ("pk", "refund_id")
    number_lookup = "refund__plan__customer_return__number__iexact"
    list_display = ("id", "register", "refund", "state", "issued_at", "answered_at")
    list_filter = ("state", "register__store", "issued_at")
    list_select_related = ("register__store", "refund")
    ordering = ("-id",)


class ExchangeLines(ReadOnlyRows):
    model = ExchangeLine
    fields = ("return_line", "order_line")
    readonly_fields = fields


@admin.register(Exchange)
class ExchangeAdmin(ReadOnly):
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
