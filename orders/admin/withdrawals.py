"""Withdrawals declared by law, to read: what was withdrawn from and when, never by whom."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.models import Withdrawal, WithdrawnLine


class WithdrawnLines(ReadOnlyRows):
    model = WithdrawnLine
    fields = ("order_line", "units")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WithdrawnLine]:
        rows: QuerySet[WithdrawnLine] = super().get_queryset(request)
        return rows.select_related("order_line")


@admin.register(Withdrawal)
class WithdrawalAdmin(ReadOnly):
    id_lookups = ("pk", "order_id", "customer_return_id")
    number_lookup = "order__number__iexact"
    list_display = ("declared_at", "order", "customer_return", "language", "forgotten_at")
    list_filter = ("declared_at", "language")
    list_select_related = ("order", "customer_return")
    fields = list_display
    inlines = (WithdrawnLines,)
    ordering = ("-declared_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Withdrawal]:
        rows: QuerySet[Withdrawal] = super().get_queryset(request)
        return rows.defer("name", "email")
