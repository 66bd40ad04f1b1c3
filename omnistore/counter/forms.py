"""What is asked of a new customer at the counter."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import ConsentWording

# The browser of a shared tablet keeps nobody's data.
PRIVATE = {"autocomplete": "off", "autocorrect": "off", "spellcheck": "false"}
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


class Question(NamedTuple):
    """A consent to ask for, and the language of its wording."""

    field: forms.BoundField
    language: str


class SignUpForm(forms.Form):
    """Name, what he is known by, and one question per consent, none answered beforehand."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={**PRIVATE, "autocapitalize": "words"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={**PRIVATE, "autocapitalize": "words"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={**PRIVATE, "inputmode": "tel"}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={**PRIVATE, "inputmode": "email", "autocapitalize": "none"}),
    )
    card = forms.CharField(
        label=_("Loyalty card"),
        max_length=40,
        required=False,
        # A hand scanner's text stays in it (static/js/controllers/wedge.js).
        widget=forms.TextInput(attrs={**PRIVATE, "inputmode": "numeric", "data-takes-scan": True}),
    )
    # The questions are asked in it, and letters will be written in it.
    customer_language = forms.ChoiceField(
        label=_("The customer speaks"),
        choices=[(code, capfirst(name)) for code, name in settings.LANGUAGES],
        required=False,
        widget=forms.RadioSelect,
    )
    share_phone = forms.BooleanField(required=False, widget=forms.HiddenInput)

    # A refusal's code → the field beside which its sentence belongs.
    PLACES = (("phone", "phone"), ("email", "email"), ("card", "card"), ("name", "first_name"))

    def __init__(self, *args: Any, wordings: Sequence[ConsentWording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wordings = wordings
        for wording in wordings:
            self.fields[f"consent_{wording.pk}"] = forms.ChoiceField(
                label=wording.text,
                choices=YES_OR_NO,
                widget=forms.RadioSelect,
                error_messages={"required": _("Ask, then tap yes or no.")},
            )

    @property
    def questions(self) -> list[Question]:
        """The consents, in the order in which they are asked."""
        return [
            Question(self[f"consent_{wording.pk}"], wording.language) for wording in self.wordings
        ]

    @property
    def answers(self) -> dict[int, bool]:
        """What was said to each wording, by its id."""
        return {
            wording.pk: self.cleaned_data[f"consent_{wording.pk}"] == "yes"
            for wording in self.wordings
        }

    def place_of(self, code: str) -> str | None:
        """Return the field that a refusal is about, None when it is about the whole form."""
        return next((field for word, field in self.PLACES if word in code), None)
