"""The announced rules, each asked in words with who may overrule it; and back again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from customers.admin import not_before_now
from omnistore.money import exponent, to_decimal
from orders.models import CustomerReturn, Level, PolicyVersion, ReturnLine
from orders.policies import schema

DEFAULT = Level.APPROVER


def _days(label: Any, **more: Any) -> forms.IntegerField:
    given = {"required": False, "min_value": 1, "max_value": schema.MOST_DAYS} | more
    return forms.IntegerField(label=label, **given)


def _count(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, **more)


def _amount(label: Any, **more: Any) -> forms.DecimalField:
    given = {"required": False, "min_value": 0, "max_digits": 12} | more
    return forms.DecimalField(label=label, **given)


def _some(label: Any, choices: Sequence[tuple[str, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: any."),
    )


class PolicyForm(forms.ModelForm[PolicyVersion]):
    """A new version of a policy; `rules` are what is kept."""

    days = _days(_("Days to bring it back"), help_text=_("Empty: at any time."))
    window_from = forms.ChoiceField(
        label=_("Counted from"),
        required=False,
        choices=[("delivery", _("the day it was handed over")), ("sale", _("the day of the sale"))],
    )
    final_sale = forms.BooleanField(
        label=_("What is sold as final stays sold"), required=False, initial=True
    )
    allowed = _some(_("Accepted conditions"), ReturnLine.Condition.choices)
    accepted = _some(_("Accepted proofs"), CustomerReturn.Proof.choices)
    fee_amount = _amount(_("Kept back"))
    fee_percent = _count(_("and of a hundred"), max_value=100)
    fee_per = forms.ChoiceField(
        label=_("Fixed part"),
        required=False,
        choices=[("line", _("for each article")), ("return", _("once for the return"))],
    )
    price_limit_amount = _amount(_("A human decides above"))
    frequency_returns = _count(_("So many returns pass"), max_value=1000)
    frequency_days = _days(_("in so many days"))
    cash_limit_amount = _amount(_("In cash, at most"))
    no_receipt_returns = _count(_("So many returns pass"), max_value=1000)
    no_receipt_days = _days(_("in so many days"))
    no_receipt_amount = _amount(_("worth together, at most"))
    no_receipt_look_back_days = _days(_("Lowest price of so many days"))
    vip = forms.BooleanField(label=_("A manager decides gestures for VIPs"), required=False)
    currency = forms.CharField(label=_("Currency of the amounts"), max_length=3, initial="EUR")

    class Meta:
        model = PolicyVersion
        fields = ("store", "product_class", "note", "start_at")

    def clean_start_at(self) -> datetime:
        return not_before_now(self.cleaned_data["start_at"])

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for field in AMOUNTS:
            if not self._is_payable(said.get(field)):
                self.add_error(field, _("This currency has no such fractions."))
        if not self.errors:
            for problem in schema.problems(self.rules):
                self.add_error(None, problem)
        return said

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules as they are kept; amounts in the minor unit of their currency."""
        return [rule | self._who_and_words(rule["rule"]) for rule in self._said() if rule]

    def _said(self) -> Iterable[dict[str, Any]]:
        said = self.cleaned_data
        yield _rule("window", days=said["days"], **{"from": said["window_from"] or "delivery"})
        yield {"rule": "final_sale"} if said["final_sale"] else {}
        yield _rule("conditions", allowed=said["allowed"])
        yield _rule("receipt", accepted=said["accepted"])
        yield self._fee()
        yield self._with_currency("price_limit")
        yield _rule("frequency", **self._own("frequency", "returns", "days"))
        yield self._with_currency("cash_limit")
        yield self._with_currency("no_receipt", "returns", "days", "look_back_days")
        yield {"rule": "vip"} if said["vip"] else {}

    def _fee(self) -> dict[str, Any]:
        amount, percent = self._minor("fee_amount"), self.cleaned_data["fee_percent"]
        fixed = {"amount": amount, "currency": self.cleaned_data["currency"]} if amount else {}
        share = {"percent": percent} if percent else {}
        per = {"per": self.cleaned_data["fee_per"] or "line"}
        return {"rule": "fee", **fixed, **share, **per} if fixed or share else {}

    def _with_currency(self, name: str, *others: str) -> dict[str, Any]:
        amount = self._minor(f"{name}_amount")
        own = self._own(name, *others)
        if amount is None and not any(own.values()):
            return {}
        given = {key: value for key, value in own.items() if value is not None}
        priced = {} if amount is None else {"amount": amount}
        return {"rule": name, **given, **priced, "currency": self.cleaned_data["currency"]}

    def _own(self, name: str, *keys: str) -> dict[str, Any]:
        return {key: self.cleaned_data[f"{name}_{key}"] for key in keys}

    def _minor(self, field: str) -> int | None:
        amount: Decimal | None = self.cleaned_data[field]
        if amount is None:
            return None
        return int(amount.scaleb(exponent(self.cleaned_data["currency"])))

    def _is_payable(self, amount: Decimal | None) -> bool:
        scaled = (amount or Decimal()).scaleb(exponent(self.cleaned_data.get("currency", "")))
        return scaled == int(scaled)

    def _who_and_words(self, name: str) -> dict[str, Any]:
        said = self.cleaned_data
        level = said[f"{name}_level"]
        words = {
            whom: {
                language: text
                for language in schema.LANGUAGES
                if (text := said[f"{name}_{whom}_{language}"])
            }
            for whom in WHOM
        }
        own = {whom: texts for whom, texts in words.items() if texts}
        return ({"level": level} if level else {}) | ({"words": own} if own else {})


