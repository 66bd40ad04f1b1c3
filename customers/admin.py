"""
Head office: what is known of customers, read-only but for a few settings.

The customer's own page stands in `omnistore.counter.admin`: it joins apps and finds people as the
counter does.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from babel.numbers import is_currency
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers import cards, emails, handsets, passes, phones
from customers.http import NotesLooks
from customers.models import (
    CheckIn,
    Consent,
    ConsentWording,
    Evidence,
    Identifier,
    KnownPhone,
    LoyaltyEntry,
    LoyaltyRule,
    Message,
    OneTimeCode,
    Pass,
    PhoneSession,
    Touch,
    Visit,
)
from omnistore.headoffice import AddOnly, NeverDeleted, ReadOnly

Kind = Identifier.Kind
OF_A_CUSTOMER = ("pk", "customer_id")
# How long one may take to fill a form in.
A_MOMENT = timedelta(hours=1)


@admin.display(description=_("customer"))
def person(row: Any) -> str:
    """Who it is, in a list: initials that lead to the page, where the look is noted."""
    if row.customer is None:
        return "–"
    return format_html(
        '<a href="{}">{}</a>',
        reverse("admin:customers_customer_change", args=[row.customer_id]),
        f"{row.customer.initials} {str(row.customer_id)[:8]}",
    )


@admin.display(description=_("value"))
def masked(identifier: Identifier) -> str:
    """The value with only its ends left to read."""
    if identifier.kind == Kind.PHONE:
        return phones.masked(identifier.value)
    if identifier.kind == Kind.EMAIL:
        return emails.masked(identifier.value)
    return cards.masked(identifier.value)


@admin.register(Identifier)
class IdentifierAdmin(NotesLooks, ReadOnly):
    list_display = ("id", "kind", masked, "is_shared", "is_blocked", "first_seen_at")
    list_filter = ("kind", "is_shared", "is_blocked")
    ordering = ("-id",)

    def people_of(self, row: Identifier) -> list[UUID]:
        return list(row.evidence.values_list("customer_id", flat=True))


@admin.register(Evidence)
class EvidenceAdmin(NotesLooks, ReadOnly):
    id_lookups = ("pk", "customer_id", "identifier_id")
    list_display = ("id", person, "identifier", "source", "confidence", "started_at", "ended_at")
    list_filter = ("source", "is_shared", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("customer", "identifier")
    ordering = ("-id",)


def not_before_now(moment: datetime) -> datetime:
    """Return the moment from which a new version holds; the past keeps the rules it had."""
    if moment < now() - A_MOMENT:
        raise ValidationError(_("A new version holds from now on at the earliest."))
    return moment


class WordingForm(forms.ModelForm[ConsentWording]):
    """A new wording."""

    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)

    class Meta:
        model = ConsentWording
        fields = ("purpose", "channel", "language", "text", "in_force_at")

    def clean_in_force_at(self) -> datetime:
        return not_before_now(self.cleaned_data["in_force_at"])


@admin.register(ConsentWording)
class ConsentWordingAdmin(AddOnly):
    list_display = ("purpose", "channel", "language", "version", "in_force_at")
    list_filter = ("purpose", "channel", "language")
    ordering = ("purpose", "channel", "language", "-version")
    form = WordingForm

    def save_model(
        self, request: HttpRequest, obj: ConsentWording, form: Any, change: bool
    ) -> None:
        same = ConsentWording.objects.filter(
            purpose=obj.purpose, channel=obj.channel, language=obj.language
        )
        obj.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        super().save_model(request, obj, form, change)


@admin.register(Consent)
class ConsentAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", person, "wording", "is_given", "basis", "source", "store", "at")
    list_filter = ("is_given", "wording__purpose", "wording__channel", "store", "at")
    list_select_related = ("customer", "wording", "store")
    ordering = ("-id",)


@admin.register(LoyaltyEntry)
class LoyaltyEntryAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", person, "kind", "points", "debt", "reference", "at")
    list_filter = ("kind", "at")
    list_select_related = ("customer",)
    ordering = ("-id",)


class RuleForm(forms.ModelForm[LoyaltyRule]):
    """A new rule; what was bought before keeps the one it had."""

    class Meta:
        model = LoyaltyRule
        fields = ("currency", "earned", "per_amount", "spent", "worth", "start_at")
        help_texts = {
            "currency": _("ISO 4217, as in EUR."),
            "per_amount": _("In the currency's smallest unit: 100 is a euro."),
            "worth": _("In the currency's smallest unit: 500 is five euros."),
        }

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if not is_currency(code):
            raise ValidationError(_("This is not the code of a currency."))
        return code

    def clean_start_at(self) -> datetime:
        return not_before_now(self.cleaned_data["start_at"])


@admin.register(LoyaltyRule)
class LoyaltyRuleAdmin(AddOnly):
    list_display = ("currency", "earned", "per_amount", "spent", "worth", "start_at")
    list_filter = ("currency",)
    ordering = ("currency", "-start_at")
    form = RuleForm


@admin.register(Touch)
class TouchAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", person, "channel", "is_from_customer", "store", "clerk", "at")
    list_filter = ("channel", "store", "at")
    list_select_related = ("customer", "store", "clerk")
    ordering = ("-id",)


@admin.register(Visit)
class VisitAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", "store", person, "outcome", "how", "clerk", "started_at")
    list_filter = ("store", "outcome", "how", "started_at")
    list_select_related = ("customer", "store", "clerk")
    ordering = ("-id",)


@admin.register(OneTimeCode)
class OneTimeCodeAdmin(ReadOnly):
    """Where a code went and what it was is nobody's business here, only that it was sent."""

    list_display = ("id", "purpose", "kind", "register", "tries", "asked_at", "used_at")
    list_filter = ("purpose", "kind", "asked_at")
    list_select_related = ("register__store",)
    fields = (*list_display, "expires_at")
    ordering = ("-asked_at",)


