"""
The small rules of a policy that look at one line: each says no with its evidence, or lets pass.

Those that look at the whole return are in `limits`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from orders.models import Level, OrderLine, ReturnLine
from orders.policies import clocks
from orders.policies.decisions import Evidence

DELIVERY, SALE = "delivery", "sale"
# Rules of before levels were kept: a human may say yes.
LEVEL = Level.APPROVER


@dataclass(frozen=True)
class Asked:
    """What is asked of a line's rules; an empty text is not known yet."""

    line: OrderLine
    now: datetime
    condition: str = ""
    proof: str = ""
    # The paid share of the units, in minor units.
    worth: int = 0
    # So much of it pays for what he takes instead: the rest is paid out.
    taken: int = 0


@dataclass(frozen=True)
class No:
    """It may not pass, on this evidence."""

    evidence: Evidence


@dataclass(frozen=True)
class LastDay:
    """It may pass until that day."""

    until: date
    evidence: Evidence


@dataclass(frozen=True)
class Costs:
    """It may pass, and so much is kept back."""

    amount: int
    evidence: Evidence
    is_per_return: bool


Answer = No | LastDay | Costs | None
Rule = Callable[[Mapping[str, Any], Asked], Answer]


def window(rule: Mapping[str, Any], asked: Asked) -> Answer:
    """`{"rule": "window", "days": 30, "from": "delivery"}`: so many days from then or the sale."""
    is_from_sale = rule.get("from") == SALE
    start = clocks.sold_on(asked.line) if is_from_sale else clocks.handed_over_on(asked.line)
    if start is None:
        return None
    until, today = start + timedelta(days=rule["days"]), clocks.day_of(asked.now)
    evidence: Evidence = {
        "sold_on" if is_from_sale else "delivered_on": start.isoformat(),
        "days": rule["days"],
        "until": until.isoformat(),
    }
    return No(evidence) if today > until else LastDay(until, evidence)


def final_sale(rule: Mapping[str, Any], asked: Asked) -> Answer:
    """`{"rule": "final_sale"}`: what was sold as final stays sold."""
    if not asked.line.is_final_sale:
        return None
    return No({"sold_on": clocks.sold_on(asked.line).isoformat()})


def conditions(rule: Mapping[str, Any], asked: Asked) -> Answer:
    """`{"rule": "conditions", "allowed": ["AS_NEW", "OPENED"]}`: the states that are accepted."""
    if not asked.condition or asked.condition in rule["allowed"]:
        return None
    return No({"condition": asked.condition, "allowed": ",".join(rule["allowed"])})


def receipt(rule: Mapping[str, Any], asked: Asked) -> Answer:
    """`{"rule": "receipt", "accepted": ["PURCHASE"]}`: the proofs that are accepted."""
    if not asked.proof or asked.proof in rule["accepted"]:
        return None
    return No({"proof": asked.proof, "accepted": ",".join(rule["accepted"])})


def fee(rule: Mapping[str, Any], asked: Asked) -> Answer:
    """
    `{"rule": "fee", "amount": 390, "currency": "EUR", "percent": 10, "per": "line"}`: kept back.

    The fixed part counts in its currency only, per line or per return. What is exchanged costs
    nothing: of a line of which a part is paid out, that part of the fee is kept.
    """
    if not asked.worth:
        return None
    currency = asked.line.order.currency
    fixed = rule.get("amount", 0) if rule.get("currency") == currency else 0
    whole = min(asked.worth * rule.get("percent", 0) // 100 + fixed, asked.worth)
    kept = whole * max(asked.worth - asked.taken, 0) // asked.worth
    if not kept:
        return None
    is_per_return = rule.get("per") == "return"
    return Costs(kept, {"fee": kept, "currency": currency}, is_per_return)


RULES: dict[str, Rule] = {
    "window": window,
    "final_sale": final_sale,
    "conditions": conditions,
    "receipt": receipt,
    "fee": fee,
}
# What `limits` asks.
OF_THE_RETURN = ("price_limit", "frequency", "cash_limit", "no_receipt", "vip")
# Reasons by which the customer says that the article is not what was sold.
NOT_CONFORM = (
    ReturnLine.Reason.DEFECTIVE,
    ReturnLine.Reason.NOT_AS_DESCRIBED,
    ReturnLine.Reason.WRONG_ITEM,
)
