"""Head office: sales, carts, returns and money to read; products and policies to keep."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin import OF_A_CUSTOMER, not_before_now, person
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


class PolicyForm(forms.ModelForm[PolicyVersion]):
    """The announced rules, each asked in words; `orders.policies` reads what is kept."""

    days = forms.IntegerField(
        label=_("Days to bring it back"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty: at any time."),
    )
    final_sale = forms.BooleanField(
        label=_("What is sold as final stays sold"), required=False, initial=True
    )
    allowed = forms.MultipleChoiceField(
        label=_("Accepted conditions"),
        choices=ReturnLine.Condition.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any."),
    )

    class Meta:
        model = PolicyVersion
        fields = ("store", "product_class", "days", "final_sale", "allowed", "note", "start_at")

    def clean_start_at(self) -> datetime:
        return not_before_now(self.cleaned_data["start_at"])

    @property
    def rules(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        window = [{"rule": "window", "days": said["days"]}] if said["days"] else []
        final_sale = [{"rule": "final_sale"}] if said["final_sale"] else []
        allowed = [{"rule": "conditions", "allowed": said["allowed"]}] if said["allowed"] else []
        return [*window, *final_sale, *allowed]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(AddOnly):
    list_display = ("version", "store", "product_class", "rules", "note", "start_at")
    list_filter = ("store", "product_class")
    list_select_related = ("store",)
    ordering = ("-start_at", "-version")
    form = PolicyForm

    def get_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> Any:
        return self.list_display if obj else PolicyForm.Meta.fields

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        same = PolicyVersion.objects.filter(store=obj.store, product_class=obj.product_class)
        obj.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        obj.rules = form.rules
        super().save_model(request, obj, form, change)


class WithAmounts(ReadOnly):
    """A page that writes its amounts with their currency, as the list does."""

    amounts: ClassVar[Mapping[str, Any]] = {}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [self.amounts.get(str(name), name) for name in super().get_fields(request, obj)]


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


class ByNumberKey(NotesLooks, WithAmounts):
    """Found by its number however it is typed, by its id, or by its customer's."""

    id_lookups = OF_A_CUSTOMER
    number_lookup = "number_key"

    def as_number(self, typed: str) -> str:
        return numbers.key(typed)


@admin.register(Order)
class OrderAdmin(ByNumberKey):
    list_display = ("number", "channel", "store", person, amount("total", PAID), "placed_at")
    amounts = {"total": amount("total", PAID), "tax": amount("tax", _("tax within"))}
    list_filter = ("channel", "store", "kind", "is_historical", "placed_at")
    list_select_related = ("customer", "store")
    ordering = ("-placed_at",)
    inlines = (OrderLines, Payments)


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
