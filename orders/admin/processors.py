"""Card processors: their sealed keys, how they are doing, and what each was asked."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore import outgoing
from omnistore.headoffice import NeverDeleted, ReadOnly
from orders.models import Processor, ProcessorRequest

KEPT = gettext_lazy("Kept as it is, unless you type a new one.")


class ProcessorForm(forms.ModelForm[Processor]):
    """Secrets are typed and never shown again."""

    SECRETS = ("secret_key", "webhook_secret")

    class Meta:
        model = Processor
        fields = ("name", "kind", "base_address", "secret_key", "webhook_secret", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.SECRETS:
            if name in self.fields:
                field = self.fields[name]
                field.widget = forms.PasswordInput(attrs={"autocomplete": "off", "size": 60})
                if self.instance.pk:
                    field.required, field.help_text = False, KEPT

    def clean_base_address(self) -> str:
        address: str = self.cleaned_data["base_address"]
        target = urlsplit(address)
        if target.scheme != "https" and not outgoing.is_allowed(target.hostname or ""):
            raise ValidationError(_("It begins with https://."))
        return address

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        for name in self.SECRETS:
            if self.instance.pk and not typed.get(name):
                typed[name] = getattr(self.instance, name)
        return typed


@admin.register(Processor)
class ProcessorAdmin(NeverDeleted):
    form = ProcessorForm
    list_display = ("name", "kind", "is_active", "trouble", "seen_at")
    list_filter = ("kind", "is_active")
    ordering = ("name",)

    def get_fields(self, request: HttpRequest, obj: Processor | None = None) -> Any:
        return (*ProcessorForm.Meta.fields, *(("hears_at", "trouble", "seen_at") if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Processor | None = None) -> Any:
        # Payments name it.
        return ("name", "hears_at", "trouble", "seen_at") if obj else ()

    @admin.display(description=gettext_lazy("address of its webhook"))
    def hears_at(self, processor: Processor) -> str:
        return settings.PUBLIC_URL + reverse("orders:processor_hook", args=[processor.pk])


@admin.register(ProcessorRequest)
class ProcessorRequestAdmin(ReadOnly):
    id_lookups = ("pk", "refund_id")
    number_lookup = "refund__plan__customer_return__number__iexact"
    list_display = (
        *("id", "processor", "refund", "state", "reference", "tries", "last_answer"),
        *("due_at", "answered_at"),
    )
    list_filter = ("processor", "state", "issued_at")
    list_select_related = ("processor", "refund")
    ordering = ("-id",)
