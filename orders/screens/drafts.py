"""The page of a draft: which rows stand where, and the words of its main button."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from omnistore.words import money
from orders import questions
from orders.means import Means
from orders.models import CustomerReturn, Level, Order, ReturnLine, Review
from orders.questions import Question
from orders.quotes import Quote, QuotedLine
from orders.screens.rows import Fold, Row

# A long receipt opens with so many lines that are not chosen; the others come when one scrolls on.
AT_ONCE = 60


@dataclass(frozen=True)
class DraftScreen:
    """Everything the page of a draft shows."""

    draft: CustomerReturn
    orders: Sequence[Order]
    rows: list[Row]
    fold: Fold
    quote: Quote | None
    problem: str = ""
    is_whole: bool = False
    answers: Sequence[Review] = ()
    # What to say about the last scan or tap; the draft stays as it was.
    notice: str = ""

    @property
    def shown_currency(self) -> str:
        """The currency in which prices are shown; empty where none is (rules.md 1.8)."""
        return "" if self.draft.is_gift else self.draft.currency

    @property
    def has_several_orders(self) -> bool:
        return len(self.orders) > 1

    @property
    def first(self) -> list[Row]:
        return [row for row in self.rows if row.line.line.pk in self.fold.first]

    @property
    def others(self) -> list[Row]:
        return [row for row in self.rows if row.line.line.pk not in self.fold.first]

    @property
    def here(self) -> list[Row]:
        """Those of the others that are on the page from the beginning."""
        if self.is_whole:
            return self.others
        early = {row.key for row in self.rows[:AT_ONCE]}
        return [row for row in self.others if row.key in early or row.is_open]

    @property
    def later(self) -> list[Row]:
        """Those of a long receipt that come when they are asked for."""
        here = {row.key for row in self.here}
        return [row for row in self.others if row.key not in here]

    @property
    def touched(self) -> list[Row]:
        """The rows that an answer to the open page has something to say about."""
        return [row for row in self.rows if row.is_open or row.is_on_screen]

    @property
    def is_unfolded(self) -> bool:
        return self.fold.is_open or any(row.is_open for row in self.others)

    @property
    def lines_by_name(self) -> Sequence[QuotedLine]:
        """What each article is worth, once the total does not say it."""
        if self.quote is None:
            return []
        is_said = not self.quote.adjustments or self.is_another_article
        return [] if len(self.quote.lines) == 1 and is_said else self.quote.lines

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Reason.choices]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Condition.choices]

    @property
    def is_ready(self) -> bool:
        return self.quote is not None and self.quote.may_be_taken and not self.problem

    @property
    def means(self) -> Means:
        """By which means the money goes, and what else is offered."""
        return Means(self.draft, self.quote)

    @property
    def may_settle(self) -> bool:
        """Whether the main button works: another means waits for the customer's word."""
        return self.is_ready and not self.means.awaits_agreement

    @property
    def taken_worth(self) -> int:
        """What the articles cost that the customer takes instead, in minor units."""
        return self.quote.bill.charged if self.quote and self.quote.bill else 0

    @property
    def is_another_article(self) -> bool:
        """Whether credit and charges have to be shown, as they are not the same article's."""
        return self.quote is not None and any(not one.is_same for one in self.quote.charges)

    @property
    def unanswered(self) -> Row | None:
        """Which of several lines still waits for its answers."""
        waiting = (row for row in self.rows if row.is_missing_something)
        return next(waiting, None) if self.quote and len(self.quote.lines) > 1 else None

    @property
    def is_to_choose(self) -> bool:
        """Whether all is said but what the customer takes instead."""
        missing = [row for row in self.rows if row.is_missing_something]
        return bool(missing) and all(row.awaits_replacement for row in missing)

    @property
    def to_ask(self) -> list[Question]:
        """What a person would have to decide, when nothing else stands in the way."""
        is_all = self.quote is not None and questions.are_all(self.quote) and not self.problem
        return questions.of(self.quote) if self.quote and is_all else []

    @property
    def is_beyond_the_store(self) -> bool:
        """Whether nobody here may say yes: then it is the customer who asks further."""
        return any(question.is_beyond_the_store for question in self.to_ask)

    @property
    def to_waive(self) -> Row | None:
        """The first row for which the clerk need only say why, when nobody else has to agree."""
        is_his = all(question.level == Level.WAIVABLE for question in self.to_ask)
        return next((row for row in self.rows if is_his and row.may_be_waived), None)

    @property
    def has_wrong_row(self) -> bool:
        return any(row.is_wrong for row in self.rows)

    @property
    def action(self) -> str:
        """The main button's words: the sign of the difference names it (rules.md 2.7)."""
        if self.quote is None or not self.quote.lines:
            return _("Take the return")
        if self.quote.to_pay:
            return _("Customer pays %(amount)s") % {
                "amount": money(self.quote.to_pay, self.quote.currency)
            }
        refund = self.quote.refund_total
        if not refund:
            return _("Exchange") if self.quote.exchange_total else _("Take the return")
        amount = {"amount": money(refund, self.quote.currency)}
        if self.quote.exchange_total:
            return _("Exchange and refund %(amount)s") % amount
        return _("Refund %(amount)s") % amount
