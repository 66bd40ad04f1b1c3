"""
Head office: what the admin pages of all apps have in common.

The admin is for support, not for the shop: facts, money and consents are only read, actions call
the same verbs as the counter, and nothing personal is searched for in an address.
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

BIGGEST_ID = 2**63 - 1


class HeadOffice(admin.AdminSite):
    """The admin with its index grouped by what one comes for, not by where the code lives."""

    site_header = _("omnistore · head office")
    site_title = _("Head office")
    index_title = _("What do you want to look into?")
    enable_nav_sidebar = False

    GROUPS: ClassVar[Sequence[tuple[Promise | str, Sequence[str]]]] = (
        (_("Shops and people who sell"), ("Store", "Register", "Clerk", "Tablet", "PinTries")),
        (
            _("Customers"),
            (
                *("Customer", "Identifier", "Evidence", "ConsentWording", "Consent"),
                *("LoyaltyEntry", "LoyaltyRule", "Touch", "Visit"),
                *("Message", "OneTimeCode", "CheckIn", "KnownPhone", "PhoneSession", "Pass"),
            ),
        ),
        (
            _("What is offered"),
            ("Product", "PolicyVersion", "Stock", "StockMovement", "Reservation"),
        ),
        (_("Sales"), ("Order", "Payment", "Cart", "SalesImport")),
        (
            _("Returns and refunds"),
            (
                *("CustomerReturn", "RefundPlan", "Refund", "Instruction"),
                *("Declaration", "Withdrawal", "Reception", "Repair", "SoldSerial"),
                *("Exchange", "Replacement", "Collection", "Contribution"),
                *("RefundAgreement", "Processor", "ProcessorRequest"),
                *("CreditAccount", "CreditEntry"),
                *("Review", "ReviewEntry", "ReviewNotice", "Allowance"),
                *("Slip", "ProductRefusal"),
            ),
        ),
        (_("How it was"), ("Opinion", "SatisfactionQuestion", "SatisfactionRequest")),
        (_("Journal"), ("JournalEntry", "JournalClosing")),
        (
            _("Systems we tell"),
            (
                *("Connection", "Delivery", "Event", "Stream", "Lane", "Replay", "Tally"),
                *("Link", "MergeProposal"),
            ),
        ),
        (
            _("Access and audit"),
            ("ApiKey", "User", "Group", "PushSubscription", "Look", "AccessChange"),
        ),
    )

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label:
            return apps
        known = {
            entry["object_name"]: entry | {"app": app} for app in apps for entry in app["models"]
        }
        groups = [
            (name, [known.pop(model) for model in models if model in known])
            for name, models in self.GROUPS
        ]
        groups.append((_("Other"), list(known.values())))
        return [_group(name, entries) for name, entries in groups if entries]


def _group(name: Promise | str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    first = entries[0]["app"]
    return {**first, "name": name, "models": entries}


class NamedDateTime(AdminSplitDateTime):
    """A date and a time whose fields carry the words that stand beside them."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        labels = (context["date_label"], context["time_label"])
        for field, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            field["attrs"]["aria-label"] = label
        return context


class FoundByNumber(admin.ModelAdmin[Any]):
    """
    `?q=` takes an id or a number and nothing else: no name, phone or e-mail stands in an address.

    `id_lookups` are the fields that keep an id, `number_lookup` the one that keeps the number;
    `as_number` brings what was typed into its form.
    """

    id_lookups: ClassVar[Sequence[str]] = ("pk",)
    number_lookup: ClassVar[str] = ""
    formfield_overrides: ClassVar[dict[type, dict[str, Any]]] = {
        models.DateTimeField: {"widget": NamedDateTime}
    }
    search_fields = ("pk",)
    search_help_text = _("Number or id, in full.")
    list_per_page = 50
    show_full_result_count = False

    def as_number(self, typed: str) -> str:
        return typed

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow what the list's filters ask for; no name, phone or secret is guessed at by `?`."""
        filters = self.get_list_filter(request)
        offered = [entry[0] if isinstance(entry, tuple) else entry for entry in filters]
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        typed = search_term.replace("\0", "").strip()
        if not typed:
            return queryset, False
        wanted = models.Q()
        for lookup in self.id_lookups:
            if (key := _as_key(self.model, lookup, typed)) is not None:
                wanted |= models.Q(**{lookup: key})
        if self.number_lookup and (number := self.as_number(typed)):
            wanted |= models.Q(**{self.number_lookup: number})
        return (queryset.filter(wanted) if wanted else queryset.none()), False


def _as_key(model: type[models.Model], lookup: str, typed: str) -> UUID | int | None:
    """Return the typed text as a value of the model's id field, None when it cannot be one."""
    field = model._meta.pk if lookup == "pk" else get_fields_from_path(model, lookup)[-1]
    try:
        key = UUID(typed) if _target(field) is models.UUIDField else int(typed)
    except ValueError:
        return None
    return key if isinstance(key, UUID) or 0 <= key <= BIGGEST_ID else None


def _target(field: Any) -> type:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return models.UUIDField if isinstance(field, models.UUIDField) else models.IntegerField


class ReadOnly(FoundByNumber):
    """Facts, money, consents, looks: seen here, made elsewhere."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class AddOnly(FoundByNumber):
    """A new version is added; one that was in force is never edited."""

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class NeverDeleted(FoundByNumber):
    """Ended, closed or revoked, but not deleted: what happened points to it."""

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class WithSecret(NeverDeleted):
    """A page whose new row has a secret, shown this once and never again."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Saving leads to the secret and nowhere else.
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, only_save | (extra_context or {}))

    def shown_once(self, request: HttpRequest, row: Any, secret: str) -> HttpResponse:
        return shown_once(request, row, secret)


def shown_once(
    request: HttpRequest, row: models.Model, secret: str, *, back: str = ""
) -> HttpResponse:
    """Return the page that shows the row's secret, this once; it leads to `back`, or the list."""
    opts = row._meta
    context = admin.site.each_context(request) | {
        "title": gettext("Copy it now"),
        "opts": opts,
        "row": row,
        "secret": secret,
        "back": back or reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/shown_once.html", context)


class ReadOnlyRows(admin.TabularInline[Any, Any]):
    """Rows of another model inside a page, as they are."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False
