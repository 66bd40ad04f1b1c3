"""What the page of a return without receipt shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from orders import reviews, unproven
from orders.models import CustomerReturn, ReturnLine, Review
from orders.questions import Question
from orders.unproven import HumanNeeded, Valuation


@dataclass(frozen=True)
class UnprovenScreen:
    """Everything the page of a draft without receipt shows."""

    draft: CustomerReturn
    valuation: Valuation
    notice: str = ""
    problem: str = ""
    answers: Sequence[Review] = ()

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Reason.choices]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Condition.choices]

    @property
    def to_ask(self) -> list[Question]:
        """What a person would have to decide."""
        return [] if self.problem else self.valuation.to_ask

    @property
    def is_beyond_the_store(self) -> bool:
        """Whether nobody here may say yes: then it is the customer who asks further."""
        return any(question.is_beyond_the_store for question in self.to_ask)

    @property
    def no(self) -> str:
        """Why it cannot be taken, once everything is said."""
        refusal = self.valuation.problem
        return self.problem or (refusal.sentence if isinstance(refusal, HumanNeeded) else "")

    @property
    def is_ready(self) -> bool:
        return self.valuation.problem is None and not self.problem


def unproven_screen(
    draft: CustomerReturn, *, now: datetime, notice: str = "", problem: str = ""
) -> UnprovenScreen:
    """Return the draft without receipt as the clerk sees it."""
    answers = reviews.current(draft) if draft.number else ()
    return UnprovenScreen(draft, unproven.value(draft, now=now), notice, problem, answers)
