"""What is asked of a quote, line by line, and what it answers."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from omnistore.errors import Refused
from omnistore.money import share
from omnistore.tokens import fingerprint
from orders import bills, refunds
from orders.adjustments import Adjusted
from orders.bills import Bill, Wanted
from orders.models import OrderLine, ReturnLine
from orders.policies import Decision

Resolution = ReturnLine.Resolution


@dataclass(frozen=True)
class Choice:
    """
    What the customer wants of one order line; `waiver` is why the clerk waives a rule.

    In an exchange `replacements` are what he takes instead. `replacement_id` alone is as many
    units of that article from this store; without either, other lines name what he takes.
    """

    order_line_id: int
    units: int
    reason: str = ""
    condition: str = ""
    resolution: str = Resolution.REFUND
    replacement_id: int | None = None
    reason_words: str = ""
    waiver: str = ""
    # The units' own numbers, of an article that has them; as `serials.read` returns them.
    serials: tuple[str, ...] = ()
    replacements: tuple[Wanted, ...] = ()

    @property
    def is_exchange(self) -> bool:
        return self.resolution == Resolution.EXCHANGE

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What he takes in the place of this line."""
        if not self.is_exchange:
            return ()
        if self.replacement_id and not self.replacements:
            return (Wanted(self.replacement_id, self.units),)
        return self.replacements


@dataclass(frozen=True)
class QuotedLine:
    """One choice with its answer: which right, what it is worth, or why not."""

    choice: Choice
    line: OrderLine
    left: int
    amount: int
    tax: int
    decision: Decision
    problem: Refused | None
    # Units for which he takes the same article again, in this or another size.
    kept_units: int = 0
    # What of it pays for what he takes instead, in minor units: the rest is paid out.
    instead: int = 0

    @property
    def is_exchange(self) -> bool:
        return self.choice.resolution == Resolution.EXCHANGE

    @property
    def leaving_units(self) -> int:
        """By how many units he keeps less than before."""
        return max(self.choice.units - self.kept_units, 0)

    @property
    def leaving_amount(self) -> int:
        """What those are worth."""
        units = self.choice.units
        kept = units - self.leaving_units
        return self.amount - share(self.amount, quantity=units, before=0, units=kept)


@dataclass(frozen=True)
class Quote:
    """
    What the customer would get back; `refunds` says to which tender, cash last.

    `adjustments` are fees and what promotions keep or give back, beside the lines.
    """

    currency: str
    lines: Sequence[QuotedLine]
    refunds: Sequence[refunds.Share]
    problem: Refused | None = None
    adjustments: Sequence[Adjusted] = ()
    # What is taken instead and the difference; none as long as something speaks against it.
    bill: Bill | None = None

    @property
    def credit_total(self) -> int:
        """What everything that comes back is worth."""
        return sum(line.amount for line in self.lines)

    @property
    def charge_total(self) -> int:
        """What everything that is taken instead costs."""
        return self.bill.charged if self.bill else 0

    @property
    def refund_total(self) -> int:
        """What the customer receives: credit and adjustments, less what he takes instead."""
        if self.bill:
            return self.bill.refund
        worth = sum(line.amount for line in self.lines if not line.is_exchange)
        return worth + self.adjustment_total

    @property
    def to_pay(self) -> int:
        """What the customer pays; then he receives nothing."""
        return self.bill.to_pay if self.bill else 0

    @property
    def is_exchange(self) -> bool:
        return any(line.is_exchange for line in self.lines)

    @property
    def adjustment_total(self) -> int:
        return sum(row.amount for row in self.adjustments)

    @property
    def token(self) -> str:
        """Return what changes as soon as any amount, right or tender of the quote does."""
        lines = [
            (
                *(line.choice.order_line_id, line.choice.units, line.choice.resolution),
                *([astuple(one) for one in line.choice.wanted], line.amount, line.tax),
                line.decision.right,
            )
            for line in self.lines
        ]
        taken = [(row.product.pk, row.units, row.amount) for row in self.charges]
        beside = [(row.kind, row.rule, row.amount, row.later) for row in self.adjustments]
        shares = [(row.payment and row.payment.pk, row.goes_by, row.amount) for row in self.refunds]
        # As JSON, where a code is the same whether it comes from a form or from the database.
        return fingerprint(json.dumps([self.currency, lines, taken, beside, shares]))[:32]

    @property
    def charges(self) -> Sequence[bills.Charge]:
        """What is taken instead, with what each costs."""
        return self.bill.charges if self.bill else ()

    @property
    def exchange_total(self) -> int:
        """What those lines are worth for which something is taken instead."""
        return sum(line.amount for line in self.lines if line.is_exchange)

    @property
    def problems(self) -> list[Refused]:
        """Every no, the quote's own first."""
        own = [self.problem] if self.problem else []
        return own + [line.problem for line in self.lines if line.problem]

    @property
    def may_be_taken(self) -> bool:
        return bool(self.lines) and not self.problems
