"""
The journal of settled returns, exchanges and credits, chained per store (rules.md 2.10).

    chain        what is hashed and sealed, byte for byte
    totals       sums by kind, tender and tax rate
    writing      one more entry, numbered under the lock of the chain's end
    settlements  what returns, exchanges and credits have to write
    closings     the day's end: totals of the day and of all time, and no way back
    proof        is every entry as it was written, and none missing
    exports      the same for an auditor

How it is chained and what that proves is said in docs/returns/journal.md.
"""

from orders.journal.settlements import (
    credit_moved,
    exchange_made,
    return_corrected,
    return_settled,
)
from orders.journal.writing import write

__all__ = ["credit_moved", "exchange_made", "return_corrected", "return_settled", "write"]
