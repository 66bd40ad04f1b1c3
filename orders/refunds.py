"""
Refunds: who gets which money back, by which means, asked of whom.

Each refund has one key, stored before it is asked for and reused on every try (rules.md 2.5). A
refund that fails frees its amount; it is tried again, or goes another way by the customer's
agreement. Those that are paid are never reversed.

Locks, in this order everywhere: return, payment, plan, refund, then the gateway's row or the
account. Whoever cancels the return begins with it, so everybody does.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.outbox import events
from omnistore.outbox.facts import Fact
from orders import agreements, journal, ledgers, satisfaction, shares
from orders.facts import RefundFailed, RefundPaid, RefundRerouted, ReturnSettled
from orders.models import (
    CustomerReturn,
    Instruction,
    Payment,
    Processor,
    ProcessorRequest,
    Refund,
    RefundAgreement,
    RefundPlan,
    Tender,
)
from orders.shares import MoreThanPaid, Share, plan, preferred
from stores.models import ApiKey, Clerk, Register

__all__ = [
    "MoreThanPaid",
    "NoRegister",
    "NothingToRetry",
    "Share",
    "ask",
    "failed",
    "needs_register",
    "paid",
    "pending",
    "plan",
    "preferred",
    "reroute",
    "retry",
    "ring",
]

Gateway = Refund.Gateway
State = Refund.State


class NothingToRetry(Conflict):
    code = "nothing_to_retry"
    words = _("This refund did not fail: there is nothing to try again.")


class NoRegister(Conflict):
    code = "no_register"
    words = _("This store has no register in use that could pay the refund.")


def needs_register(wanted: Sequence[Share], *, pay_by: str = "") -> bool:
    """Whether some of the shares are the register's to pay, when the customer prefers `pay_by`."""
    routed = shares.preferred(wanted, pay_by)
    return any(_gateway_of(share.payment, share.goes_by) == Gateway.REGISTER for share in routed)


def ask(
    taken: CustomerReturn, wanted: Sequence[Share], *, register: Register | None, at: datetime
) -> RefundPlan:
    """
    Write the agreed plan, and ask each share of who pays it.

    Ledgers of ours write at once; the register gets signed instructions; processors are called
    by a worker, outside any transaction. Where the customer prefers another means
    (`taken.pay_by`), his agreement is written down.

    Raises:
        NotAgreed, NoSuchMeans: another means, without his word.
        NoRegister: a share is the register's and there is none.
    """
    agreements.check(tender=taken.pay_by, how=taken.pay_by_how)
    routed = shares.preferred(wanted, taken.pay_by)
    agreed = RefundPlan.objects.create(
        customer_return=taken,
        agreed_by=taken.clerk,
        amount=sum(share.amount for share in routed),
        currency=taken.currency,
        route=_route_of(routed),
        state=RefundPlan.State.RUNNING,
        agreed_at=at,
    )
    agreement = _agreement(agreed, routed, at)
    asked = Refund.objects.bulk_create(
        _refund(agreed, share, position, agreement if share.is_by_agreement else None, at)
        for position, share in enumerate(routed, 1)
    )
    _hand_over(asked, register, at)
    return agreed


def pending(refund: Refund, *, reference: str) -> None:
    """Note that who was asked has taken it on, and will say later how it went."""
    refund.state, refund.reference = State.PENDING, reference
    refund.save(update_fields=["state", "reference"])


def paid(refund: Refund, *, reference: str, at: datetime) -> None:
    """Mark the refund paid, and the return settled when it was the last."""
    refund.state, refund.reference, refund.settled_at = State.PAID, reference, at
    refund.failure = ""
    refund.save(update_fields=["state", "reference", "settled_at", "failure", "credit"])
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
        journal.return_settled(taken, at=at)
        satisfaction.ask(taken=taken, at=at)


def failed(refund: Refund, *, reason: str, at: datetime) -> None:
    """
    Mark the refund failed: its amount is free again, those already paid stay paid.

    A bank may send back what was paid: then the return is no longer settled.
    """
    refund.state, refund.failure, refund.settled_at = State.FAILED, reason, at
    refund.save(update_fields=["state", "failure", "settled_at"])
    events.record(_told(RefundFailed, refund), at=at)
    _progress(refund.plan, at)
    taken = refund.plan.customer_return
    if taken.state == CustomerReturn.State.SETTLED:
        is_here = taken.received_at is not None
        state = CustomerReturn.State.RECEIVED if is_here else CustomerReturn.State.ACCEPTED
        taken.state, taken.settled_at = state, None
        taken.save(update_fields=["state", "settled_at"])
        journal.return_corrected(taken, at=at)


