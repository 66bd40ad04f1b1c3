"""
Prospects: what a customer may bring back and what would come of it, in words for him.

Nothing is changed. By a gift receipt there is no amount in it, and no rule whose sentence could
say one (rules.md 1.8).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.errors import Refused
from omnistore.words import day
from orders import history, quotes, serials
from orders.adjustments import Adjusted
from orders.history import PurchaseLine
from orders.models import CustomerReturn, Order, OrderLine, ReturnLine
from orders.policies import LIMITS, Decision, PolicyBook
from orders.quotes import Choice, Known, Quote, QuotedLine
from orders.shares import Share

Reason = ReturnLine.Reason
Condition = ReturnLine.Condition
# What the clerk calls "style" and "sellable as new" a customer says otherwise.
REASONS: Mapping[str, str | Promise] = {
    Reason.TOO_SMALL: gettext_lazy("It is too small"),
    Reason.TOO_LARGE: gettext_lazy("It is too large"),
    Reason.STYLE: gettext_lazy("I do not like the style"),
    Reason.COLOUR: gettext_lazy("I do not like the colour"),
    Reason.CHANGED_MIND: gettext_lazy("I changed my mind"),
    Reason.DEFECTIVE: gettext_lazy("It does not work, or has a defect"),
    Reason.NOT_AS_DESCRIBED: gettext_lazy("It is not as it was described"),
    Reason.WRONG_ITEM: gettext_lazy("It is the wrong article"),
    Reason.ARRIVED_LATE: gettext_lazy("It arrived too late"),
    Reason.OTHER: gettext_lazy("Another reason"),
}
CONDITIONS: Mapping[str, str | Promise] = {
    Condition.AS_NEW: gettext_lazy("As new, not used"),
    Condition.OPENED: gettext_lazy("Opened or tried, in good condition"),
    Condition.DAMAGED: gettext_lazy("Damaged"),
    Condition.SOILED: gettext_lazy("Stained or dirty"),
    Condition.INCOMPLETE: gettext_lazy("Something is missing"),
}


@dataclass(frozen=True)
class Offer:
    """A line of the receipt: whether it may come back, until when, or why not."""

    purchase: PurchaseLine
    is_gift: bool

    @property
    def line(self) -> OrderLine:
        return self.purchase.line

    @property
    def left(self) -> int:
        return self.purchase.left_units

    @property
    def is_open(self) -> bool:
        """Whether it may be chosen: a rule or a person may say yes."""
        decision = self.purchase.decision
        return self.left > 0 and (decision.may_return or decision.may_be_overruled)

    @property
    def sentence(self) -> str:
        if not self.left and self.purchase.returned_units:
            return _("It came back already.")
        return _said(self.purchase.decision, is_gift=self.is_gift)


@dataclass(frozen=True)
class Answer:
    """What the rules say to one chosen line; without a currency no amount is shown."""

    quoted: QuotedLine
    currency: str

    @property
    def decision(self) -> Decision:
        return self.quoted.decision

    @property
    def is_for_a_person(self) -> bool:
        """Whether no rule lets it pass, and somebody in the shop may."""
        return self.decision.may_be_overruled

    @property
    def may_be_declared(self) -> bool:
        return self.decision.may_return or self.is_for_a_person

    @property
    def sentence(self) -> str:
        return _said(self.decision, is_gift=not self.currency)


@dataclass(frozen=True)
class Prospect:
    """Every chosen line with its answer, and which money what passes would bring back."""

    answers: Sequence[Answer]
    # Of what passes; none when nothing does.
    quote: Quote | None
    # What has to be mended before there is an answer, by order line.
    wrong: Mapping[int, str]
    currency: str

    @property
    def declared(self) -> list[Choice]:
        """What a code is given for: a line that nobody may take back is not among it."""
        return [replace(a.quoted.choice, serials=()) for a in self.answers if a.may_be_declared]

    @property
    def is_shown_money(self) -> bool:
        return bool(self.currency and self.quote)

    @property
    def shares(self) -> Sequence[Share]:
        return self.quote.refunds if self.quote else ()

    @property
    def adjustments(self) -> Sequence[Adjusted]:
        return self.quote.adjustments if self.quote else ()

    @property
    def total(self) -> int:
        return self.quote.refund_total if self.quote else 0


def offers(*, order: Order, is_gift: bool, now: datetime) -> list[Offer]:
    """Return the lines of the receipt, of a gift receipt those that were given."""
    purchase = history.of_order(order, now=now)
    lines = history.given(purchase) if is_gift else purchase.lines
    return [Offer(line, is_gift) for line in lines]


def of(*, order: Order, choices: Sequence[Choice], is_gift: bool, now: datetime) -> Prospect:
    """
    Return what would come of these choices; only of what passes is there money.

    Raises:
        what `quotes.draw_up` raises of choices that are none.
    """
    (purchase,) = history.of_orders([order.pk], now=now)
    known = Known({one.line.pk: one.line for one in purchase.lines}, PolicyBook.read())
    if not {choice.order_line_id for choice in choices} <= known.lines.keys():
        raise quotes.NotOfThisReturn()
    numbered = [_numbered(choice, known) for choice in choices]
    quote = _quote(order, numbered, known, is_gift=is_gift, now=now)
    passing = [line.choice for line in quote.lines if line.decision.may_return]
    if quote.problems:
        wrong = _wrong(quote)
        is_partly = passing and not wrong
        paid = _quote(order, passing, known, is_gift=is_gift, now=now) if is_partly else None
    else:
        paid, wrong = quote, {}
    if paid and paid.problem:
        paid = None
    currency = "" if is_gift else order.currency
    return Prospect([Answer(line, currency) for line in quote.lines], paid, wrong, currency)


def _quote(
    order: Order, choices: Collection[Choice], known: Known, *, is_gift: bool, now: datetime
) -> Quote:
    proof = CustomerReturn.Proof.GIFT if is_gift else CustomerReturn.Proof.PURCHASE
    return quotes.draw_up(
        choices=choices,
        customer_id=None if is_gift else order.customer_id,
        now=now,
        proof=proof,
        proven=frozenset([order.pk]),
        known=known,
    )


def _numbered(choice: Choice, known: Known) -> Choice:
    """Return the choice with numbers of units that are out: at home nobody is asked for them."""
    line = known.lines.get(choice.order_line_id)
    out = serials.still_out(line) if line else []
    return replace(choice, serials=tuple(out[: choice.units]))


def _wrong(quote: Quote) -> dict[int, str]:
    return {
        line.line.pk: _mended(line.problem)
        for line in quote.lines
        if line.problem and not isinstance(line.problem, quotes.NotReturnable)
    }


def _mended(problem: Refused) -> str:
    if isinstance(problem, quotes.ReasonMissing):
        return _("Please say why it comes back.")
    if isinstance(problem, quotes.ConditionMissing):
        return _("Please say in which condition it is.")
    return problem.sentence


def _said(decision: Decision, *, is_gift: bool) -> str:
    if not is_gift:
        return decision.customer_sentence
    if decision.may_return:
        if decision.until is None:
            return _("It can come back at any time.")
        return _("It can come back until %(day)s.") % {"day": day(decision.until)}
    # A limit's sentence, ours or the shop's own, may say amounts.
    if decision.rule in LIMITS:
        return _("A person in the shop has to look at this return.")
    return decision.customer_sentence
