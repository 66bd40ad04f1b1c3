"""Web carts, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from customers.admin import OF_A_CUSTOMER, person
from customers.http import NotesLooks
from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.admin.amounts import amount
from orders.models import Cart, CartLine


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
