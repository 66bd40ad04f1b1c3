"""
What each rule says, to the clerk and to the customer, and how its evidence is written.

A version may bring words of its own: `"words": {"clerk": {"fr": …, "en": …}, "customer": {…}}`.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from omnistore.words import day, listed, money
from orders.models import CustomerReturn, ReturnLine
from orders.policies.decisions import Evidence

# By rule: to the clerk, to the customer; the figures are those of the evidence.
SENTENCES: dict[str, tuple[str | Promise, str | Promise]] = {
    "imported_history": (
        _("Imported history: nothing in it comes back."),
        _("This purchase is too old to be brought back."),
    ),
    "not_goods": (
        _("A service or charge, nothing to bring back."),
        _("This is a service: there is nothing to bring back."),
    ),
    "not_handed_over": (
        _("Not handed over yet."),
        _("You have not received it yet."),
    ),
    "no_policy": (
        _("No return policy was announced when it was sold."),
        _("No voluntary return was promised for this purchase."),
    ),
    "unknown_rule": (
        _("The announced policy has a rule that is not known here: a manager decides."),
        _("A manager has to look at this return."),
    ),
    "withdrawal": (
        _("withdrawal until %(day)s"),
        _("You may withdraw from this purchase until %(day)s, without giving a reason."),
    ),
    "withdrawn": (
        _("withdrawn on %(withdrawn_on)s, comes back until %(day)s"),
        _("You withdrew from this purchase on %(withdrawn_on)s: bring it back until %(day)s."),
    ),
    "conformity": (
        _("conformity until %(day)s"),
        _("The legal guarantee covers it until %(day)s: repair or replacement, else a refund."),
    ),
    "policy": (
        _("exchange or refund until %(day)s"),
        _("We exchange or refund it until %(day)s."),
    ),
    "policy_always": (
        _("exchange or refund at any time"),
        _("We exchange or refund it at any time."),
    ),
    "gesture": (
        _("a commercial gesture, approved"),
        _("We take it back as a gesture."),
    ),
    "window": (
        _("The announced %(days)s days ended on %(day)s."),
        _("It could be brought back within %(days)s days, until %(day)s."),
    ),
    "final_sale": (
        _("Sold as a final sale, as announced on the receipt."),
        _("It was a final sale, as the receipt says."),
    ),
    "conditions": (
        _("The announced policy takes it back in good condition only."),
        _("We take it back in good condition only."),
    ),
    "receipt": (
        _("The announced policy asks for another proof: %(accepted)s."),
        _("Please show us one of these: %(accepted)s."),
    ),
    "fee": (
        _("%(fee)s are kept back, as announced."),
        _("We keep back %(fee)s, as announced."),
    ),
    "price_limit": (
        _("Refunds above %(limit)s are decided by a second person."),
        _("A second person has to agree to this refund."),
    ),
    "frequency": (
        _("Return number %(returns)s within %(days)s days; the policy lets pass %(most)s."),
        _("A second person has to look at this return."),
    ),
    "cash_limit": (
        _("Without a name, no more than %(limit)s in cash."),
        _("Without your name we pay back no more than %(limit)s in cash."),
    ),
    "no_receipt": (
        _("Without a receipt: so much and so often as the policy says, to a customer we know."),
        _("Without a receipt we take back only a few articles a year."),
    ),
    "vip": (
        _("A gesture for a VIP: a manager decides."),
        _("A manager decides this for you personally."),
    ),
}

# What a screen calls the evidence; a key that is not here is for programs only.
LABELS: dict[str, str | Promise] = {
    "sold_on": _("Sold"),
    "delivered_on": _("Handed over"),
    "withdrawn_on": _("Withdrawn"),
    "until": _("Last day"),
    "days_left": _("Days left"),
    "owed_by": _("We owe it by"),
    "days": _("Days"),
    "from": _("Counted from"),
    "look_back_days": _("Lowest price of so many days"),
    "percent": _("Per cent"),
    "per": _("Fixed part"),
    "condition": _("Condition"),
    "allowed": _("Accepted conditions"),
    "proof": _("Proof"),
    "accepted": _("Accepted proofs"),
    "amount": _("Amount"),
    "limit": _("Limit"),
    "returns": _("Returns"),
    "most": _("At most"),
    "fee": _("Kept back"),
    "version": _("Policy"),
}

DATES = ("sold_on", "delivered_on", "withdrawn_on", "until", "owed_by")
AMOUNTS = ("amount", "limit", "fee")
CODES: dict[str, dict[Any, Any]] = {
    "from": {"delivery": _("the day it was handed over"), "sale": _("the day of the sale")},
    "per": {"line": _("for each article"), "return": _("once for the return")},
    "condition": dict(ReturnLine.Condition.choices),
    "allowed": dict(ReturnLine.Condition.choices),
    "proof": dict(CustomerReturn.Proof.choices),
    "accepted": dict(CustomerReturn.Proof.choices),
}


def clerk(rule: str, evidence: Evidence, own: Mapping[str, Any] | None = None) -> str:
    """Return the rule's sentence for the clerk, in the language of the moment."""
    return _said(own, "clerk") or _filled(SENTENCES[rule][0], evidence)


def customer(rule: str, evidence: Evidence, own: Mapping[str, Any] | None = None) -> str:
    """Return the rule's sentence for the customer, in the language of the moment."""
    return _said(own, "customer") or _filled(SENTENCES[rule][1], evidence)


def in_each_language(
    rule: str, evidence: Evidence, own: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return the rule's sentence for the clerk by language: who reads it may speak another."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            said[language] = clerk(rule, evidence, own)
    return said


def pairs(evidence: Evidence) -> list[tuple[str, str]]:
    """Return the evidence as a screen shows it: label and value, in the order of `LABELS`."""
    shown = written(evidence)
    return [(str(label), shown[key]) for key, label in LABELS.items() if key in shown]


def written(evidence: Evidence) -> dict[str, str]:
    """Return each figure, day and code of the evidence as people write it."""
    return {key: _written(key, value, evidence) for key, value in evidence.items()}


def _written(key: str, value: str | int, evidence: Evidence) -> str:
    if key in DATES:
        return _day(str(value), get_language() or "", localdate().year)
    if key in AMOUNTS and evidence.get("currency"):
        return money(int(value), str(evidence["currency"]))
    if key in CODES:
        codes = str(value).split(",")
        return listed(str(CODES[key].get(code, code)) for code in codes if code)
    return f"v{value}" if key == "version" else str(value)


class _Shown(dict[str, str | int]):
    """Evidence that writes only what a sentence asks for: a day costs more than the rest."""

    def __getitem__(self, key: str) -> str:
        key = "until" if key == "day" else key
        return _written(key, super().__getitem__(key), self)


def _filled(template: str | Promise, evidence: Evidence) -> str:
    text = str(template)
    return text % _Shown(evidence) if "%(" in text else text


@lru_cache(maxsize=4096)
def _day(iso: str, language: str, year: int) -> str:
    """Return the day as people write it in that language and year; a page says few days often."""
    return day(date.fromisoformat(iso))


def _said(own: Mapping[str, Any] | None, whom: str) -> str:
    said = own.get(whom) if own else None
    if not said:
        return ""
    language = (get_language() or "fr").split("-")[0]
    return str(said.get(language) or "")
