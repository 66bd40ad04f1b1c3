"""
Head office: the customer's page, and finding a person as the counter does.

A person is asked for in a form that is posted, never in an address; who was listed and whose page
was opened is noted.
"""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import identity, loyalty, privacy
from customers.http import NotesLooks, note
from customers.models import Consent, Customer
from omnistore import words
from omnistore.audit.models import Look
from omnistore.counter import recognition
from omnistore.headoffice import NeverDeleted, ReadOnlyRows
from omnistore.outbox import connections
from stores.models import Store


class FindForm(forms.Form):
    """What a person is looked for by, and where: the store's country reads the phone."""

    store = forms.ModelChoiceField(
        Store.objects.filter(is_active=True).order_by("name"),
        label=gettext_lazy("Store"),
        empty_label=None,
    )
    text = forms.CharField(
        label=gettext_lazy("Phone, card, e-mail, name or order"),
        max_length=512,
        widget=forms.TextInput(attrs={"autofocus": True, "class": "vTextField"}),
    )


class CustomerForm(forms.ModelForm[Customer]):
    """What head office may set right."""

    language = forms.ChoiceField(label=gettext_lazy("language"), choices=settings.LANGUAGES)


class ConsentRows(ReadOnlyRows):
    model = Consent
    fields = ("wording", "is_given", "basis", "source", "store", "at")
    readonly_fields = fields
    ordering = ("-at", "-id")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("wording", "store")


@admin.register(Customer)
class CustomerAdmin(NotesLooks, NeverDeleted):
    """The list shows no names: whoever wants to know who it is opens the page, and is noted."""

    list_display = ("number", "initials", "city", "level", "is_vip", "home_store", "created_at")
    list_filter = ("level", "is_vip", "is_historical", "home_store")
    list_select_related = ("home_store",)
    ordering = ("-created_at",)
    readonly_fields = (
        *("id", "first_name", "last_name", "known_by", "points"),
        *("country", "is_historical", "created_at", "erased_at"),
    )
    fields = (
        *("id", "first_name", "last_name", "known_by", "points", "city", "country", "language"),
        *("home_store", "level", "is_vip", "is_historical", "created_at", "erased_at"),
    )
    inlines = (ConsentRows,)
    form = CustomerForm
    change_form_template = "admin/customers/customer/change_form.html"
    change_list_template = "admin/customers/customer/change_list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A customer signs up: at the counter, by the API, on his own."""
        return False

    def people_of(self, row: Customer) -> list[UUID]:
        return [row.pk]

    @admin.display(description=gettext_lazy("number"))
    def number(self, customer: Customer) -> str:
        return str(customer.pk)[:8]

    @admin.display(description=gettext_lazy("initials"))
    def initials(self, customer: Customer) -> str:
        return customer.initials

    @admin.display(description=gettext_lazy("known by"))
    def known_by(self, customer: Customer) -> str:
        known = identity.of(customer)
        return words.listed(f"{row.get_kind_display()} {row.value}" for row in known) or "–"

    @admin.display(description=gettext_lazy("points"))
    def points(self, customer: Customer) -> int | str:
        points = loyalty.balance(customer)
        return "–" if points is None else points

    def get_urls(self) -> list[URLPattern]:
        find = path("find/", self.admin_site.admin_view(self.find), name="customers_customer_find")
        erase = path(
            "<uuid:customer_id>/erase/",
            self.admin_site.admin_view(self.erase),
            name="customers_customer_erase",
        )
        return [find, erase, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may_erase = {"may_erase": self.has_change_permission(request)}
        return super().change_view(request, object_id, form_url, may_erase | (extra_context or {}))

    def erase(self, request: HttpRequest, customer_id: UUID) -> HttpResponse:
        """Say what goes, what stays and who is told; then forget the person."""
        customer = get_object_or_404(Customer, pk=customer_id)
        if not self.has_change_permission(request, customer):
            raise PermissionDenied
        if request.method == "POST":
            privacy.erase(customer=customer, at=now())
            self.log_change(request, customer, _("Erased."))
            self.message_user(
                request, _("The person is forgotten; whoever was told of him hears it.")
            )
            return redirect("admin:customers_customer_change", customer.pk)
        note(request, [customer.pk], Look.Reason.ADMIN)
        context = self.admin_site.each_context(request) | {
            "title": _("Erase this person"),
            "opts": self.opts,
            "customer": customer,
            "told": connections.told_of(customer.pk),
        }
        return TemplateResponse(request, "admin/customers/customer/erase.html", context)

    def find(self, request: HttpRequest) -> HttpResponse:
        """Find people by what is posted, and note whom the list showed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = FindForm(request.POST or None)
        found = None
        if form.is_valid():
            moment = now()
            store, text = form.cleaned_data["store"], form.cleaned_data["text"]
            found = recognition.find(text, store=store, at=moment)
            note(request, [c.customer.pk for c in found.customers], Look.Reason.ADMIN)
        context = self.admin_site.each_context(request) | {
            "title": _("Find a person"),
            "opts": self.opts,
            "form": form,
            "found": found,
        }
        return TemplateResponse(request, "admin/customers/customer/find.html", context)
