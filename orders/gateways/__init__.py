"""
Who pays refunds out: the register, a card processor, or a ledger of our own.

A gateway is asked for one refund by the refund's own key and says, at once or later, that it paid
or why it did not: `refunds.paid` and `refunds.failed` take its word. Asked twice, it pays once.

* `register`: a signed instruction that the shop's register picks up and answers.
* `processors`: the card processor that took the payment, called by reference by a worker.
* ledgers of ours (`orders.ledgers`) write at once, in the transaction that asks them.
"""

from orders.gateways.register import (
    AnsweredOtherwise,
    SignedInstruction,
    UnknownInstruction,
    answer,
    waiting_for,
)

__all__ = ["AnsweredOtherwise", "SignedInstruction", "UnknownInstruction", "answer", "waiting_for"]
