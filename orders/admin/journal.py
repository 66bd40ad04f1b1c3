"""The journal and its closings, to read and to take away."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from omnistore import words
from omnistore.headoffice import ReadOnly
from orders.admin.amounts import WithAmounts, amount
from orders.journal import exports
from orders.models import JournalClosing, JournalEntry, Tender
from stores.models import Store

KINDS = {"csv": "text/csv", "jsonl": "application/jsonl"}
LONGEST = timedelta(days=3 * 366)


class Day(forms.DateInput):
    """A day as browsers take it: in ISO's order, in every language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ExportForm(forms.Form):
    """Which store, which days."""

    store = forms.ModelChoiceField(label=_("store"), queryset=Store.objects.order_by("name"))
    start = forms.DateField(label=_("first day"), widget=Day)
    last = forms.DateField(label=_("last day"), widget=Day)
    form = forms.ChoiceField(label=_("format"), choices=[("csv", "CSV"), ("jsonl", "JSON lines")])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        start, last = given.get("start"), given.get("last")
        if start and last and not start <= last <= start + LONGEST:
            self.add_error("last", _("The last day comes after the first, within three years."))
        return given


@admin.display(description=_("by tax rate"))
def by_tax_rate(entry: JournalEntry) -> SafeString:
    """Write the amounts by rate with the tax within, for people; the text itself is hashed."""
    return _below_each_other(
        f"{words.percent(Decimal(rate))} · {_money(amount, entry)} ({_money(tax, entry)})"
        for rate, (amount, tax) in json.loads(entry.taxes).items()
    )


@admin.display(description=_("by means of payment"))
def by_means(entry: JournalEntry) -> SafeString:
    """Write the amounts by means, for people; a correction takes some off."""
    names = {**dict(Tender.choices), "EXCHANGE": _("exchange")}
    return _below_each_other(
        f"{names.get(means, means)} · {_money(amount, entry)}"
        for means, amount in json.loads(entry.tenders).items()
    )


def _money(minor: int, entry: JournalEntry) -> str:
    return words.money(minor, entry.currency)


def _below_each_other(lines: Iterable[str]) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines))


@admin.register(JournalEntry)
class JournalEntryAdmin(WithAmounts):
    amounts: ClassVar = {
        "gross": amount("gross", _("amount")),
        "tax": amount("tax", _("tax within")),
        "taxes": by_tax_rate,
        "tenders": by_means,
    }
    number_lookup = "document__iexact"
    list_display = (
        *("number", "store", "kind", "document", amount("gross", _("amount")), "clerk", "day"),
        "at",
    )
    list_filter = ("store", "kind", "day")
    list_select_related = ("store", "clerk")
    ordering = ("-at",)

    def get_urls(self) -> list[Any]:
        own = path(
            "export/",
            self.admin_site.admin_view(self.export),
            name="orders_journalentry_export",
        )
        return [own, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Ask for store and days, then stream them."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        today = localdate()
        days = {"start": today.replace(day=1), "last": today}
        form = ExportForm(request.POST or None, initial=days)
        if request.method == "POST" and form.is_valid():
            return _download(**form.cleaned_data)
        context = self.admin_site.each_context(request)
        context |= {"title": _("Export the journal"), "opts": self.model._meta, "form": form}
        return TemplateResponse(request, "admin/form.html", context)


def _download(*, store: Store, start: date, last: date, form: str) -> StreamingHttpResponse:
    lines = exports.lines(store=store, start=start, end=last + timedelta(days=1), form=form)
    answer = StreamingHttpResponse(lines, content_type=KINDS[form])
    name = f"journal-{store.code}-{start}-{last}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@admin.register(JournalClosing)
class JournalClosingAdmin(ReadOnly):
    list_display = ("number", "store", "day", "first_number", "last_number", "closed_at")
    list_filter = ("store", "day")
    list_select_related = ("store",)
    ordering = ("-day", "store")
