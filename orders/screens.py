"""What the return's screens show: rows with their choices, and the words of the main button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from omnistore.words import money
from orders import (
    exchanges,
    grants,
    grounds,
    history,
    proofs,
    questions,
    quotes,
    returns,
    reviews,
    serials,
    suggestions,
    wishes,
)
from orders.means import Means
from orders.models import CustomerReturn, Level, Order, Product, ReturnLine, ReturnPhoto, Review
from orders.policies import Decision, PolicyBook
from orders.questions import Question
from orders.quotes import Choice, Known, Quote, QuotedLine
from orders.suggestions import Suggestion
from orders.wishes import Option

# A long receipt opens with so many lines that are not chosen; the others come when one scrolls on.
AT_ONCE = 60
# So many other purchases are offered; the receipt of any other is scanned.
MOST_OTHERS = 3
# So many numbers are read one by one.
MOST_SERIALS = 20


@dataclass(frozen=True)
class Row:
    """A line of the order with what was chosen for it and what the quote says to that."""

    line: history.PurchaseLine
    choice: Choice | None
    quoted: QuotedLine | None
    options: Sequence[Option]
    wrong: str = ""
    # Its questions stand open in the browser already, with what was tapped.
    is_on_screen: bool = False
    # What may be taken instead, and why just that.
    suggestions: Sequence[Suggestion] = ()
    draft: CustomerReturn | None = None
    photos: Sequence[ReturnPhoto] = ()

    @property
    def key(self) -> str:
        return f"l{self.line.line.pk}"

    @property
    def units(self) -> int:
        return self.choice.units if self.choice else 0

    @property
    def serial_fields(self) -> Sequence[str]:
        """One for each unit that has a number, with what was read so far."""
        if not self.choice or not self.line.line.product.is_tracked:
            return []
        read = [*self.choice.serials][: self.units]
        return read + [""] * (min(self.units, MOST_SERIALS) - len(read))

    @property
    def is_by_lot(self) -> bool:
        return self.line.line.product.tracking == Product.Tracking.LOT

    @property
    def is_open(self) -> bool:
        return self.choice is not None or bool(self.wrong)

    @property
    def decision(self) -> Decision:
        """By which right it comes back: the reason may make it another than the date does."""
        return self.quoted.decision if self.quoted else self.line.decision

    @property
    def is_exchange(self) -> bool:
        return self.choice is not None and self.choice.resolution == (
            ReturnLine.Resolution.EXCHANGE
        )

    @property
    def problem(self) -> str:
        """The sentence to show under the row, once the clerk has said why it comes back."""
        if self.wrong:
            return self.wrong
        refusal = self.quoted.problem if self.quoted else None
        return refusal.sentence if refusal else ""

    @property
    def is_missing_something(self) -> bool:
        """The row's problem is only that something was not chosen yet."""
        refusal = self.quoted.problem if self.quoted else None
        return isinstance(
            refusal,
            quotes.ReasonMissing
            | quotes.ConditionMissing
            | exchanges.ReplacementMissing
            | serials.SerialMissing,
        )

    @property
    def awaits_replacement(self) -> bool:
        refusal = self.quoted.problem if self.quoted else None
        return isinstance(refusal, exchanges.ReplacementMissing)

    @property
    def why(self) -> grounds.Grounds | None:
        """Why it may come back, from the beginning; why not, once the clerk has said all."""
        if self.quoted is not None and self.decision.may_return and not self.is_wrong:
            return grounds.of(self.decision)
        is_asked = self.quoted is not None and not self.is_missing_something and not self.wrong
        return grounds.of(self.decision) if is_asked else None

    @property
    def may_be_waived(self) -> bool:
        """Whether the clerk alone may take it all the same, or has said why already."""
        refusal = self.quoted.problem if self.quoted else None
        is_no = isinstance(refusal, quotes.NotReturnable) and self.decision.level == Level.WAIVABLE
        return is_no or bool(self.choice and self.choice.waiver)

    @property
    def is_wrong(self) -> bool:
        """Something stands in its way that is more than a question not asked yet."""
        return bool(self.problem) and not self.is_missing_something


@dataclass(frozen=True)
class Fold:
    """
    Where the page was folded when it was opened, so that nothing jumps while it is filled in.

    `first` are the order lines above the fold; what is chosen below it opens where it stands.
    """

    first: frozenset[int]
    is_open: bool = False


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


@dataclass(frozen=True)
class Place:
    """Where so many units go, in words."""

    units: int
    words: str


