"""Where goods came in and went, which unit was sold and repaired, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import ReadOnly, ReadOnlyRows
from orders.models import DispositionChange, Reception, Repair, SoldSerial


class DispositionChanges(ReadOnlyRows):
    model = DispositionChange
    fields = ("at", "units", "was", "was_in", "became", "became_in", "clerk")
    readonly_fields = fields


@admin.register(Reception)
class ReceptionAdmin(ReadOnly):
    id_lookups = ("pk", "return_line__customer_return_id")
    number_lookup = "return_line__customer_return__number__iexact"
    list_display = (
        *("received_at", "customer_return", "units", "serial", "condition", "disposition"),
        *("returned_in", "restocked_in"),
    )
    list_filter = ("disposition", "condition", "returned_in", "received_at")
    list_select_related = ("return_line__customer_return", "returned_in", "restocked_in")
    ordering = ("-received_at", "-pk")
    inlines = (DispositionChanges,)

    @admin.display(description=_("return"))
    def customer_return(self, row: Reception) -> str:
        return str(row.return_line.customer_return)


@admin.register(Repair)
class RepairAdmin(ReadOnly):
    id_lookups = ("pk", "order_line_id")
    number_lookup = "serial__iexact"
    list_display = ("finished_on", "order_line", "units", "serial", "store", "clerk")
    list_filter = ("store", "finished_on")
    list_select_related = ("order_line", "store", "clerk")
    ordering = ("-finished_on", "-pk")


@admin.register(SoldSerial)
class SoldSerialAdmin(ReadOnly):
    id_lookups = ("pk", "order_line_id")
    number_lookup = "serial__iexact"
    list_display = ("serial", "order_line", "units")
    list_select_related = ("order_line",)
    ordering = ("-pk",)
