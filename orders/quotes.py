"""
Quotes: what would come back by which right, for how much, to which tender; nothing is changed.

`returns.take` draws the same quote up again under lock before it writes anything.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid, Refused
from omnistore.money import share
from omnistore.tokens import fingerprint
from orders import adjustments, bills, exchanges, promotions, proofs, refunds, serials
from orders.adjustments import Adjusted, Credited
from orders.bills import Bill, Credit, Wanted
from orders.models import CustomerReturn, Level, OrderLine, Product, ReturnLine
from orders.policies import Case, CaseLine, Decision, Fee, Objection, PolicyBook, decide, weigh
from orders.shares import as_gift, cash_last
from orders.units import with_returned
from stores.models import Store

Reason = ReturnLine.Reason
Condition = ReturnLine.Condition
Resolution = ReturnLine.Resolution
# The rule that a human has overruled for an order line.
Grant = tuple[int, str]
# A register's slip has an end, and so has a clerk's patience.
MOST_LINES = 200


class NothingChosen(Invalid):
    code = "nothing_chosen"
    words = _("Choose what comes back first.")


class NotOfThisReturn(Invalid):
    code = "unknown_line"
    words = _("One of the lines does not exist, or is not for you.")


class OrderOfAnotherCustomer(Invalid):
    code = "order_of_another_customer"
    words = _("This order belongs to another customer.")


class CurrenciesDiffer(Invalid):
    code = "currencies_differ"
    words = _("These orders were paid in different currencies: take one return for each.")


class NotAUnitCount(Invalid):
    code = "not_a_unit_count"
    words = _("A number of units is a whole number, one or more.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    words = _("Say why it comes back.")


class ConditionMissing(Invalid):
    code = "condition_missing"
    words = _("Say in which condition it is.")


class TooManyUnits(Conflict):
    code = "too_many_units"
    words = _("Only %(left)s of these can still come back.")


class AllCameBack(TooManyUnits):
    words = _("Nothing of it is left: it came back already.")


class NotReturnable(Refused):
    """`level` and `rule` say who may overrule which rule."""

    code = "not_returnable"


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


def draw_up(
    *,
    choices: Iterable[Choice],
    customer_id: UUID | None,
    now: datetime,
    grants: Collection[Grant] = (),
    pay_by: str = "",
    proof: str = "",
    return_id: UUID | None = None,
    is_locked: bool = False,
    proven: frozenset[UUID] = frozenset(),
    store: Store | None = None,
) -> Quote:
    """
    Return what the customer would get back, without changing anything.

    Each line has its amount, tax included, its share of the tax, its right or its problem; lines
    of several orders may stand together. `grants` are the rules that humans have overruled, by
    order line; `pay_by` is the means the customer prefers to those that paid; `return_id` is the
    return itself, not counted among the customer's earlier ones; `proven` are the orders that were
    shown one by one (`proofs.of`), `proof` the draft's: by a gift receipt all money is store
    credit of who brings it. With a `store`, whose customer stands there, what is taken instead
    has to be available. With `is_locked` the order lines and payments are locked first: only
    `take` asks for that, inside its transaction.

    Raises:
        NothingChosen, NotAUnitCount: no choice at all, or units below one.
        NotOfThisReturn: a line that does not exist, or twice the same.
        OrderOfAnotherCustomer, CurrenciesDiffer: lines that cannot stand together.
    """
    choices = checked(choices)
    if not choices:
        raise NothingChosen()
    lines = lines_for(choices, is_locked=is_locked)
    _check_together(lines.values(), customer_id, proven)
    rules = Rules(PolicyBook.read(), grants, now, proof)
    taken = Taken.read(choices)
    quoted = _quote_lines([_worth(one, lines[one.order_line_id]) for one in choices], taken, rules)
    currency = next(iter(lines.values())).order.currency
    case = Case([], currency, now, customer_id, return_id=return_id)
    quoted = _weighed(quoted, rules, case, taken)
    answer = Quote(currency=currency, lines=quoted, refunds=[], problem=taken.problem(store))
    if [problem for problem in answer.problems if problem is not answer.problem]:
        return answer
    answer = replace(answer, adjustments=_adjustments(quoted, is_locked=is_locked))
    answer = replace(answer, bill=_bill(answer, taken))
    if answer.problem:
        return answer
    try:
        planned = refunds.plan(_due(answer), is_locked=is_locked)
        givers = _givers(answer, proof)
        given = [share for share in planned if givers is None or share.is_paid_by(givers)]
        others = [share for share in planned if share not in given]
        routed = [
            *as_gift(given, is_named=customer_id is not None),
            *refunds.preferred(others, pay_by),
        ]
        return replace(answer, refunds=cash_last(routed))
    except refunds.MoreThanPaid as problem:
        return replace(answer, problem=problem)


def _givers(answer: Quote, proof: str) -> frozenset[UUID] | None:
    """
    Return the orders whose payments were somebody else's, of what a gift receipt paid for.

    None: all of them, the gift receipt itself is shown (rules.md 1.8).
    """
    if proof == CustomerReturn.Proof.GIFT:
        return None
    gifts = [quoted.line for quoted in answer.lines if quoted.line.is_from_gift]
    paid = exchanges.contributions_to(gifts)
    payers = {payer for rows in paid.values() for payer, _ in rows}
    payers |= {line.payer_id for line in gifts}
    return frozenset(payers - {line.order_id for line in gifts})


def checked(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices as a list; raises `NotAUnitCount` or `NotOfThisReturn`, see `draw_up`."""
    checked = list(choices)
    if len(checked) > MOST_LINES or len({c.order_line_id for c in checked}) < len(checked):
        raise NotOfThisReturn()
    # Beyond this no line has units, and a database no column.
    if any(not 1 <= choice.units <= 1_000_000 for choice in checked):
        raise NotAUnitCount()
    return checked


