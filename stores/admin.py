"""Head office: stores, registers, clerks and their PINs, tablets, API keys, passwords."""

import base64
import secrets
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.audit.looks import Watcher
from omnistore.audit.models import AccessChange, Look
from omnistore.errors import Refused
from omnistore.headoffice import NeverDeleted, ReadOnly, WithSecret
from stores import keys, passwords, staff, tablets
from stores.http import address
from stores.models import (
    ApiKey,
    Clerk,
    PinTries,
    PushSubscription,
    Register,
    Store,
    Tablet,
    User,
)


class GuardedSignIn(AdminAuthenticationForm):
    """Head office's door: its passwords are guarded against guessing as those on a tablet are."""

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if "username" in typed and "password" in typed:
            self.user_cache = self._checked(typed["username"], typed["password"])
            self.confirm_login_allowed(self.user_cache)
        return typed

    def _checked(self, username: str, password: str) -> User:
        asked = cast(HttpRequest, self.request)
        try:
            return passwords.check(
                username=username, password=password, address=address(asked), at=now()
            )
        except Refused as refusal:
            raise ValidationError(refusal.sentence, code=refusal.code) from refusal


admin.site.login_form = GuardedSignIn


@admin.register(User)
class PasswordUserAdmin(UserAdmin[User]):
    search_fields = ("username",)
    search_help_text = gettext_lazy("User name.")
    list_display = ("username", "is_active", "is_staff", "is_superuser", "last_login")
    list_select_related = True


admin.site.unregister(Group)


@admin.register(Group)
class RightsGroupAdmin(GroupAdmin):
    list_display = ("name",)


@admin.register(Store)
class StoreAdmin(NeverDeleted):
    number_lookup = "code__iexact"
    list_display = ("name", "code", "city", "country", "currency", "is_active")
    list_filter = ("is_active", "country")
    ordering = ("name",)


class SecretRequest(HttpRequest):
    """A request in which a secret was made, until it is shown."""

    secret: str


@admin.register(Register)
class RegisterAdmin(WithSecret):
    list_display = ("name", "store", "is_active")
    list_filter = ("store", "is_active")
    list_select_related = ("store",)
    fields = ("store", "name", "is_active")
    ordering = ("store", "name")

    def save_model(self, request: HttpRequest, obj: Register, form: Any, change: bool) -> None:
        if not change:
            obj.secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Register, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.shown_once(request, obj, obj.secret)


