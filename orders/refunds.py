"""
Refunds: who gets which money back, by which tender.

Original tenders first, in proportion to what each paid and up to what is left on it; cash last
(rules.md 2.4 to 2.6). Each refund has one key, stored before it is asked for and reused on every
try.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.money import prorate
from omnistore.outbox import events
from omnistore.outbox.facts import Fact
from orders.facts import RefundFailed, RefundPaid, ReturnSettled
from orders.models import CustomerReturn, Instruction, Payment, Refund, RefundPlan, Tender
from stores.models import Register


class MoreThanPaid(Conflict):
    code = "more_than_paid"
    words = _("More would go back than is left on what was paid.")


class NothingToRetry(Conflict):
    code = "nothing_to_retry"
    words = _("This refund did not fail: there is nothing to try again.")


@dataclass(frozen=True)
class Share:
    """What goes back to one payment, in minor units."""

    payment: Payment
    amount: int


def plan(due: Mapping[UUID, int], *, is_locked: bool = False) -> list[Share]:
    """
    Return the shares by which `due` (order id → amount) goes back, cash last.

    What failed on a tender is free again, but taken last: it may be tried again there.

    Raises:
        MoreThanPaid: less is left on an order's payments than is due.
    """
    payments = Payment.objects.filter(order_id__in=due).order_by("pk")
    if is_locked:
        payments = payments.select_for_update(no_key=True)
    rows = list(payments)
    gone, failed = _sums(rows, Refund.HOLDING), _sums(rows, [Refund.State.FAILED])
    shares: list[Share] = []
    for order_id, amount in sorted(due.items()):
        own = [payment for payment in rows if payment.order_id == order_id]
        left = [payment.amount - gone.get(payment.pk, 0) for payment in own]
        awaited = [failed.get(payment.pk, 0) for payment in own]
        amounts = _spread(amount, [payment.amount for payment in own], left, awaited)
        shares += [Share(p, part) for p, part in zip(own, amounts, strict=True) if part]
    return sorted(shares, key=lambda share: share.payment.tender == Tender.CASH)


def _sums(payments: Sequence[Payment], states: Iterable[str]) -> dict[int, int]:
    """Return what the payments' refunds in these states sum to."""
    rows = (
        Refund.objects.filter(payment__in=payments, state__in=states)
        .values_list("payment")
        .annotate(Sum("amount"))
    )
    return dict(rows)


def _spread(
    amount: int, captured: Sequence[int], left: Sequence[int], awaited: Sequence[int]
) -> list[int]:
    if amount > sum(left):
        raise MoreThanPaid()
    at_once = [max(rest - held, 0) for rest, held in zip(left, awaited, strict=True)]
    parts = _fill(min(amount, sum(at_once)), captured, at_once)
    still = [rest - part for rest, part in zip(left, parts, strict=True)]
    more = _fill(amount - sum(parts), captured, still)
    return [part + extra for part, extra in zip(parts, more, strict=True)]


def _fill(amount: int, captured: Sequence[int], left: Sequence[int]) -> list[int]:
    parts = [0] * len(left)
    # Tenders that are full drop out, and what they could not take is shared again.
    while amount > sum(parts):
        room = [rest - part for rest, part in zip(left, parts, strict=True)]
        weights = [paid if free else 0 for paid, free in zip(captured, room, strict=True)]
        more = prorate(amount - sum(parts), weights)
        parts = [part + min(m, free) for part, m, free in zip(parts, more, room, strict=True)]
    return parts


def ask(
    taken: CustomerReturn, shares: Sequence[Share], *, register: Register, at: datetime
) -> RefundPlan:
    """Write the agreed plan and leave one signed instruction per refund for the register."""
    agreed = RefundPlan.objects.create(
        customer_return=taken,
        agreed_by=taken.clerk,
        amount=sum(share.amount for share in shares),
        currency=taken.currency,
        state=RefundPlan.State.RUNNING,
        agreed_at=at,
    )
    asked = Refund.objects.bulk_create(
        Refund(
            plan=agreed,
            payment=share.payment,
            tender=share.payment.tender,
            amount=share.amount,
            currency=taken.currency,
            position=position,
            state=Refund.State.ASKED,
            created_at=at,
        )
        for position, share in enumerate(shares, 1)
    )
    Instruction.objects.bulk_create(
        Instruction(refund=refund, register=register, issued_at=at) for refund in asked
    )
    return agreed


def paid(refund: Refund, *, reference: str, at: datetime) -> None:
    """Mark the refund paid, and the return settled when it was the last."""
    refund.state, refund.reference, refund.settled_at = Refund.State.PAID, reference, at
    refund.failure = ""
    refund.save(update_fields=["state", "reference", "settled_at", "failure"])
    taken = refund.plan.customer_return
    events.record(_told(RefundPaid, refund), at=at)
    if _progress(refund.plan, at) == RefundPlan.State.DONE:
        taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
        taken.save(update_fields=["state", "settled_at"])
        events.record(
            ReturnSettled(
                customer_id=taken.customer_id,
                store_code=taken.store.code if taken.store else "",
                return_id=taken.pk,
                number=taken.number or "",
            ),
            at=at,
        )


def failed(refund: Refund, *, reason: str, at: datetime) -> None:
    """Mark the refund failed: its amount is free again, those already paid stay paid."""
    refund.state, refund.failure, refund.settled_at = Refund.State.FAILED, reason, at
    refund.save(update_fields=["state", "failure", "settled_at"])
    events.record(_told(RefundFailed, refund), at=at)
    _progress(refund.plan, at)


def retry(*, refund: Refund, at: datetime) -> None:
    """
    Ask the register again for a refund that failed, by the same key.

    Raises:
        NothingToRetry: it did not fail, or was asked again already.
        MoreThanPaid: its amount went back another way meanwhile.
    """
    with transaction.atomic():
        if refund.payment_id is not None:
            Payment.objects.select_for_update(no_key=True).get(pk=refund.payment_id)
        RefundPlan.objects.select_for_update(no_key=True).get(pk=refund.plan_id)
        held = Refund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
        if held.state != Refund.State.FAILED:
            raise NothingToRetry()
        if held.payment is not None:
            gone = _sums([held.payment], Refund.HOLDING).get(held.payment.pk, 0)
            if gone + held.amount > held.payment.amount:
                raise MoreThanPaid()
        held.state, held.settled_at = Refund.State.ASKED, None
        held.save(update_fields=["state", "settled_at"])
        Instruction.objects.filter(refund=held).update(
            state=Instruction.State.WAITING, issued_at=at, answered_at=None
        )
        _progress(held.plan, at)


def _progress(agreed: RefundPlan, at: datetime) -> str:
    states = set(agreed.refunds.values_list("state", flat=True))
    if states == {Refund.State.PAID}:
        agreed.state, agreed.done_at = RefundPlan.State.DONE, at
    elif Refund.State.FAILED in states or Refund.State.PAID in states:
        agreed.state = RefundPlan.State.PARTLY_DONE
    else:
        agreed.state = RefundPlan.State.RUNNING
    agreed.save(update_fields=["state", "done_at"])
    return agreed.state


def _told(fact: type[RefundPaid] | type[RefundFailed], refund: Refund) -> Fact:
    taken = refund.plan.customer_return
    return fact(
        customer_id=taken.customer_id,
        store_code=taken.store.code if taken.store else "",
        refund_id=refund.pk,
        return_id=taken.pk,
        tender=refund.tender,
        amount=refund.amount,
        currency=refund.currency,
    )
