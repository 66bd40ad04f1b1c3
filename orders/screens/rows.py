"""A line of a draft on the screen: what was chosen of it, and what the quote says to that."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders import exchanges, grounds, history, quotes, serials
from orders.models import CustomerReturn, Level, Product, ReturnLine, ReturnPhoto
from orders.policies import Decision
from orders.quotes import Choice, QuotedLine
from orders.suggestions import Suggestion
from orders.wishes import Option

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