class PinForm(forms.Form):
    """A new PIN, typed twice."""

    pin = forms.CharField(label=gettext_lazy("New PIN"), max_length=6, widget=forms.PasswordInput)
    again = forms.CharField(
        label=gettext_lazy("Once more"), max_length=6, widget=forms.PasswordInput
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("pin") != typed.get("again"):
            self.add_error("again", _("The two PINs are not the same."))
        return typed


@admin.register(Clerk)
class ClerkAdmin(NeverDeleted):
    list_display = ("name", "role", "language", "is_active")
    list_filter = ("stores", "role", "is_active")
    filter_horizontal = ("stores",)
    raw_id_fields = ("user",)
    ordering = ("name",)
    actions = ("let_try_again",)
    change_form_template = "admin/stores/clerk/change_form.html"

    @admin.action(description=gettext_lazy("Forget wrong PINs"), permissions=["change"])
    def let_try_again(self, request: HttpRequest, clerks: QuerySet[Clerk]) -> None:
        for clerk in clerks:
            staff.let_try_again(clerk=clerk, by=_by(request), at=now())
        self.message_user(request, _("They may try again on every tablet."))

    def get_urls(self) -> list[URLPattern]:
        pin = path(
            "<int:clerk_id>/pin/", self.admin_site.admin_view(self.set_pin), name="stores_clerk_pin"
        )
        return [pin, *super().get_urls()]

    def set_pin(self, request: HttpRequest, clerk_id: int) -> HttpResponse:
        """Give a clerk a PIN."""
        clerk = get_object_or_404(Clerk, pk=clerk_id)
        if not self.has_change_permission(request, clerk):
            raise PermissionDenied
        form = PinForm(request.POST or None)
        if form.is_valid():
            try:
                pin = form.cleaned_data["pin"]
                staff.change_pin(clerk=clerk, pin=pin, by=_by(request), at=now())
            except Refused as refusal:
                form.add_error("pin", refusal.sentence)
            else:
                self.message_user(request, _("The PIN is set."), messages.SUCCESS)
                return redirect("admin:stores_clerk_change", clerk.pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Set a PIN"),
            "subtitle": clerk.name,
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/form.html", context)


@admin.register(Tablet)
class TabletAdmin(NeverDeleted):
    list_display = ("name", "store", "register", "clerk", "active_at", "revoked_at")
    list_filter = ("store", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("store", "register__store", "clerk")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "store",
                    "register",
                    "clerk",
                    "opened_by",
                    "opened_at",
                    "active_at",
                )
            },
        ),
        (
            gettext_lazy("Hand scanner"),
            {"fields": ("scan_layout", "scan_prefix", "scan_suffix", "scan_ends_by_pause")},
        ),
    )
    readonly_fields = ("store", "clerk", "opened_by", "opened_at", "active_at", "revoked_at")
    ordering = ("-active_at",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A tablet is opened on the device itself."""
        return False

    @admin.action(description=gettext_lazy("Lock out for good"), permissions=["change"])
    def revoke(self, request: HttpRequest, lost: QuerySet[Tablet]) -> None:
        for tablet in lost:
            tablets.revoke(tablet, by=_by(request), at=now())
        self.message_user(request, _("These tablets have to be opened again by someone."))


@admin.register(PinTries)
class PinTriesAdmin(ReadOnly):
    list_display = ("clerk", "tablet", "failures", "last_at")
    list_select_related = ("clerk", "tablet__store")
    list_filter = ("tablet__store",)
    ordering = ("-failures", "-last_at")


@admin.register(AccessChange)
class AccessChangeAdmin(ReadOnly):
    """The audit keeps numbers; whose they are is looked up here, for those who still are."""

    list_display = ("at", "kind", "subject", "who", "device")
    list_filter = ("kind", "at")
    fields = ("at", "kind", "subject", "who", "device")
    ordering = ("-at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessChange]:
        changes: QuerySet[AccessChange] = super().get_queryset(request)
        return changes.annotate(
            subject_tablet=_name_of(Tablet, "subject_id"),
            subject_clerk=_name_of(Clerk, "subject_id"),
            by_clerk=_name_of(Clerk, "actor_id"),
            by_user=_name_of(User, "actor_id", "username"),
            on_tablet=_name_of(Tablet, "device_id"),
        )

    @admin.display(description=gettext_lazy("clerk or tablet"))
    def subject(self, change: Any) -> str:
        is_tablet = change.kind == AccessChange.Kind.TABLET_CLOSED
        name = change.subject_tablet if is_tablet else change.subject_clerk
        return f"{name or ''} ({change.subject_id})"

    @admin.display(description=gettext_lazy("who"))
    def who(self, change: Any) -> str:
        name = change.by_clerk if change.actor == Look.Actor.CLERK else change.by_user
        return f"{change.get_actor_display()} {name or ''} ({change.actor_id})"

    @admin.display(description=gettext_lazy("tablet"))
    def device(self, change: Any) -> str:
        return f"{change.on_tablet or ''} ({change.device_id})" if change.device_id else "-"


def _name_of(model: type[Model], number: str, name: str = "name") -> Subquery:
    return Subquery(model._default_manager.filter(pk=OuterRef(number)).values(name)[:1])


def _by(request: HttpRequest) -> Watcher:
    return Watcher(Look.Actor.USER, cast(User, request.user).pk)


class ApiKeyForm(forms.ModelForm[ApiKey]):
    """What a new key may do, and where."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"), choices=ApiKey.SCOPES, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("name", "store", "register", "scopes")

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        register = typed.get("register")
        if register and register.store != typed.get("store"):
            self.add_error("register", _("This register stands in another store."))
        if "register" in typed.get("scopes", []) and not register:
            self.add_error("register", _("Say which register picks its instructions up."))
        return typed


@admin.register(ApiKey)
class ApiKeyAdmin(WithSecret):
    list_display = ("name", "prefix", "store", "register", "created_at", "revoked_at")
    list_filter = ("store", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("store", "register__store")
    ordering = ("-created_at",)
    actions = ("revoke",)
    form = ApiKeyForm

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        # The list's action needs the right; the page itself shows a key as it was made.
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        made, secret = keys.make(
            store=obj.store, name=obj.name, scopes=obj.scopes, register=obj.register
        )
        obj.pk, obj.prefix = made.pk, made.prefix
        cast(SecretRequest, request).secret = secret

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.shown_once(request, obj, cast(SecretRequest, request).secret)

    @admin.action(description=gettext_lazy("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, lost: QuerySet[ApiKey]) -> None:
        for key in lost:
            keys.revoke(key, now())
        self.message_user(request, _("These keys open nothing any more."))


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnly):
    # Its address and keys are sealed, and shown to nobody.
    fields = ("user", "endpoint_hash", "created_at", "ended_at")
    list_display = ("id", "user", "created_at", "ended_at")
    list_filter = ("created_at",)
    list_select_related = ("user",)
    ordering = ("-created_at",)