@admin.register(Message)
class MessageAdmin(NotesLooks, ReadOnly):
    """What became of each message; neither where it went nor what it said."""

    id_lookups = OF_A_CUSTOMER
    list_display = ("id", "purpose", "channel", person, "state", "failure", "created_at", "sent_at")
    list_filter = ("state", "purpose", "channel", "language", "created_at")
    list_select_related = ("customer",)
    fields = (
        *("customer", "purpose", "channel", "language", "template", "state", "failure"),
        *("attempts", "created_at", "next_at", "expires_at", "sent_at"),
    )
    ordering = ("-created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.defer("address", "variables")


@admin.register(CheckIn)
class CheckInAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", "register", person, "how", "state", "clerk", "announced_at", "closed_at")
    list_filter = ("state", "how", "register__store", "announced_at")
    list_select_related = ("customer", "register__store", "clerk")
    ordering = ("-id",)


@admin.register(PhoneSession)
class PhoneSessionAdmin(NotesLooks, ReadOnly):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", "register", person, "started_at", "expires_at", "ended_at")
    list_filter = ("register__store", "started_at")
    list_select_related = ("customer", "register__store")
    ordering = ("-id",)


@admin.register(KnownPhone)
class KnownPhoneAdmin(NotesLooks, NeverDeleted):
    id_lookups = OF_A_CUSTOMER
    list_display = ("id", person, "known_at", "used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("customer",)
    readonly_fields = ("customer", "known_at", "used_at", "revoked_at")
    ordering = ("-id",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A phone is made known by who holds it."""
        return False

    @admin.action(description=_("Know these phones no more"), permissions=["change"])
    def revoke(self, request: HttpRequest, lost: QuerySet[KnownPhone]) -> None:
        for phone in lost:
            handsets.forget(phone=phone, at=now())
        self.message_user(request, gettext("These phones have to say again whose they are."))


@admin.register(Pass)
class PassAdmin(NotesLooks, NeverDeleted):
    """Which passes there are; neither a code nor what makes one."""

    id_lookups = OF_A_CUSTOMER
    list_display = ("id", person, "issued_at", "used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter), "issued_at")
    list_select_related = ("customer",)
    fields = ("id", "customer", "issued_at", "used_at", "revoked_at")
    readonly_fields = fields
    ordering = ("-issued_at",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A pass is issued to who shows by a code that he is the customer."""
        return False

    @admin.action(
        description=_("Revoke: a phone was lost. All phones of the customer are forgotten"),
        permissions=["change"],
    )
    def revoke(self, request: HttpRequest, lost: QuerySet[Pass]) -> None:
        # One that was revoked before says nothing about the pass that came after it.
        for one in lost.filter(revoked_at=None).select_related("customer"):
            passes.revoke(customer=one.customer, at=now())
            self.log_change(request, one, [{"changed": {"fields": ["revoked_at"]}}])
        self.message_user(request, gettext("These passes name nobody any more."))
