"""
The small rules of a policy that look at the whole return, or at who brings it.

They decide commercial gestures and the announced policy only: what comes back by a legal right is
never held up by them, a human is told instead (rules.md 1.6).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from customers.models import Customer
from orders.models import (
    CustomerReturn,
    Level,
    OrderLine,
    Payment,
    PolicyVersion,
    ReturnLine,
    Tender,
)
from orders.policies import clocks
from orders.policies.decisions import Decision, Evidence, Notice, Objection
from orders.policies.rules import LEVEL
from orders.policies.verdicts import STRICTNESS, no, objection


@dataclass(frozen=True)
class CaseLine:
    """
    One line of a return with what its own rules said.

    `line` is None without a receipt; `policy` is the version that governs it: in force when it was
    sold, or today when nobody knows when that was. `amount` is its value, of which `taken` pays for
    what is taken instead, in minor units. `goes` says whether an objection has been overruled.
    """

    line: OrderLine | None
    decision: Decision
    amount: int
    policy: PolicyVersion | None
    taken: int = 0
    goes: Callable[[Objection], bool] = lambda no: False

    @property
    def refund(self) -> int:
        """What of it is paid out."""
        return max(self.amount - self.taken, 0)


@dataclass(frozen=True)
class Earlier:
    """
    A return the same customer, or the same receipt, brought before.

    Amounts are in minor units of `currency`; empty: that of the return it is weighed for.
    """

    at: datetime
    refunded: int
    is_without_receipt: bool = False
    currency: str = ""


@dataclass(frozen=True)
class Case:
    """
    A whole return as its limits see it.

    `earlier` are the returns of before; None: they are read, in one query, when a rule asks. The
    return itself, `return_id`, is not among them. `is_vip` and `captured_cash` are read likewise.
    """

    lines: Sequence[CaseLine]
    currency: str
    now: datetime
    customer_id: UUID | None = None
    is_vip: bool | None = None
    return_id: UUID | None = None
    earlier: Sequence[Earlier] | None = None
    captured_cash: int | None = None

    @cached_property
    def before(self) -> Sequence[Earlier]:
        return _earlier(self) if self.earlier is None else self.earlier

    @cached_property
    def is_of_a_vip(self) -> bool:
        if self.is_vip is None and self.customer_id:
            return Customer.objects.filter(pk=self.customer_id, is_vip=True).exists()
        return bool(self.is_vip)

    @cached_property
    def cash(self) -> int:
        """What of the refunds could be paid in cash: what was captured in cash, at most."""
        captured = self.captured_cash
        if captured is None:
            payers = {entry.line.payer_id for entry in self.lines if entry.line}
            paid = Payment.objects.filter(order_id__in=payers, tender=Tender.CASH)
            captured = paid.aggregate(sum=Sum("amount"))["sum"] or 0
        return min(captured, sum(entry.refund for entry in self.lines))

    @property
    def longest_days(self) -> int:
        """How far back the rules of its versions look, in days."""
        rules = [rule for entry in self.lines if entry.policy for rule in entry.policy.rules]
        return max((rule.get("days", 0) for rule in rules if rule["rule"] in LIMITS), default=0)

    def since(self, days: int) -> list[Earlier]:
        """Return what came back in the last so many days, this one not counted."""
        start = self.now - timedelta(days=days)
        return [one for one in self.before if one.at >= start]

    def paid_out(self, rows: Iterable[Earlier]) -> int:
        """Return what these paid out in the return's currency: no amount is converted."""
        return sum(one.refunded for one in rows if one.currency in ("", self.currency))


# What a return paid out; before it is taken, what it would.
REFUNDED = Coalesce(
    F("refund_plan__amount"), Sum("lines__amount", filter=Q(lines__resolution="REFUND")), 0
)
# A limit answers with its evidence when it is passed.
Limit = Callable[[Mapping[str, Any], CaseLine, Case], Evidence | None]


def price_limit(rule: Mapping[str, Any], entry: CaseLine, case: Case) -> Evidence | None:
    """
    `{"rule": "price_limit", "amount": 30000, "currency": "EUR"}`: above it a human decides.

    All that is paid back on one day counts together: two small returns are one large one. What is
    paid back in another currency than the rule's a human decides, whatever it is.
    """
    if not entry.refund:
        return None
    if rule["currency"] != case.currency:
        return _in_its_currency(rule)
    # A legal right counts with itself only: no gesture gets dearer by it.
    others = [one for one in case.lines if entry.decision.is_legal or not one.decision.is_legal]
    asked = sum(one.refund for one in others)
    if asked <= rule["amount"]:
        today = clocks.day_of(case.now)
        asked += case.paid_out(one for one in case.since(1) if clocks.day_of(one.at) == today)
    if asked <= rule["amount"]:
        return None
    return {"amount": asked, "limit": rule["amount"], "currency": case.currency}


def frequency(rule: Mapping[str, Any], entry: CaseLine, case: Case) -> Evidence | None:
    """
    `{"rule": "frequency", "returns": 6, "days": 90}`: so many returns of a customer pass.

    Without a customer it is so many of a receipt.
    """
    count = len(case.since(rule["days"])) + 1
    if count <= rule["returns"]:
        return None
    return {"returns": count, "most": rule["returns"], "days": rule["days"]}