def lines_for(choices: Sequence[Choice], *, is_locked: bool = False) -> dict[int, OrderLine]:
    """Return the chosen lines by id, knowing their units; raises `NotOfThisReturn`."""
    ids = [choice.order_line_id for choice in choices]
    if is_locked:
        # In one order everywhere, or two returns over the same lines would wait for each other.
        list(
            OrderLine.objects.select_for_update(no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
            .values_list("pk")
        )
    lines = promotions.known_on(with_returned(OrderLine.objects.filter(pk__in=ids)))
    lines = lines.select_related("order__store", "product", "paid_by__store")
    found = {line.pk: line for line in lines}
    if len(found) < len(choices):
        raise NotOfThisReturn()
    return found


def _check_together(
    lines: Iterable[OrderLine], customer_id: UUID | None, proven: frozenset[UUID]
) -> None:
    orders = {line.order_id: line.order for line in lines}.values()
    if not proofs.are_together(orders, customer_id, proven):
        raise OrderOfAnotherCustomer()
    if len({order.currency for order in orders}) > 1:
        raise CurrenciesDiffer()


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


def _worth(choice: Choice, line: OrderLine) -> Worth:
    if choice.units > line.left_units:
        return Worth(choice, line, amount=0, tax=0)
    part = {"quantity": line.quantity, "before": line.returned_units, "units": choice.units}
    return Worth(choice, line, amount=share(line.total, **part), tax=share(line.tax, **part))


def _quote_lines(worths: Sequence[Worth], taken: Taken, rules: Rules) -> list[QuotedLine]:
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


def _weighed(quoted: list[QuotedLine], rules: Rules, case: Case, taken: Taken) -> list[QuotedLine]:
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


def _adjustments(quoted: Iterable[QuotedLine], *, is_locked: bool) -> list[Adjusted]:
    return adjustments.of(
        [
            Credited(
                line=line.line,
                units=line.leaving_units,
                amount=line.leaving_amount,
                right=line.decision.right,
                fees=line.decision.fees,
            )
            for line in quoted
            if line.leaving_units
        ],
        is_locked=is_locked,
    )


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


def _bill(answer: Quote, taken: Taken) -> Bill:
    paid_from = exchanges.contributions_to([quoted.line for quoted in answer.lines])
    credits = [
        Credit(
            line=quoted.line,
            units=quoted.choice.units,
            amount=quoted.amount,
            tax=quoted.tax,
            sources=bills.sources_of(
                quoted.line, paid_from.get(quoted.line.pk, ()), units=quoted.choice.units
            ),
            wanted=quoted.choice.wanted,
        )
        for quoted in answer.lines
    ]
    return bills.draw_up(credits, taken.products, adjustments.by_order(answer.adjustments))


def _due(answer: Quote) -> Mapping[UUID, int]:
    return answer.bill.due if answer.bill else {}