def _rule(name: str, **given: Any) -> dict[str, Any]:
    """Return the rule with what was given of it, nothing when its first parameter is not."""
    if not any(value for key, value in given.items() if key != "from"):
        return {}
    return {"rule": name, **{key: value for key, value in given.items() if value}}


WHOM = {"clerk": _("To the clerk"), "customer": _("To the customer")}
LANGUAGES = {"fr": _("in French"), "en": _("in English")}
AMOUNTS = ("fee_amount", "price_limit_amount", "cash_limit_amount", "no_receipt_amount")
# By rule: its own fields, as they stand in a row.
ROWS: dict[str, tuple[str, ...]] = {
    "window": ("days", "window_from"),
    "final_sale": ("final_sale",),
    "conditions": ("allowed",),
    "receipt": ("accepted",),
    "fee": ("fee_amount", "fee_percent", "fee_per"),
    "price_limit": ("price_limit_amount",),
    "frequency": ("frequency_returns", "frequency_days"),
    "cash_limit": ("cash_limit_amount",),
    "no_receipt": (
        *("no_receipt_returns", "no_receipt_days"),
        *("no_receipt_amount", "no_receipt_look_back_days"),
    ),
    "vip": ("vip",),
}


def _level(name: str) -> forms.ChoiceField:
    never = (Level.AUTOMATIC,) if name in schema.NEVER_AUTOMATIC else ()
    choices = [choice for choice in Level.choices if choice[0] not in never]
    return forms.ChoiceField(
        label=_("Who may overrule it"), required=False, choices=choices, initial=DEFAULT
    )


def _who_and_words() -> dict[str, forms.Field]:
    words: dict[str, forms.Field] = {
        f"{name}_{whom}_{language}": forms.CharField(
            label=format_lazy("{}, {}", WHOM[whom], said),
            required=False,
            max_length=schema.LONGEST_WORDS,
        )
        for name in ROWS
        for whom in WHOM
        for language, said in LANGUAGES.items()
    }
    levels: dict[str, forms.Field] = {f"{name}_level": _level(name) for name in ROWS}
    return levels | words


# The same questions about each rule.
PolicyForm.declared_fields |= _who_and_words()
PolicyForm.base_fields |= PolicyForm.declared_fields


def fieldsets() -> list[tuple[Any, dict[str, Any]]]:
    """Return the form's fields rule by rule, each with its level, own words folded away."""
    head = (None, {"fields": (("store", "product_class"), ("start_at", "currency"), "note")})
    rules = [(schema.NAMES[name], {"fields": (own, f"{name}_level")}) for name, own in ROWS.items()]
    words = [
        (
            _("In words of our own: %(rule)s") % {"rule": schema.NAMES[name]},
            {
                "classes": ("collapse",),
                "fields": tuple(
                    tuple(f"{name}_{whom}_{language}" for language in schema.LANGUAGES)
                    for whom in WHOM
                ),
            },
        )
        for name in ROWS
    ]
    return [head, *rules, *words]


def initial_of(version: PolicyVersion) -> dict[str, Any]:
    """Return what the form holds when it is opened on the rules of a version."""
    initial: dict[str, Any] = {
        "store": version.store_id,
        "product_class": version.product_class,
        "final_sale": False,
    }
    for rule in version.rules:
        initial |= _initial_of_rule(rule)
    return initial


def _initial_of_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    name = str(rule.get("rule"))
    if name not in schema.PARAMETERS:
        return {}
    initial: dict[str, Any] = {f"{name}_level": rule.get("level", DEFAULT)}
    for whom, texts in (rule.get("words") or {}).items():
        initial |= {f"{name}_{whom}_{language}": text for language, text in texts.items()}
    for key, value in rule.items():
        initial |= _initial_of_parameter(name, key, value, rule)
    return initial | ({name: True} if name in ("final_sale", "vip") else {})


def _initial_of_parameter(
    name: str, key: str, value: Any, rule: Mapping[str, Any]
) -> dict[str, Any]:
    if key in ("rule", "level", "words"):
        return {}
    if key == "currency":
        return {"currency": value}
    if key == "amount":
        return {f"{name}_amount": to_decimal(value, rule["currency"])}
    bare = {"window": {"days": "days", "from": "window_from"}}.get(name, {})
    alone = {"allowed": "allowed", "accepted": "accepted"}
    return {bare.get(key) or alone.get(key) or f"{name}_{key}": value}