def cash_limit(rule: Mapping[str, Any], entry: CaseLine, case: Case) -> Evidence | None:
    """`{"rule": "cash_limit", "amount": 10000, "currency": "EUR"}`: in cash, without a name."""
    if case.customer_id is not None or not entry.refund or not case.cash:
        return None
    if rule["currency"] != case.currency:
        return _in_its_currency(rule)
    if case.cash <= rule["amount"]:
        return None
    return {"amount": case.cash, "limit": rule["amount"], "currency": case.currency}


def no_receipt(rule: Mapping[str, Any], entry: CaseLine, case: Case) -> Evidence | None:
    """
    What passes without a receipt per customer and period (rules.md 1.7).

    `{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "amount": 5000, "currency": "EUR",
    "days": 365}`: at the lowest price of the look-back, as store credit; beyond it a human decides.
    """
    if entry.line is not None:
        return None
    past = [one for one in case.since(rule["days"]) if one.is_without_receipt]
    worth = sum(one.amount for one in case.lines if one.line is None)
    worth += case.paid_out(past)
    is_within = case.customer_id is not None and len(past) < rule["returns"]
    is_same = rule["currency"] == case.currency
    if is_within and is_same and worth <= rule["amount"]:
        return None
    count: Evidence = {"returns": len(past) + 1, "most": rule["returns"], "days": rule["days"]}
    asked: Evidence = {"amount": worth} if is_same else {}
    return {**count, **asked, **_in_its_currency(rule)}


def _in_its_currency(rule: Mapping[str, Any]) -> Evidence:
    return {"limit": rule["amount"], "currency": rule["currency"]}


def vip(rule: Mapping[str, Any], entry: CaseLine, case: Case) -> Evidence | None:
    """`{"rule": "vip", "level": "APPROVER"}`: what a clerk could waive, a manager grants a VIP."""
    return {} if _is_gesture(entry) and case.is_of_a_vip else None


LIMITS: dict[str, Limit] = {
    "price_limit": price_limit,
    "frequency": frequency,
    "cash_limit": cash_limit,
    "no_receipt": no_receipt,
    "vip": vip,
}


def weigh(case: Case) -> list[Decision]:
    """
    Return the decisions of the case's lines again, with what the limits of their versions say.

    A line of a legal right keeps it and gets notices; the others need each objection granted.
    """
    return [_weighed(entry, case) for entry in case.lines]


@dataclass
class _Found:
    objections: list[Objection] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


def _weighed(entry: CaseLine, case: Case) -> Decision:
    decision = entry.decision
    if entry.policy is None or not (decision.may_return or decision.may_be_overruled):
        return decision
    found = _Found()
    for rule in entry.policy.rules:
        if rule["rule"] in LIMITS:
            _ask(rule, entry, case, found)
    notices = decision.notices + tuple(found.notices)
    if not found.objections:
        return replace(decision, notices=notices) if found.notices else decision
    return no([*decision.objections, *found.objections], entry.policy, notices)


def _ask(rule: Mapping[str, Any], entry: CaseLine, case: Case, into: _Found) -> None:
    name, level, own = rule["rule"], rule.get("level", LEVEL), rule.get("words")
    evidence = LIMITS[name](rule, entry, case)
    if evidence is None:
        return
    found = objection(name, level, evidence, own)
    if entry.decision.is_legal or level == Level.AUTOMATIC:
        into.notices.append(Notice(name, found.sentence, evidence, own))
    elif not entry.goes(found):
        into.objections.append(found)


def _is_gesture(entry: CaseLine) -> bool:
    """Whether the clerk alone would decide it: overruled, or a no that he may waive."""
    if entry.decision.may_return:
        return entry.decision.right == ReturnLine.Right.GESTURE
    return STRICTNESS[entry.decision.level] <= STRICTNESS[Level.WAIVABLE]


def _earlier(case: Case) -> list[Earlier]:
    mine = Q(customer_id=case.customer_id)
    if case.customer_id is None:
        orders = {entry.line.order_id for entry in case.lines if entry.line}
        mine = Q(
            pk__in=ReturnLine.objects.filter(order_line__order_id__in=orders).values(
                "customer_return"
            )
        )
    rows = (
        CustomerReturn.objects.filter(mine, is_historical=False)
        .filter(submitted_at__gte=case.now - timedelta(days=max(case.longest_days, 1)))
        .exclude(state__in=CustomerReturn.NOT_COUNTED)
        .exclude(Q(pk=case.return_id) if case.return_id else Q(pk__isnull=True))
        .annotate(
            refunded=REFUNDED,
            unproven=Count("lines", filter=Q(lines__order_line=None)),
        )
        .values_list("submitted_at", "refunded", "unproven", "currency")
    )
    return [
        Earlier(at, refunded, bool(unproven), currency)
        for at, refunded, unproven, currency in rows
        if at
    ]
