"""Products, to keep."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import NeverDeleted
from orders.admin.amounts import amount
from orders.models import Product


@admin.register(Product)
class ProductAdmin(NeverDeleted):
    number_lookup = "sku__iexact"
    list_display = ("sku", "name", "variant", amount("price", _("price")), "kind", "is_offered")
    list_filter = (
        *("kind", "is_offered", "has_no_withdrawal", "withdrawal_ends_opened", "product_class"),
    )
    ordering = ("sku",)

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return ["sku"] if obj else []
