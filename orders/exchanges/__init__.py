"""
Exchanges: one document for what comes back and what is taken instead (rules.md 2.7).

What is taken is an order of its own, so that it can come back like any other: the same article at
the price first paid, on the clocks of the first purchase (`paid_by`); another one on its own.
Whose payments it was paid from stands in its contributions, and a refund goes back to each.

An exchange that the customer has to pay waits for the register; goods change hands when it says
that he paid. The new article may also go out first: then the other one is awaited until a day,
see `orders.awaited`.

    offers  what may be taken instead, and what the customer wants of it so far
    making  the document, the order that it makes, and its end
    goods   what is put aside, handed over and sent off
"""

from orders.exchanges.goods import (
    NotToHandOver,
    deliver,
    move_goods,
    replacements_of,
    to_give_in,
)
from orders.exchanges.making import CannotRefundFirst, begin, contributions_to, let_go, make
from orders.exchanges.offers import (
    NotFromThere,
    NotOffered,
    ReplacementMissing,
    TooManyWanted,
    is_offered,
    problem,
    shortage,
    variants_of,
    wish,
    wishes_of,
)

__all__ = [
    "CannotRefundFirst",
    "NotFromThere",
    "NotOffered",
    "NotToHandOver",
    "ReplacementMissing",
    "TooManyWanted",
    "begin",
    "contributions_to",
    "deliver",
    "is_offered",
    "let_go",
    "make",
    "move_goods",
    "problem",
    "replacements_of",
    "shortage",
    "to_give_in",
    "variants_of",
    "wish",
    "wishes_of",
]
