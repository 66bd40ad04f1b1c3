"""
Quotes: what would come back by which right, for how much, to which tender; nothing is changed.

    rows      what is asked, line by line, and what is answered
    judging   by which right each line may come back, or why not
    drawing   fees and promotions, the difference, and to whom the money goes
    refusals  why there is no quote, or why it cannot be taken

`returns.take` draws the same quote up again under lock before it writes anything.
"""

from orders.quotes.drawing import Known, checked, draw_up, lines_for
from orders.quotes.refusals import (
    AllCameBack,
    ConditionMissing,
    CurrenciesDiffer,
    NotAUnitCount,
    NothingChosen,
    NotOfThisReturn,
    NotReturnable,
    OrderOfAnotherCustomer,
    ReasonMissing,
    TooManyUnits,
)
from orders.quotes.rows import Choice, Quote, QuotedLine

__all__ = [
    "AllCameBack",
    "Choice",
    "ConditionMissing",
    "CurrenciesDiffer",
    "Known",
    "NotAUnitCount",
    "NotOfThisReturn",
    "NotReturnable",
    "NothingChosen",
    "OrderOfAnotherCustomer",
    "Quote",
    "QuotedLine",
    "ReasonMissing",
    "TooManyUnits",
    "checked",
    "draw_up",
    "lines_for",
]
