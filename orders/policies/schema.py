"""What a policy's rules may hold: checked when a version is written, in words for who writes it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from babel.numbers import is_currency
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import CustomerReturn, Level, ReturnLine

LONGEST_WORDS = 200
MOST_RULES = 20
MOST_DAYS = 3650
MOST_AMOUNT = 10_000_000_000
LANGUAGES = ("fr", "en")
# Somebody has to decide these, or they would be no rule.
NEVER_AUTOMATIC = ("fee", "vip")
Check = Callable[[Any], bool]


def _whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _one_of(*codes: str) -> Check:
    return lambda value: value in codes


def _some_of(codes: Sequence[str]) -> Check:
    return lambda value: (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(code, str) and code in codes for code in value)
        and len(set(value)) == len(value)
    )


def _is_currency(value: Any) -> bool:
    return isinstance(value, str) and is_currency(value)


DAYS, COUNT, AMOUNT = _whole(1, MOST_DAYS), _whole(1, 1000), _whole(1, MOST_AMOUNT)
# By rule: what it must have, what it may have.
PARAMETERS: dict[str, tuple[dict[str, Check], dict[str, Check]]] = {
    "window": ({"days": DAYS}, {"from": _one_of("delivery", "sale")}),
    "final_sale": ({}, {}),
    "conditions": ({"allowed": _some_of(ReturnLine.Condition.values)}, {}),
    "receipt": ({"accepted": _some_of(CustomerReturn.Proof.values)}, {}),
    "fee": (
        {},
        {
            "amount": AMOUNT,
            "currency": _is_currency,
            "percent": _whole(1, 100),
            "per": _one_of("line", "return"),
        },
    ),
    "price_limit": ({"amount": AMOUNT, "currency": _is_currency}, {}),
    "frequency": ({"returns": COUNT, "days": DAYS}, {}),
    "cash_limit": ({"amount": _whole(0, MOST_AMOUNT), "currency": _is_currency}, {}),
    "no_receipt": (
        {
            "look_back_days": DAYS,
            "returns": COUNT,
            "amount": AMOUNT,
            "currency": _is_currency,
            "days": DAYS,
        },
        {},
    ),
    "vip": ({}, {}),
}
NAMES: dict[str, str | Promise] = {
    "window": gettext_lazy("Days to bring it back"),
    "final_sale": gettext_lazy("Final sale"),
    "conditions": gettext_lazy("Accepted conditions"),
    "receipt": gettext_lazy("Accepted proofs"),
    "fee": gettext_lazy("Fee"),
    "price_limit": gettext_lazy("Amount above which a human decides"),
    "frequency": gettext_lazy("Returns of one customer"),
    "cash_limit": gettext_lazy("Cash without a name"),
    "no_receipt": gettext_lazy("Without a receipt"),
    "vip": gettext_lazy("VIPs"),
}


def problems(rules: Any) -> list[str]:
    """Return what is wrong with the rules of a new version, in words; nothing when they hold."""
    if not isinstance(rules, list) or len(rules) > MOST_RULES:
        return [_("The rules are a list of %(most)s at most.") % {"most": MOST_RULES}]
    found = [problem for rule in rules for problem in _of_rule(rule)]
    if found:
        return found
    names = [rule["rule"] for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    return [_("“%(rule)s” stands there twice.") % {"rule": NAMES[name]} for name in twice]


def _of_rule(rule: Any) -> list[str]:
    if not isinstance(rule, dict) or not isinstance(rule.get("rule"), str):
        return [_("A rule is an object that names itself: {“rule”: “window”, …}.")]
    name = rule["rule"]
    if name not in PARAMETERS:
        return [_("There is no rule “%(rule)s”.") % {"rule": name[:40]}]
    return [*_of_level(name, rule), *_of_parameters(name, rule), *_of_words(name, rule)]


def _of_level(name: str, rule: Mapping[str, Any]) -> list[str]:
    said = {"rule": NAMES[name]}
    level = rule.get("level")
    if level is None:
        return [_("“%(rule)s”: say who may overrule it.") % said]
    if level not in Level.values:
        return [_("“%(rule)s”: there is no such level.") % said]
    if name in NEVER_AUTOMATIC and level == Level.AUTOMATIC:
        return [_("“%(rule)s”: somebody has to decide it.") % said]
    return []


def _of_parameters(name: str, rule: Mapping[str, Any]) -> list[str]:
    required, optional = PARAMETERS[name]
    checks = required | optional
    given = {key: value for key, value in rule.items() if key not in ("rule", "level", "words")}
    wrong = [key for key in required if key not in given]
    wrong += [key for key, value in given.items() if key not in checks or not checks[key](value)]
    if name == "fee" and not wrong:
        wrong = _of_fee(given)
    return [
        _("“%(rule)s”: “%(parameter)s” is missing or cannot be understood.")
        % {"rule": NAMES[name], "parameter": str(key)[:40]}
        for key in wrong
    ]


def _of_fee(given: Mapping[str, Any]) -> list[str]:
    if "amount" not in given and "percent" not in given:
        return ["amount"]
    return ["currency"] if ("amount" in given) != ("currency" in given) else []


def _of_words(name: str, rule: Mapping[str, Any]) -> list[str]:
    own = rule.get("words", {})
    said = own.values() if isinstance(own, dict) and set(own) <= {"clerk", "customer"} else [None]
    if all(isinstance(texts, dict) and _are_texts(texts) for texts in said):
        return []
    return [
        _("“%(rule)s”: own words are short texts for clerk and customer, in fr and en.")
        % {"rule": NAMES[name]}
    ]


def _are_texts(texts: Mapping[Any, Any]) -> bool:
    return set(texts) <= set(LANGUAGES) and all(
        isinstance(text, str) and len(text) <= LONGEST_WORDS for text in texts.values()
    )
