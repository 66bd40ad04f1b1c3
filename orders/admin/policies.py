"""Return policies: a change is a new version."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.admin import not_before_now
from omnistore.headoffice import AddOnly
from orders.models import PolicyVersion, ReturnLine


class PolicyForm(forms.ModelForm[PolicyVersion]):
    """The announced rules, each asked in words; `orders.policies` reads what is kept."""

    days = forms.IntegerField(
        label=_("Days to bring it back"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Empty: at any time."),
    )
    final_sale = forms.BooleanField(
        label=_("What is sold as final stays sold"), required=False, initial=True
    )
    allowed = forms.MultipleChoiceField(
        label=_("Accepted conditions"),
        choices=ReturnLine.Condition.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any."),
    )

    class Meta:
        model = PolicyVersion
        fields = ("store", "product_class", "days", "final_sale", "allowed", "note", "start_at")

    def clean_start_at(self) -> datetime:
        return not_before_now(self.cleaned_data["start_at"])

    @property
    def rules(self) -> list[dict[str, Any]]:
        said = self.cleaned_data
        window = [{"rule": "window", "days": said["days"]}] if said["days"] else []
        final_sale = [{"rule": "final_sale"}] if said["final_sale"] else []
        allowed = [{"rule": "conditions", "allowed": said["allowed"]}] if said["allowed"] else []
        return [*window, *final_sale, *allowed]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(AddOnly):
    list_display = ("version", "store", "product_class", "rules", "note", "start_at")
    list_filter = ("store", "product_class")
    list_select_related = ("store",)
    ordering = ("-start_at", "-version")
    form = PolicyForm

    def get_fields(self, request: HttpRequest, obj: PolicyVersion | None = None) -> Any:
        return self.list_display if obj else PolicyForm.Meta.fields

    def save_model(self, request: HttpRequest, obj: PolicyVersion, form: Any, change: bool) -> None:
        same = PolicyVersion.objects.filter(store=obj.store, product_class=obj.product_class)
        obj.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        obj.rules = form.rules
        super().save_model(request, obj, form, change)
