"""What head office fills in about a connection."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from omnistore.outbox import connections, facts
from omnistore.outbox.connectors import Sort
from omnistore.outbox.messages import Need
from omnistore.outbox.models import Connection

# What facts are about, by the second part of their names.
NOUNS = {
    "advertising": _("Advertising"),
    "cart": _("Web carts"),
    "consent": _("Consents"),
    "credit": _("Store credit and gift cards"),
    "customer": _("Customers"),
    "exchange": _("Exchanges"),
    "goods": _("Goods"),
    "identifier": _("Phones, e-mails, cards"),
    "loyalty": _("Points"),
    "order": _("Sales"),
    "payment": _("Payments in exchanges"),
    "refund": _("Refunds"),
    "replacement": _("Articles taken instead"),
    "return": _("Returns"),
    "review": _("Decisions by people"),
    "satisfaction": _("Satisfaction"),
    "stock": _("Stock"),
    "visit": _("Visits"),
    "withdrawal": _("Withdrawals"),
}
KEEP = [
    (0, _("not at all: the old one ends now")),
    (3600, _("one hour")),
    (86_400, _("one day")),
    (604_800, _("seven days")),
]


class SecretText(forms.Textarea):
    """Several lines that are typed and never shown again, not even beside a mistake."""

    def format_value(self, value: Any) -> str | None:
        return None


def field_of(need: Need, *, is_kept: bool = False) -> forms.Field:
    """Return the field for what a connector has to know; a secret that is kept may stay empty."""
    kept = _("Kept as it is, unless you type a new one.")
    common: dict[str, Any] = {
        "label": need.label,
        "required": need.is_required and not is_kept,
        "help_text": kept if is_kept else need.help,
    }
    if need.choices:
        return forms.ChoiceField(choices=need.choices, initial=need.default, **common)
    return forms.CharField(widget=_widget(need), initial=need.default, **common)


def _widget(need: Need) -> forms.Widget:
    if need.is_long:
        kind = SecretText if need.is_secret else forms.Textarea
        return kind(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"})
    if need.is_secret:
        return forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "new-password"})
    return forms.TextInput(attrs={"class": "vTextField"})


class ConnectionForm(forms.ModelForm[Connection]):
    """Where a system listens, how it is spoken to, and what its connector needs besides."""

    url = forms.URLField(
        label=_("address"),
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vTextField"}),
    )
    purpose = forms.ChoiceField(
        label=_("What it may use a person's data for"),
        choices=Connection.Purpose.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "It decides which fields of a person go there, and after which consent. A system that "
            "looks after orders hears what it needs for them; one that sends offers hears of a "
            "person only what he agreed to."
        ),
    )

    class Meta:
        model = Connection
        fields = ("name", "url", "purpose")
        widgets = {"name": forms.TextInput(attrs={"class": "vTextField"})}

    def __init__(self, *args: Any, sort: Sort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort = sort
        if not self.instance.pk:
            self.initial.update({"url": sort.url, "name": str(sort.label)})
        for need in sort.needs:
            is_kept = need.is_secret and bool(self.instance.credentials.get(need.name))
            self.fields[f"need_{need.name}"] = field_of(need, is_kept=is_kept)
            if not need.is_secret and need.name in self.instance.options:
                self.initial[f"need_{need.name}"] = self.instance.options[need.name]

    def clean(self) -> dict[str, Any]:
        """Have secrets typed anew for another address: who may change it may not read them."""
        given = super().clean() or {}
        if self.instance.pk and not self.errors and self._goes_elsewhere(given):
            for need in self.sort.secrets:
                name = f"need_{need.name}"
                if self.instance.credentials.get(need.name) and not given[name]:
                    self.add_error(name, _("Type it anew: it would go to another address."))
        return given

    def _goes_elsewhere(self, given: dict[str, Any]) -> bool:
        return connections.goes_elsewhere(self.instance, url=given["url"], options=self.options)

    @property
    def credentials(self) -> dict[str, str]:
        """What was typed of the connector's secrets, by name."""
        given = self._given(is_secret=True)
        return {name: typed for name, typed in given.items() if typed}

    def _given(self, *, is_secret: bool) -> dict[str, str]:
        return {
            need.name: self.cleaned_data[f"need_{need.name}"]
            for need in self.sort.needs
            if need.is_secret == is_secret
        }

    @property
    def options(self) -> dict[str, str]:
        """What was typed of what else it needs, by name."""
        return self._given(is_secret=False)