def hold_return(plan_id: int) -> None:
    """Lock the return of the plan, before the plan itself is locked."""
    held = CustomerReturn.objects.select_for_update(no_key=True, of=("self",))
    list(held.filter(refund_plan=plan_id).values_list("pk"))


def retry(*, refund: Refund, at: datetime) -> None:
    """
    Ask again for a refund that failed, by the same key.

    Raises:
        NothingToRetry: it did not fail, was asked again already, or its return is cancelled.
        MoreThanPaid: its amount went back another way meanwhile.
    """
    with transaction.atomic():
        held = _locked(refund)
        if held.gateway == Gateway.PROCESSOR:
            held.state = State.AGREED
        else:
            held.state = State.ASKED
        held.settled_at = None
        held.save(update_fields=["state", "settled_at"])
        Instruction.objects.filter(refund=held).update(
            state=Instruction.State.WAITING, issued_at=at, answered_at=None
        )
        _ask_processor_again(held, at)
        _progress(held.plan, at)


def reroute(
    *,
    refund: Refund,
    tender: str,
    how: str,
    register: Register | None,
    at: datetime,
    clerk: Clerk | None = None,
    api_key: ApiKey | None = None,
) -> Refund:
    """
    Pay a refund that failed by another means, which the customer agrees to; return the new one.

    Raises:
        NothingToRetry: it did not fail, goes another way already, or its return is cancelled.
        NoSuchMeans: credit, a gift card or points never turn into money.
        MoreThanPaid: its amount went back another way meanwhile.
        NotAgreed, NoSuchMeans: see `agreements.check`.
        NoRegister: the register should pay and there is none.
    """
    with transaction.atomic():
        held = _locked(refund)
        if held.tender in Share.STAYING and tender != Tender.STORE_CREDIT:
            raise agreements.NoSuchMeans()
        held.state = State.REROUTED
        held.save(update_fields=["state"])
        agreed = held.plan
        agreement = agreements.record(
            plan=agreed,
            tender=tender,
            amount=held.amount,
            how=how,
            clerk=clerk,
            api_key=api_key,
            at=at,
        )
        share = Share(held.payment, held.amount, tender, held.is_to_bearer, is_by_agreement=True)
        new = _refund(agreed, share, agreed.refunds.count() + 1, agreement, at)
        new.replaces = held
        new.save()
        agreed.route = RefundPlan.Route.OTHER
        agreed.save(update_fields=["route"])
        events.record(_told(RefundRerouted, new, replaced_id=held.pk), at=at)
        _hand_over([new], register, at)
        _progress(agreed, at)
    return new


def ring() -> None:
    """Wake a worker for the processors; a bell that is lost costs one sweep."""
    if settings.OMNISTORE_REFUND_BELL:
        import_string(settings.OMNISTORE_REFUND_BELL)()


def _route_of(routed: Sequence[Share]) -> str:
    if all(share.is_original for share in routed):
        return RefundPlan.Route.ORIGINAL
    return RefundPlan.Route.OTHER


def _agreement(agreed: RefundPlan, routed: Sequence[Share], at: datetime) -> RefundAgreement | None:
    taken = agreed.customer_return
    if not (moved := sum(share.amount for share in routed if share.is_by_agreement)):
        return None
    return agreements.record(
        plan=agreed,
        tender=taken.pay_by,
        amount=moved,
        how=taken.pay_by_how,
        clerk=taken.clerk,
        api_key=taken.api_key,
        at=at,
    )


def _refund(
    agreed: RefundPlan,
    share: Share,
    position: int,
    agreement: RefundAgreement | None,
    at: datetime,
) -> Refund:
    gateway = _gateway_of(share.payment, share.goes_by)
    return Refund(
        plan=agreed,
        payment=share.payment,
        tender=share.goes_by,
        gateway=gateway,
        agreement=agreement,
        is_to_bearer=share.to_bearer,
        amount=share.amount,
        currency=agreed.currency,
        position=position,
        # A processor is asked by the worker that claims it; all others now.
        state=State.AGREED if gateway == Gateway.PROCESSOR else State.ASKED,
        created_at=at,
    )


