"""Store credit and gift cards: read, issue and correct by hand with a reason, make a new code."""

from decimal import Decimal
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.errors import Refused
from omnistore.headoffice import AddOnly, ReadOnlyRows, shown_once
from omnistore.money import exponent, to_minor
from omnistore.words import money
from orders import credit, credit_codes
from orders.admin.amounts import WithAmounts, amount
from orders.models import CreditAccount, CreditEntry
from stores.models import User

LEFT = gettext_lazy("left")


def minor(sum_: Decimal, currency: str) -> int:
    """Return the typed sum in minor units; raises ValidationError when it has too many digits."""
    places = exponent(currency)
    if sum_ != round(sum_, places):
        raise ValidationError({"sum": _("This currency has no such small coins.")})
    return to_minor(sum_, currency)


class ByHand(forms.ModelForm[Any]):
    """What both forms ask: a sum, and why. The hidden key makes of two clicks one entry."""

    sum = forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=12, decimal_places=3, localize=True
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    key = forms.UUIDField(label="", widget=forms.HiddenInput, initial=uuid4)

    @property
    def event_key(self) -> str:
        return f"hand:{self.cleaned_data['key']}"


class IssueForm(ByHand):
    """A new account with a first sum on it."""

    class Meta:
        model = CreditAccount
        fields = ("kind", "customer", "store", "currency")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("sum") is not None and typed.get("currency"):
            typed["amount"] = minor(typed["sum"], typed["currency"])
            if typed["amount"] < 1:
                self.add_error("sum", credit.NotAnAmount().sentence)
        return typed


class CorrectionForm(ByHand):
    """More on an account, or less of what is left."""

    class Meta:
        model = CreditEntry
        fields = ("account",)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        account = typed.get("account")
        if typed.get("sum") is not None and account:
            typed["amount"] = minor(typed["sum"], account.currency)
            if not typed["amount"]:
                self.add_error("sum", credit.NotAnAmount().sentence)
            if -typed["amount"] > account.balance:
                self.add_error("sum", credit.CreditTooSmall().sentence)
        return typed


class Entries(ReadOnlyRows):
    model = CreditEntry
    fields = ("at", "kind", "written", "reason", "is_manual", "user", "clerk", "store")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("amount"))
    def written(self, entry: CreditEntry) -> str:
        return _written(entry)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditEntry]:
        rows: QuerySet[CreditEntry] = super().get_queryset(request)
        return rows.select_related("account", "user", "clerk", "store").order_by("at")


class AddByVerb(AddOnly):
    """A page that adds by the verb the counter has; its refusal is said, and nothing is kept."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return (*cast(Any, self.form).Meta.fields, "sum", "reason", "key")
        return super().get_fields(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        more = {"show_save_and_add_another": False, "show_save_and_continue": False}
        try:
            return super().changeform_view(
                request, object_id, form_url, more | (extra_context or {})
            )
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return redirect(request.get_full_path())


@admin.register(CreditAccount)
class CreditAccountAdmin(AddByVerb, WithAmounts):
    amounts = {
        "issued": amount("issued", gettext_lazy("issued")),
        "used": amount("used", gettext_lazy("used")),
    }
    id_lookups = ("pk", "customer_id")
    form = IssueForm
    autocomplete_fields = ()
    raw_id_fields = ("customer",)
    fields = ("masked", "kind", "customer", "store", "issued", "used", "created_at", "expires_on")
    list_display = (
        *("masked", "kind", "store"),
        amount("issued", gettext_lazy("issued")),
        amount("balance", LEFT),
        "created_at",
    )
    list_filter = ("kind", "store", "created_at")
    list_select_related = ("store",)
    ordering = ("-created_at",)
    inlines = (Entries,)
    actions = ("make_code",)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return request.user.has_perm("orders.add_creditaccount")

    def get_inlines(self, request: HttpRequest, obj: CreditAccount | None) -> Any:
        return self.inlines if obj else ()

    def save_model(
        self, request: HttpRequest, obj: CreditAccount, form: IssueForm, change: bool
    ) -> None:
        made = credit.issue(
            customer=obj.customer,
            kind=obj.kind,
            amount=form.cleaned_data["amount"],
            currency=obj.currency,
            reason=form.cleaned_data["reason"],
            event_key=form.event_key,
            store=obj.store,
            user=cast(User, request.user),
            is_manual=True,
            at=now(),
        )
        obj.pk, obj.number = made.pk, made.number

    def response_add(
        self, request: HttpRequest, obj: CreditAccount, post_url_continue: str | None = None
    ) -> HttpResponse:
        return _code_of(request, obj)

    @admin.display(description=gettext_lazy("number"))
    def masked(self, account: CreditAccount) -> str:
        return account.masked

    @admin.action(description=gettext_lazy("Make a new code"), permissions=["add"])
    def make_code(
        self, request: HttpRequest, chosen: QuerySet[CreditAccount]
    ) -> HttpResponse | None:
        if chosen.count() != 1:
            self.message_user(request, _("Choose one: its code is shown once."), messages.WARNING)
            return None
        return _code_of(request, chosen.get())


@admin.register(CreditEntry)
class CreditEntryAdmin(AddByVerb):
    id_lookups = ("pk", "account_id")
    form = CorrectionForm
    raw_id_fields = ("account",)
    fields = ("account", "at", "kind", "written", "reason", "is_manual", "user", "clerk", "store")
    list_display = ("at", "account", "kind", "written", "reason", "is_manual", "user")
    list_filter = ("kind", "is_manual", "at")
    list_select_related = ("account", "user")
    ordering = ("-at",)

    @admin.display(description=gettext_lazy("amount"))
    def written(self, entry: CreditEntry) -> str:
        return _written(entry)

    def save_model(
        self, request: HttpRequest, obj: CreditEntry, form: CorrectionForm, change: bool
    ) -> None:
        made = credit.correct(
            account=obj.account,
            amount=form.cleaned_data["amount"],
            reason=form.cleaned_data["reason"],
            event_key=form.event_key,
            user=cast(User, request.user),
            at=now(),
        )
        obj.pk = made.pk


def _written(entry: CreditEntry) -> str:
    return money(entry.amount, entry.account.currency)


def _code_of(request: HttpRequest, account: CreditAccount) -> HttpResponse:
    code = credit_codes.make(account=account, user=cast(User, request.user), at=now())
    return shown_once(request, account, f"{account.number} · {code}")
