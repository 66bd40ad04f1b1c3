"""What is typed to open a tablet, to sign in and to set a PIN."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stores.models import Store, Tablet


class PasswordForm(forms.Form):
    """Someone with a password account."""

    username = forms.CharField(
        label=_("Name of your account"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class TabletForm(forms.Form):
    """The store a tablet is opened for, among those its opener manages, and what it is called."""

    ticket = forms.CharField(max_length=500, widget=forms.HiddenInput)
    store = forms.ModelChoiceField(
        label=_("Store"), queryset=Store.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    name = forms.CharField(
        label=_("Name of this tablet"),
        help_text=_("Where it stands, so that you know it again."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, stores: list[Store], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["store"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Store.objects.filter(pk__in=[store.pk for store in stores])
        field.choices = [(store.pk, field.label_from_instance(store)) for store in stores]
        if len(stores) == 1:
            field.initial = stores[0].pk


class PinForm(forms.Form):
    """Six digits; what else was typed is a wrong PIN, not another error."""

    pin = forms.CharField(max_length=20)


class ScannerForm(forms.ModelForm[Tablet]):
    """How the hand scanner of this tablet types; without any of it most scanners work."""

    class Meta:
        model = Tablet
        fields = ("scan_layout", "scan_prefix", "scan_suffix", "scan_ends_by_pause")
        widgets = {"scan_layout": forms.RadioSelect}
        labels = {
            "scan_layout": _("The scanner types as"),
            "scan_prefix": _("What it types before each code"),
            "scan_suffix": _("What it types after each code, instead of Enter or Tab"),
            "scan_ends_by_pause": _("It types nothing after a code: a short pause ends it"),
        }
