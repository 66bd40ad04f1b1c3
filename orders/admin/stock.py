"""Stock and its movements, to read; a count is a new movement with its reason."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from omnistore.headoffice import AddOnly, ReadOnly, ReadOnlyRows
from orders import stock
from orders.models import Product, Reservation, Stock, StockMovement
from stores.models import Store


class LatestMovements(ReadOnlyRows):
    model = StockMovement
    fields = ("at", "reason", "units", "held", "on_hand_after", "reference", "note", "clerk")
    readonly_fields = fields
    ordering = ("-at", "-pk")
    max_num = 50


@admin.register(Stock)
class StockAdmin(ReadOnly):
    id_lookups = ("pk", "product_id")
    number_lookup = "product__sku__iexact"
    list_display = ("product", "store", "on_hand", "reserved", "available", "changed_at")
    list_filter = ("store",)
    list_select_related = ("product", "store")
    ordering = ("-changed_at", "-pk")
    inlines = (LatestMovements,)

    @admin.display(description=_("available"))
    def available(self, row: Stock) -> int:
        return row.available


class CountForm(forms.ModelForm[StockMovement]):
    """What was found in the store, and why the figure changes."""

    sku = forms.CharField(label=_("article number"), max_length=40)
    store = forms.ModelChoiceField(Store.objects.filter(is_active=True), label=_("store"))
    found = forms.IntegerField(label=_("found in the store"), min_value=0, max_value=1_000_000)
    note = forms.CharField(label=_("why"), max_length=200)

    class Meta:
        model = StockMovement
        fields = ("sku", "store", "found", "note")

    def clean_sku(self) -> str:
        sku: str = self.cleaned_data["sku"].strip()
        if not Product.objects.filter(sku=sku, kind=Product.Kind.GOODS).exists():
            raise forms.ValidationError(_("There is no article with this number."))
        return sku


@admin.register(StockMovement)
class StockMovementAdmin(AddOnly):
    id_lookups = ("pk", "stock_id")
    number_lookup = "stock__product__sku__iexact"
    list_display = ("at", "stock", "reason", "units", "held", "on_hand_after", "reference", "note")
    list_filter = ("reason", "stock__store", "at")
    list_select_related = ("stock",)
    ordering = ("-at", "-pk")
    form = CountForm

    def get_fields(self, request: HttpRequest, obj: StockMovement | None = None) -> Any:
        return (*self.list_display, "clerk", "author") if obj else CountForm.Meta.fields

    def save_model(self, request: HttpRequest, obj: StockMovement, form: Any, change: bool) -> None:
        said = form.cleaned_data
        counted = stock.count(
            product=Product.objects.get(sku=said["sku"]),
            store=said["store"],
            on_hand=said["found"],
            note=said["note"],
            author=request.user,  # type: ignore[arg-type]
            at=now(),
        )
        # The movement that the count has just written is the row this page was to make.
        made = counted.movements.latest("pk")
        obj.__dict__.update(made.__dict__)


@admin.register(Reservation)
class ReservationAdmin(ReadOnly):
    number_lookup = "reference"
    list_display = ("product", "units", "store", "reference", "state", "made_at", "expires_at")
    list_filter = ("state", "store", "made_at")
    list_select_related = ("product", "store")
    ordering = ("-made_at",)
