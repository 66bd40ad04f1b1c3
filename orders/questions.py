"""
Questions: what of a return a person has to be asked, each bound to exactly what is shown of it.

A question is one rule's no about one line. What the rules leave to the store is asked by the
clerk; what nobody in the store may overrule is asked by the customer, and head office answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnistore.tokens import fingerprint
from orders.models import Level, ReturnLine, Review
from orders.policies import STRICTNESS, Objection, words
from orders.quotes import Choice, NotReturnable, Quote, QuotedLine

Kind = Review.Kind
# Rules whose no is no wish to overrule, but a limit, a gesture, a missing proof.
KINDS: Mapping[str, str] = {
    "frequency": Kind.LIMIT,
    "price_limit": Kind.LIMIT,
    "cash_limit": Kind.LIMIT,
    "vip": Kind.VIP_GESTURE,
    "receipt": Kind.NO_RECEIPT,
    "no_receipt": Kind.NO_RECEIPT,
}
# Nobody in the store may say yes to these: who asks further is the customer.
BEYOND_THE_STORE = (Level.BEFOREHAND, Level.NOBODY)


@dataclass(frozen=True)
class Question:
    """What a person is asked; `amount` is in minor units of the return's currency, with tax."""

    order_line_id: int | None
    rule: str
    level: str
    kind: str
    sentence: str
    units: int
    amount: int
    shown: str
    evidence: Mapping[str, str | int] = field(default_factory=dict)
    own: Mapping[str, Any] | None = None

    @property
    def sentences(self) -> dict[str, str]:
        """What the rule says, by language."""
        return words.in_each_language(self.rule, self.evidence, self.own)

    @property
    def is_beyond_the_store(self) -> bool:
        return self.level in BEYOND_THE_STORE


def of(answer: Quote) -> list[Question]:
    """Return what has to be asked before the quote may be taken, in the order of its lines."""
    return [
        _about(objection, line)
        for line in answer.lines
        if isinstance(line.problem, NotReturnable)
        for objection in line.decision.objections
    ]


def of_whole(
    objections: Iterable[Objection], *, rows: Sequence[ReturnLine], amount: int
) -> list[Question]:
    """
    Return what has to be asked about a return as a whole, each rule once, by its strictest no.

    `amount` is what all of it is worth, in minor units of its currency.
    """
    by_rule: dict[str, Objection] = {}
    for one in sorted(objections, key=lambda one: STRICTNESS[one.level]):
        by_rule[one.rule] = one
    strictest = max((one.level for one in by_rule.values()), key=STRICTNESS.__getitem__, default="")
    is_beyond = strictest in BEYOND_THE_STORE
    return [
        Question(
            order_line_id=None,
            rule=one.rule,
            level=strictest if is_beyond else one.level,
            kind=Kind.CUSTOMER_ASKED if is_beyond else KINDS.get(one.rule, Kind.OVERRIDE),
            sentence=one.sentence,
            units=sum(row.units for row in rows),
            amount=amount,
            shown=shown_whole(rows),
            evidence=one.evidence,
            own=one.own,
        )
        for one in by_rule.values()
    ]


def are_all(answer: Quote) -> bool:
    """Whether nothing but answers of people stands between the quote and the return."""
    problems = answer.problems
    return bool(problems) and all(isinstance(one, NotReturnable) for one in problems)


def shown(row: Choice | ReturnLine) -> str:
    """Return the fingerprint of a line as it is shown: with another unit it is another line."""
    facts = (
        row.order_line_id,
        row.units,
        str(row.reason),
        str(row.condition),
        str(row.resolution),
        _wanted(row),
    )
    return fingerprint(repr(facts))


def shown_whole(rows: Iterable[ReturnLine]) -> str:
    """Return the fingerprint of a return without a receipt: its articles, in any order."""
    facts = [
        (row.product_id, row.units, str(row.reason), str(row.condition), row.reason_words)
        for row in rows
    ]
    return fingerprint(repr(sorted(facts)))


def _wanted(row: Choice | ReturnLine) -> list[tuple[int, int]]:
    """Return what is taken instead, as (article, units); the same of a choice and of its row."""
    if row.resolution != ReturnLine.Resolution.EXCHANGE:
        return []
    if isinstance(row, ReturnLine):
        return list(row.replacements.order_by("position").values_list("product_id", "units"))
    return [(one.product_id, one.units) for one in row.wanted]


def _about(objection: Objection, line: QuotedLine) -> Question:
    is_beyond = line.decision.level in BEYOND_THE_STORE
    return Question(
        order_line_id=line.choice.order_line_id,
        rule=objection.rule,
        # The strictest of a line decides who is asked about it.
        level=line.decision.level if is_beyond else objection.level,
        kind=Kind.CUSTOMER_ASKED if is_beyond else KINDS.get(objection.rule, Kind.OVERRIDE),
        sentence=objection.sentence,
        units=line.choice.units,
        amount=line.amount,
        shown=shown(line.choice),
        evidence=objection.evidence,
        own=objection.own,
    )