def _gateway_of(payment: Payment | None, tender: str) -> Refund.Gateway:
    if ledgers.payer_for(payment, tender):
        return Gateway.LEDGER
    is_by_reference = payment is not None and payment.tender == tender and payment.processor
    if is_by_reference and payment is not None and payment.processor_reference:
        known = Processor.objects.filter(name=payment.processor, is_active=True)
        return Gateway.PROCESSOR if known.exists() else Gateway.REGISTER
    return Gateway.REGISTER


def _hand_over(asked: Sequence[Refund], register: Register | None, at: datetime) -> None:
    """Leave each refund with who pays it."""
    by_register = [refund for refund in asked if refund.gateway == Gateway.REGISTER]
    if by_register and register is None:
        raise NoRegister()
    Instruction.objects.bulk_create(
        Instruction(refund=refund, register=register, issued_at=at) for refund in by_register
    )
    if by_reference := [refund for refund in asked if refund.gateway == Gateway.PROCESSOR]:
        ProcessorRequest.objects.bulk_create(
            ProcessorRequest(refund=refund, processor=_processor(refund), issued_at=at, due_at=at)
            for refund in by_reference
        )
        transaction.on_commit(ring, robust=True)
    for refund in asked:
        if refund.gateway == Gateway.LEDGER and (pay := _payer(refund)):
            paid(refund, reference=pay(refund, at), at=at)


def _payer(refund: Refund) -> ledgers.Payer | None:
    return ledgers.payer_for(refund.payment, refund.tender)


def _processor(refund: Refund) -> Processor:
    return Processor.objects.get(name=refund.payment.processor if refund.payment else "")


def _locked(refund: Refund) -> Refund:
    """Return the refund that failed, locked with its payment and plan, its amount still free."""
    hold_return(refund.plan_id)
    payment = None
    if refund.payment_id is not None:
        payment = Payment.objects.select_for_update(no_key=True).get(pk=refund.payment_id)
    RefundPlan.objects.select_for_update(no_key=True).get(pk=refund.plan_id)
    rows = Refund.objects.select_for_update(of=("self",)).select_related("plan__customer_return")
    held = rows.get(pk=refund.pk)
    if held.state != State.FAILED or held.plan.customer_return.is_cancelled:
        raise NothingToRetry()
    if payment is not None:
        shares.check_room(payment, held.amount)
    return held


def _ask_processor_again(refund: Refund, at: datetime) -> None:
    request = ProcessorRequest.objects.filter(refund=refund).first()
    if request is None:
        return
    # It said no, so nothing moved: a new attempt, whose key it does not answer by heart.
    request.attempt += 1
    request.state, request.tries, request.reference = ProcessorRequest.State.WAITING, 0, ""
    request.first_tried_at = request.answered_at = request.leased_until = None
    request.due_at = at
    request.save()
    transaction.on_commit(ring, robust=True)


def _progress(agreed: RefundPlan, at: datetime) -> str:
    states = set(agreed.refunds.values_list("state", flat=True)) - {State.REROUTED, State.CANCELLED}
    agreed.done_at = None
    if states == {State.PAID}:
        agreed.state, agreed.done_at = RefundPlan.State.DONE, at
    elif State.FAILED in states or State.PAID in states:
        agreed.state = RefundPlan.State.PARTLY_DONE
    else:
        agreed.state = RefundPlan.State.RUNNING
    agreed.save(update_fields=["state", "done_at"])
    return agreed.state


def _told(
    fact: type[RefundPaid] | type[RefundFailed] | type[RefundRerouted],
    refund: Refund,
    **more: object,
) -> Fact:
    taken = refund.plan.customer_return
    return fact(
        customer_id=taken.customer_id,
        store_code=taken.store.code if taken.store else "",
        refund_id=refund.pk,
        return_id=taken.pk,
        tender=refund.tender,
        amount=refund.amount,
        currency=refund.currency,
        **more,  # type: ignore[arg-type]
    )
