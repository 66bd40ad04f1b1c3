"""What is asked after what, and what customers answered: figures and rows, to read."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from customers.admin import not_before_now, person
from customers.http import NotesLooks
from omnistore.headoffice import AddOnly, ReadOnly
from orders import opinions
from orders.models import Opinion, SatisfactionQuestion


class QuestionForm(forms.ModelForm[SatisfactionQuestion]):
    """What is asked from a moment on; who was asked before keeps his question."""

    class Meta:
        model = SatisfactionQuestion
        fields = ("occasion", "asks", "start_at")
        help_texts = {
            "asks": _(
                "One question, and a comment if one likes. Asked by another system: it hears that "
                "somebody is to be asked, and we write nothing."
            )
        }

    def clean_start_at(self) -> datetime:
        return not_before_now(self.cleaned_data["start_at"])


@admin.register(SatisfactionQuestion)
class SatisfactionQuestionAdmin(AddOnly):
    list_display = ("occasion", "asks", "start_at")
    list_filter = ("occasion",)
    ordering = ("occasion", "-start_at")
    form = QuestionForm


@admin.register(Opinion)
class OpinionAdmin(NotesLooks, ReadOnly):
    """The list has no words of customers; they stand on the page of each, where a look is noted."""

    id_lookups = ("pk", "customer_id", "customer_return_id", "order_id")
    number_lookup = "customer_return__number__iexact"
    list_display = (
        *("id", "store", "occasion", "scale", "score", "has_comment", "wants_call", person),
        *("asked_at", "answered_at"),
    )
    list_filter = (
        *("store", "scale", "occasion", "wants_call", "channel", "answered_at", "asked_at"),
    )
    list_select_related = ("store", "customer")
    ordering = ("-asked_at",)
    change_list_template = "admin/orders/opinion/change_list.html"

    @admin.display(description=_("comment"), boolean=True)
    def has_comment(self, said: Opinion) -> bool:
        return bool(said.comment)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show above the list what those it is narrowed to come to."""
        answer = super().changelist_view(request, extra_context)
        context = getattr(answer, "context_data", None)
        if context and "cl" in context:
            context["figures"] = opinions.figures(context["cl"].queryset)
        return answer
