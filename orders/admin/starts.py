"""Returns declared before the customer comes, to read; their codes are nowhere to be seen."""

from django.contrib import admin

from omnistore.headoffice import ReadOnly
from orders.models import Declaration


@admin.register(Declaration)
class DeclarationAdmin(ReadOnly):
    id_lookups = ("pk", "customer_return_id")
    number_lookup = "customer_return__number__iexact"
    list_display = ("declared_at", "customer_return", "expires_at", "opened_at", "api_key")
    list_filter = ("declared_at",)
    list_select_related = ("customer_return", "api_key")
    ordering = ("-declared_at", "-pk")
    exclude = ("code_hash",)
