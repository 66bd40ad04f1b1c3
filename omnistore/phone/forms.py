"""What is asked of somebody who joins on his own phone."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import ConsentWording


class ContactForm(forms.Form):
    """Where the code is to be sent."""

    contact = forms.CharField(
        label=_("E-mail or phone"),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "class": "field__input",
                "autocomplete": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )


class CodeForm(forms.Form):
    """Six digits, however they are grouped."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "field__input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
            }
        ),
    )


class JoinForm(forms.Form):
    """A name, a phone or an e-mail, and one box per consent: not one of them is ticked."""

    first_name = forms.CharField(
        label=_("First name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "field__input", "autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "field__input", "autocomplete": "family-name"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "field__input", "type": "tel", "autocomplete": "tel"}
        ),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "field__input",
                "inputmode": "email",
                "autocomplete": "email",
                "autocapitalize": "none",
            }
        ),
    )

    # A refusal's code → the field beside which its sentence belongs.
    PLACES = (("phone", "phone"), ("email", "email"), ("name", "first_name"))

    def __init__(self, *args: Any, wordings: Sequence[ConsentWording], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wordings = wordings
        for wording in wordings:
            self.fields[f"consent_{wording.pk}"] = forms.BooleanField(
                label=wording.text, required=False
            )

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """What is asked of himself."""
        return [self[name] for name in ("first_name", "last_name", "phone", "email")]

    @property
    def questions(self) -> list[tuple[forms.BoundField, str]]:
        """The consents in the order in which they are asked, each with its language."""
        return [(self[f"consent_{it.pk}"], it.language) for it in self.wordings]

    @property
    def answers(self) -> dict[int, bool]:
        """What was said to each wording, by its id: a box left alone is a no."""
        return {it.pk: self.cleaned_data[f"consent_{it.pk}"] for it in self.wordings}

    def place_of(self, code: str) -> str | None:
        """Return the field that a refusal is about, None when it is about the whole form."""
        return next((field for word, field in self.PLACES if word in code), None)
