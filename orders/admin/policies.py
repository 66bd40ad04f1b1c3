"""Return policies: a change is a new version, tried on last month's returns before it is kept."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now

from omnistore.errors import Refused
from omnistore.headoffice import AddOnly
from orders import policies
from orders.admin import policy_forms
from orders.admin.policy_pages import shown_preview, written_rules
from orders.models import PolicyVersion


@admin.register(PolicyVersion)
class PolicyVersionAdmin(AddOnly):
    list_display = ("version", "store", "product_class", "start_at", "author", "note")
    list_filter = ("store", "product_class")
    list_select_related = ("store", "author")
    ordering = ("-start_at", "-version")
    form = policy_forms.PolicyForm
    change_form_template = "admin/orders/policyversion/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: PolicyVersion | None = None) -> Any:
        if obj is None:
            return policy_forms.fieldsets()
        said = ("version", "store", "product_class", "start_at", "author", "created_at", "note")
        return [(None, {"fields": (*said, written_rules)})]

    def get_readonly_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> Any:
        return [written_rules] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Open the form on the version in force, or on the one that `?from=` names."""
        previewed: dict[str, Any] | None = getattr(request, "previewed", None)
        if previewed is not None:
            return previewed
        begin_with = _version_to_begin_with(request.GET.get("from", ""))
        return policy_forms.initial_of(begin_with) if begin_with else {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        more = {"show_save_and_add_another": False, "show_save_and_continue": False}
        if object_id is None and request.method == "POST" and "_preview" in request.POST:
            more |= self._previewed(request)
        elif object_id is not None:
            more |= self._coming(request, object_id)
        return super().changeform_view(request, object_id, form_url, more | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        written = policies.announce(
            rules=form.rules,
            start_at=obj.start_at,
            at=now(),
            author=request.user,  # type: ignore[arg-type]
            store=obj.store,
            product_class=obj.product_class,
            note=obj.note,
        )
        obj.pk, obj.version = written.pk, written.version

    def add_view(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        try:
            return super().add_view(request, *args, **more)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return redirect(reverse("admin:orders_policyversion_changelist"))

    def _previewed(self, request: HttpRequest) -> dict[str, Any]:
        """Return the preview of what was typed, and open the form on it once more."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form: Any = self.get_form(request, None)(request.POST)
        if not form.is_valid():
            return {}
        version = form.save(commit=False)
        version.rules = form.rules
        # Shown, not saved: the page is drawn as if it had just been opened on these answers.
        request.method = "GET"
        request.previewed = policy_forms.initial_of(version) | {  # type: ignore[attr-defined]
            "note": version.note,
            "start_at": version.start_at,
            "currency": form.cleaned_data["currency"],
        }
        return {"preview": shown_preview(version, now=now())}

    def _coming(self, request: HttpRequest, object_id: str) -> dict[str, Any]:
        """Return the preview of a version that is not in force yet."""
        found = self.get_object(request, object_id)
        if found is None or found.start_at <= now() or not self.has_view_permission(request, found):
            return {}
        return {"preview": shown_preview(found, now=now())}


def _version_to_begin_with(key: str) -> PolicyVersion | None:
    if key.isdecimal() and len(key) < 18:
        return PolicyVersion.objects.filter(pk=int(key)).first()
    chain = PolicyVersion.objects.filter(store=None, product_class="", start_at__lte=now())
    return chain.order_by("start_at", "version").last()
