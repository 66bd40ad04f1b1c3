"""How pages of head office write amounts and find numbers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin import OF_A_CUSTOMER
from customers.http import NotesLooks
from omnistore import words
from omnistore.headoffice import ReadOnly
from orders import numbers

PAID = _("paid")


def amount(field: str, label: Any, *, of: str = "") -> Any:
    """Return a column that writes the row's amount; its currency is the row's or that of `of`."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        currency = getattr(row, of).currency if of else row.currency
        return words.money(getattr(row, field), currency)

    return column


class WithAmounts(ReadOnly):
    """A page that writes its amounts with their currency, as the list does."""

    amounts: ClassVar[Mapping[str, Any]] = {}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [self.amounts.get(str(name), name) for name in super().get_fields(request, obj)]


class ByNumberKey(NotesLooks, WithAmounts):
    """Found by its number however it is typed, by its id, or by its customer's."""

    id_lookups = OF_A_CUSTOMER
    number_lookup = "number_key"

    def as_number(self, typed: str) -> str:
        return numbers.key(typed)
