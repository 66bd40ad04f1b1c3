"""Products, to keep."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import NeverDeleted, ReadOnlyRows
from orders import prices
from orders.admin.amounts import amount
from orders.models import PricePoint, Product


class PricePoints(ReadOnlyRows):
    model = PricePoint
    fields = ("start_at", amount("price", _("price")))
    readonly_fields = fields
    ordering = ("-start_at",)


@admin.register(Product)
class ProductAdmin(NeverDeleted):
    number_lookup = "sku__iexact"
    list_display = ("sku", "name", "variant", amount("price", _("price")), "kind", "is_offered")
    list_filter = (
        *("kind", "is_offered", "has_no_withdrawal", "withdrawal_ends_opened", "product_class"),
    )
    ordering = ("sku",)
    inlines = (PricePoints,)

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        before = Product.objects.filter(pk=obj.pk).values_list("price", flat=True).first()
        super().save_model(request, obj, form, change)
        if before is not None:
            prices.changed(product=obj, was=before, at=now())

    def get_readonly_fields(self, request: HttpRequest, obj: Product | None = None) -> list[str]:
        return ["sku"] if obj else []