class WishesForm(forms.Form):
    """What a system wants to hear."""

    which = forms.ChoiceField(
        label=_("What it hears"),
        choices=[
            ("everything", _("everything, also what comes later")),
            ("chosen", _("only what is ticked")),
        ],
        widget=forms.RadioSelect,
    )
    wants = forms.MultipleChoiceField(
        label=_("Events"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, wants: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"which": "chosen" if wants else "everything", "wants": list(wants)}
        self.fields["wants"].choices = list(_wishes(wants))  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[Any, list[forms.boundfield.BoundWidget]]]:
        """Return the boxes by what they are about."""
        boxes = {box.data["value"]: box for box in self["wants"].subwidgets}
        choices = self.fields["wants"].choices  # type: ignore[attr-defined]
        return [(noun, [boxes[value] for value, _label in rows]) for noun, rows in choices]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("which") == "chosen" and not given.get("wants"):
            raise ValidationError(_("Tick what it shall hear, or choose everything."))
        return given

    @property
    def chosen(self) -> list[str]:
        """The names to be stored; none: everything."""
        return self.cleaned_data["wants"] if self.cleaned_data["which"] == "chosen" else []


Choices = list[tuple[str, str | Promise]]


def _wishes(wants: Sequence[str]) -> Iterator[tuple[str | Promise, Choices]]:
    """Yield the facts by noun, each noun whole first, and what was wished for besides."""
    offered = set()
    for noun, known in groupby(facts.known(), key=lambda fact: fact.name.rpartition(".")[0]):
        whole: Choices = [(f"{noun}.*", _("all of it, also what comes later"))]
        rows = whole + [(fact.name, fact.label or fact.name) for fact in known]
        offered |= {value for value, _label in rows}
        word = noun.rpartition(".")[2]
        yield NOUNS.get(word, word), rows
    besides: Choices = [(wish, wish) for wish in wants if wish not in offered]
    if besides:
        yield _("As it was written before"), besides


class ReasonForm(forms.Form):
    """Why something is done; it is kept with it."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("It is kept and shown to whoever looks later."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
    )


class PurgeForm(ReasonForm):
    """How many are given up is said before."""

    sure = forms.BooleanField(label=_("I have read how many messages this gives up."))


class RotateForm(forms.Form):
    """New secrets; what is left empty stays."""

    keep = forms.TypedChoiceField(
        label=_("The old one stays valid for"), choices=KEEP, coerce=int, initial=86_400
    )

    def __init__(self, *args: Any, sort: Sort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort = sort
        for need in sort.secrets:
            self.fields[f"need_{need.name}"] = field_of(need, is_kept=True)
        if not sort.is_signed:
            self.fields["sign"] = forms.BooleanField(
                label=_("Make a new signing secret too, for what comes back"), required=False
            )
        self.order_fields([*(name for name in self.fields if name != "keep"), "keep"])

    @property
    def credentials(self) -> dict[str, str]:
        return {
            need.name: self.cleaned_data[f"need_{need.name}"]
            for need in self.sort.secrets
            if self.cleaned_data[f"need_{need.name}"]
        }

    @property
    def signs_anew(self) -> bool:
        return self.sort.is_signed or self.cleaned_data["sign"]

    @property
    def keep_for(self) -> timedelta:
        return timedelta(seconds=self.cleaned_data["keep"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not self.credentials and not self.signs_anew:
            raise ValidationError(_("Type what is new."))
        return given


class Moment(forms.SplitDateTimeWidget):
    """A day and a time of day, with the browser's own help."""

    def __init__(self) -> None:
        super().__init__(
            date_attrs={"type": "date"},
            time_attrs={"type": "time"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name both fields, in the language of who reads them."""
        context = super().get_context(name, value, attrs)
        labels = (gettext("day"), gettext("time of day"))
        for field, label in zip(context["widget"]["subwidgets"], labels, strict=True):
            field["attrs"]["aria-label"] = label
        return context


def within_reach(moment: datetime) -> None:
    """Refuse a day that is none in another time zone: no database keeps it."""
    if not 1900 <= moment.year < 3000:
        raise ValidationError(_("Choose a day between 1900 and 2999."))


class ReplayForm(forms.Form):
    """Which events are sent once more."""

    start = forms.SplitDateTimeField(
        label=_("from"), required=False, widget=Moment, validators=[within_reach]
    )
    end = forms.SplitDateTimeField(
        label=_("until"), required=False, widget=Moment, validators=[within_reach]
    )
    customer_id = forms.UUIDField(
        label=_("customer"),
        required=False,
        help_text=_("His id, in full: alone, or with a range of time."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    @property
    def asked(self) -> dict[str, Any]:
        """What `replays` takes."""
        given: dict[str, Any] = self.cleaned_data
        customer_id: UUID | None = given["customer_id"]
        return {"start": given["start"], "end": given["end"], "customer_id": customer_id}
