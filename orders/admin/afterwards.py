"""What is not advertised to whom, and who was asked how it went; to read."""

from django.contrib import admin

from customers.admin import person
from omnistore.headoffice import ReadOnly
from orders.models import ProductRefusal, SatisfactionRequest


@admin.register(ProductRefusal)
class ProductRefusalAdmin(ReadOnly):
    id_lookups = ("pk", "customer_id", "customer_return_id")
    number_lookup = "product__sku__iexact"
    list_display = ("id", person, "product", "reason", "start_at", "end_at")
    list_filter = ("reason",)
    list_select_related = ("customer", "product")
    ordering = ("-id",)


@admin.register(SatisfactionRequest)
class SatisfactionRequestAdmin(ReadOnly):
    id_lookups = ("pk", "customer_id", "customer_return_id", "order_id")
    list_display = ("id", person, "customer_return", "order", "asked_at")
    list_select_related = ("customer", "customer_return", "order")
    ordering = ("-id",)