def places(lines: Sequence[ReturnLine]) -> list[Place]:
    """Return where the goods of a return go, in the order of its lines."""
    units: dict[str, int] = {}
    for line in lines:
        words = line.get_disposition_display() or _("still to be received")
        units[words] = units.get(words, 0) + line.units
    return [Place(units=count, words=words) for words, count in units.items()]


def draft_screen(
    draft: CustomerReturn,
    *,
    now: datetime,
    fold: Fold | None = None,
    wrong: dict[int, str] | None = None,
    problem: str = "",
    on_screen: frozenset[int] = frozenset(),
    is_whole: bool = False,
    notice: str = "",
) -> DraftScreen:
    """
    Return the draft as the clerk sees it: chosen lines first, the rest of the order folded away.

    `fold` is how the page was folded before; without it, it is opened anew. `on_screen` are the
    order lines whose questions the browser shows already; `is_whole` shows a long receipt at once.
    """
    choices = {choice.order_line_id: choice for choice in returns.choices_of(draft)}
    book, pictures = PolicyBook.read(), _photos(draft)
    purchases = _purchases(draft, now, book)
    known = Known({one.line.pk: one.line for bought in purchases for one in bought.lines}, book)
    quote = _quote(draft, list(choices.values()), now, known)
    quoted = {line.line.pk: line for line in quote.lines} if quote else {}
    suggested = _suggested(draft, quote)
    rows = [
        Row(
            line=line,
            choice=choices.get(line.line.pk),
            quoted=quoted.get(line.line.pk),
            options=_options(draft, line, choices.get(line.line.pk)),
            wrong=(wrong or {}).get(line.line.pk, ""),
            is_on_screen=line.line.pk in on_screen,
            suggestions=suggested.get(line.line.pk, ()),
            draft=draft,
            photos=pictures.get(line.line.pk, ()),
        )
        for purchase in purchases
        for line in purchase.lines
    ]
    opened = frozenset(row.line.line.pk for row in rows if row.is_open)
    own = quote.problem.sentence if quote and quote.problem else ""
    return DraftScreen(
        draft=draft,
        orders=[purchase.order for purchase in purchases],
        rows=rows,
        fold=fold or Fold(first=opened),
        quote=quote,
        problem=problem or own,
        is_whole=is_whole,
        notice=notice,
        answers=reviews.current(draft) if draft.number else (),
    )


def others_to_join(draft: CustomerReturn, *, now: datetime) -> list[history.Purchase]:
    """Return the customer's latest other purchases of which something may come back too."""
    if draft.customer is None or draft.proof != CustomerReturn.Proof.PURCHASE:
        return []
    known = proofs.of(draft)
    bought = history.of(draft.customer, now=now)
    others = [
        purchase
        for purchase in bought
        if purchase.order.pk not in known and purchase.order.currency == draft.currency
    ]
    return [purchase for purchase in others if purchase.may_return][:MOST_OTHERS]


def _photos(draft: CustomerReturn) -> dict[int | None, list[ReturnPhoto]]:
    found: dict[int | None, list[ReturnPhoto]] = {}
    for photo in draft.photos.order_by("taken_at"):
        found.setdefault(photo.order_line_id, []).append(photo)
    return found


def _purchases(draft: CustomerReturn, now: datetime, book: PolicyBook) -> list[history.Purchase]:
    """Return the draft's orders, the one it began with first."""
    bought = history.of_orders(proofs.of(draft), now=now, book=book)
    return sorted(bought, key=lambda purchase: purchase.order.pk != draft.order_id)


def _quote(
    draft: CustomerReturn, choices: list[Choice], now: datetime, known: Known
) -> Quote | None:
    if not choices:
        return None
    return quotes.draw_up(
        choices=choices,
        customer_id=draft.customer_id,
        pay_by=draft.pay_by,
        now=now,
        proof=draft.proof,
        return_id=draft.pk,
        grants=grants.of_choices(choices, draft=draft, at=now),
        proven=proofs.of(draft),
        store=draft.store,
        known=known,
    )


def _suggested(draft: CustomerReturn, quote: Quote | None) -> dict[int, list[Suggestion]]:
    if quote is None or draft.store is None:
        return {}
    back = [suggestions.Returned(line.line, line.choice.reason) for line in quote.lines]
    return suggestions.of(back, store=draft.store)


def _options(
    draft: CustomerReturn, line: history.PurchaseLine, choice: Choice | None
) -> list[Option]:
    if choice is None or not choice.is_exchange or draft.store is None:
        return []
    return wishes.options_of(line.line, choice, draft.store)
