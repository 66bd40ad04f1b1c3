"""What the policies answer: a yes by some right, or a no that says who may overrule it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from orders.models import Level, PolicyVersion, ReturnLine

Evidence = Mapping[str, str | int]
Own = Mapping[str, Any] | None


@dataclass(frozen=True)
class Objection:
    """
    One rule's no: who may overrule it, on which evidence (ids, figures, ISO dates), in words.

    `own` are the words that its version brings, see `words`.
    """

    rule: str
    level: str
    sentence: str
    customer_sentence: str = ""
    evidence: Evidence = field(default_factory=dict)
    own: Own = None


@dataclass(frozen=True)
class Notice:
    """What a human is told of and asked nothing about: a legal right is never held up."""

    rule: str
    sentence: str
    evidence: Evidence = field(default_factory=dict)
    own: Own = None


@dataclass(frozen=True)
class Fee:
    """
    What an announced rule keeps back, in minor units of the line's currency.

    With `is_per_return` it is asked once for the whole return, however many lines name it. `level`
    says who may waive it: granted as the others are, it is not asked.
    """

    rule: str
    amount: int
    is_per_return: bool = False
    level: str = Level.NOBODY
    sentence: str = ""
    customer_sentence: str = ""


@dataclass(frozen=True)
class Decision:
    """
    A yes with its right and last day, or a no with the rule that says it, in words.

    A yes has the level AUTOMATIC. A no has the level of its strictest objection, whose `rule`,
    `sentence` and `evidence` it carries; `objections` are all of them, and only when each is
    granted does the line come back, as a commercial gesture.
    """

    right: str
    until: date | None
    sentence: str
    policy: PolicyVersion | None = None
    level: str = Level.AUTOMATIC
    rule: str = ""
    evidence: Evidence = field(default_factory=dict)
    customer_sentence: str = ""
    fees: tuple[Fee, ...] = ()
    notices: tuple[Notice, ...] = ()
    objections: tuple[Objection, ...] = ()

    @property
    def may_return(self) -> bool:
        return bool(self.right)

    @property
    def may_be_overruled(self) -> bool:
        """Whether somebody may still say yes."""
        return not self.may_return and self.level != Level.NOBODY

    @property
    def is_legal(self) -> bool:
        """Whether the law gives the right: then no rule of ours takes it away (rules.md 1.6)."""
        return self.right in (ReturnLine.Right.WITHDRAWAL, ReturnLine.Right.CONFORMITY)

    @property
    def is_for_defects_only(self) -> bool:
        return self.right == ReturnLine.Right.CONFORMITY
