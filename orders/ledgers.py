"""
Ledgers of ours that take refunds at once: what a tender's ledger has to write, by tender.

Each takes the refund and the time, inside the caller's transaction, and returns its reference.
"""

from collections.abc import Callable
from datetime import datetime

from orders import credit, points
from orders.models import CreditAccount, Payment, Refund

Payer = Callable[[Refund, datetime], str]


def payer_for(payment: Payment | None, tender: str) -> Payer | None:
    """Return who writes a refund by `tender`, None when it is no ledger of ours."""
    if payment is not None and payment.tender == tender:
        if payment.credit_use_id is not None:
            return restore
        if payment.points is not None:
            return points.give_back
        # Somebody else's gift card or credit note: the register took it, and gives it back.
        return LEDGERS.get(tender)
    return issue if tender in CreditAccount.Kind.values else LEDGERS.get(tender)


def restore(refund: Refund, at: datetime) -> str:
    """Give back to the account what this payment spent of it."""
    used = refund.payment.credit_use if refund.payment else None
    if used is None:
        raise ValueError("nothing was spent")
    credit.restore(
        account=used.account,
        amount=refund.amount,
        reason=refund.plan.customer_return.number or "",
        event_key=f"refund:{refund.pk}",
        at=at,
        store=refund.plan.customer_return.store,
    )
    refund.credit = used.account
    return used.account.masked


def issue(refund: Refund, at: datetime) -> str:
    """Issue a new credit for the refund, to the customer of the return unless it is a bearer's."""
    taken = refund.plan.customer_return
    account = credit.issue(
        customer=None if refund.is_to_bearer else taken.customer,
        kind=refund.tender,
        amount=refund.amount,
        currency=refund.currency,
        reason=taken.number or "",
        event_key=f"refund:{refund.pk}",
        at=at,
        store=taken.store,
        clerk=taken.clerk,
    )
    refund.credit = account
    return account.masked


# Tender → what its ledger writes, other than credit and gift cards of ours.
LEDGERS: dict[str, Payer] = {}
