"""By which right each line may come back, or why not, with what people have overruled of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from omnistore.errors import Refused
from omnistore.money import share
from orders import bills, exchanges, serials
from orders.bills import Credit, Wanted
from orders.models import Level, OrderLine, Product, ReturnLine
from orders.policies import Case, CaseLine, Decision, Fee, Objection, PolicyBook, decide, weigh
from orders.quotes.refusals import (
    AllCameBack,
    ConditionMissing,
    NotReturnable,
    ReasonMissing,
    TooManyUnits,
)
from orders.quotes.rows import Choice, QuotedLine
from stores.models import Store

Reason = ReturnLine.Reason
Condition = ReturnLine.Condition
Resolution = ReturnLine.Resolution
# The rule that a human has overruled for an order line.
Grant = tuple[int, str]


@dataclass(frozen=True)
class Rules:
    """By which rules a line is judged, and when."""

    book: PolicyBook
    grants: Collection[Grant]
    now: datetime
    proof: str = ""

    def decide(self, line: OrderLine, choice: Choice, *, worth: int, instead: int) -> Decision:
        """Return the decision, with what humans have overruled and what the clerk waives."""
        judged = partial(
            decide,
            line,
            reason=choice.reason,
            condition=choice.condition,
            book=self.book,
            now=self.now,
            worth=worth,
            proof=self.proof,
            taken=instead,
            units=choice.units,
        )
        decision = judged()
        nos = decision.objections or decision.fees
        granted = {no.rule for no in nos if self.goes(no, choice)}
        return judged(granted=granted) if granted else decision

    def goes(self, no: Objection | Fee, choice: Choice) -> bool:
        """Whether somebody who may has said that this rule does not hold here (rules.md 1.5)."""
        if no.level == Level.NOBODY:
            return False
        is_waived = no.level == Level.WAIVABLE and bool(choice.waiver.strip())
        return is_waived or (choice.order_line_id, no.rule) in self.grants


@dataclass(frozen=True)
class Taken:
    """What is taken instead of what comes back: the articles, and the stores that have them."""

    wanted: Sequence[Wanted]
    products: Mapping[int, Product]
    stores: Mapping[int, Store]
    is_missing: bool

    @classmethod
    def read(cls, choices: Sequence[Choice]) -> "Taken":
        """Return it for these choices, in no query when nothing is exchanged."""
        wanted = [one for choice in choices for one in choice.wanted]
        others = {one.from_store_id for one in wanted if one.from_store_id}
        return cls(
            wanted=wanted,
            products=Product.objects.in_bulk([one.product_id for one in wanted]) if wanted else {},
            stores=Store.objects.filter(is_active=True).in_bulk(others) if others else {},
            is_missing=not wanted and any(choice.is_exchange for choice in choices),
        )

    def problem_of(self, choice: Choice, line: OrderLine) -> Refused | None:
        """Return what speaks against the articles taken in the place of the line's."""
        if choice.is_exchange and self.is_missing:
            return exchanges.ReplacementMissing(order_line_id=line.pk)
        return exchanges.problem(line, choice.wanted, self.products, self.stores)

    def problem(self, store: Store | None) -> Refused | None:
        """Return what is not there by the count of the store, None when all is."""
        if store is None or any(one.product_id not in self.products for one in self.wanted):
            return None
        if any(one.from_store_id not in {None, *self.stores} for one in self.wanted):
            return None
        return exchanges.shortage(self.wanted, self.products, store, self.stores)


@dataclass(frozen=True)
class Worth:
    """A choice with its line, and what its units are worth; nothing when fewer are left."""

    choice: Choice
    line: OrderLine
    amount: int
    tax: int

    def credit(self, products: Mapping[int, Product]) -> Credit:
        """Return it as what pays for the articles that are known."""
        wanted = [one for one in self.choice.wanted if one.product_id in products and one.units > 0]
        return Credit(
            line=self.line,
            units=self.choice.units,
            amount=self.amount,
            tax=self.tax,
            sources={self.line.payer_id: self.amount},
            wanted=wanted,
            is_exchange=self.choice.is_exchange,
        )


def worth(choice: Choice, line: OrderLine) -> Worth:
    """Return the choice with what its units are worth, tax within (rules.md 2.2)."""
    if choice.units > line.left_units:
        return Worth(choice, line, amount=0, tax=0)
    part = {"quantity": line.quantity, "before": line.returned_units, "units": choice.units}
    return Worth(choice, line, amount=share(line.total, **part), tax=share(line.tax, **part))


def quote_lines(worths: Sequence[Worth], taken: Taken, rules: Rules) -> list[QuotedLine]:
    """Return each with its right, or with what speaks against it."""
    credits = [worth.credit(taken.products) for worth in worths]
    instead = bills.instead(credits, taken.products) if taken.wanted else [0] * len(credits)
    return [
        _quote_line(worth, paid, taken, rules) for worth, paid in zip(worths, instead, strict=True)
    ]


def _quote_line(worth: Worth, instead: int, taken: Taken, rules: Rules) -> QuotedLine:
    choice, line = worth.choice, worth.line
    decision = rules.decide(line, choice, worth=worth.amount, instead=instead)
    return QuotedLine(
        choice=choice,
        line=line,
        left=line.left_units,
        amount=worth.amount,
        tax=worth.tax,
        decision=decision,
        problem=_problem(choice, line, line.left_units, decision, taken),
        kept_units=bills.kept_units(line, choice.wanted, taken.products),
        instead=instead,
    )


def weighed(quoted: list[QuotedLine], rules: Rules, case: Case, taken: Taken) -> list[QuotedLine]:
    """Return the lines with what the limits of the whole return say to them (rules.md 1.5)."""
    entries = [
        CaseLine(
            line=line.line,
            decision=line.decision,
            amount=line.amount,
            policy=rules.book.in_force(line.line),
            taken=line.instead,
            goes=partial(rules.goes, choice=line.choice),
        )
        for line in quoted
    ]
    return [
        line if decision is line.decision else _with_decision(line, decision, taken)
        for line, decision in zip(quoted, weigh(replace(case, lines=entries)), strict=True)
    ]


def _with_decision(line: QuotedLine, decision: Decision, taken: Taken) -> QuotedLine:
    problem = _problem(line.choice, line.line, line.left, decision, taken)
    return replace(line, decision=decision, problem=problem)


def _problem(
    choice: Choice, line: OrderLine, left: int, decision: Decision, taken: Taken
) -> Refused | None:
    if choice.units > left:
        refused = TooManyUnits if left else AllCameBack
        return refused(left=left, order_line_id=line.pk)
    if unsaid := _unsaid(choice, line):
        return unsaid
    if not decision.may_return:
        return NotReturnable(
            decision.sentence, order_line_id=line.pk, level=decision.level, rule=decision.rule
        )
    return taken.problem_of(choice, line)


def _unsaid(choice: Choice, line: OrderLine) -> Refused | None:
    if choice.reason not in Reason.values:
        return ReasonMissing(order_line_id=line.pk)
    if choice.condition not in Condition.values:
        return ConditionMissing(order_line_id=line.pk)
    return serials.problem(line, choice.units, choice.serials)
