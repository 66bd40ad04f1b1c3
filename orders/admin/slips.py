"""Slips, to read; their codes are nowhere to be seen."""

from django.contrib import admin

from omnistore.headoffice import ReadOnly
from orders.models import Slip


@admin.register(Slip)
class SlipAdmin(ReadOnly):
    id_lookups = ("pk", "order_id", "customer_return_id")
    list_display = ("id", "kind", "order", "customer_return", "made_at", "expires_at")
    list_filter = ("kind",)
    list_select_related = ("order", "customer_return")
    ordering = ("-made_at",)
    exclude = ("code_hash",)
