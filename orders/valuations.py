"""What the page of a return without receipt shows."""

from dataclasses import dataclass
from datetime import datetime

from orders import unproven
from orders.models import CustomerReturn, ReturnLine
from orders.unproven import HumanNeeded, Valuation


@dataclass(frozen=True)
class UnprovenScreen:
    """Everything the page of a draft without receipt shows."""

    draft: CustomerReturn
    valuation: Valuation
    notice: str = ""
    problem: str = ""

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Reason.choices]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        return [(code, str(label)) for code, label in ReturnLine.Condition.choices]

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
    return UnprovenScreen(draft, unproven.value(draft, now=now), notice, problem)
