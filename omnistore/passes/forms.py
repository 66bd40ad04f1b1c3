"""What a phone is asked that is not known yet: where a code may be sent, then the code."""

from django import forms
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused


class ContactForm(forms.Form):
    """An e-mail address or a phone number, as one types it."""

    contact = forms.CharField(
        label=_("Your e-mail or phone"),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "inputmode": "email",
            }
        ),
    )

    def refuse(self, refusal: Refused) -> None:
        self.add_error("contact", refusal.sentence)


class CodeForm(forms.Form):
    """The six digits; phones fill them in from the message by themselves."""

    code = forms.CharField(
        label=_("The six digits"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def refuse(self, refusal: Refused) -> None:
        self.add_error("code", refusal.sentence)
