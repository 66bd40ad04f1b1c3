"""
The register that pays refunds out and collects: we leave it a signed instruction, it answers.

The register asks for its instructions with its API key, checks the Standard Webhooks signature over
the body with its own secret, pays, and answers. Asked twice it pays once: the idempotency key in
the body never changes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook

from omnistore.errors import Conflict, NotFound
from omnistore.money import to_decimal
from orders import collecting, refunds
from orders.checkout import Tendered
from orders.models import Instruction, Refund, RefundPlan, Tender
from stores.models import Register


class UnknownInstruction(NotFound):
    code = "unknown_instruction"
    words = _("There is no such instruction for this register.")


class AnsweredOtherwise(Conflict):
    code = "answered_otherwise"
    words = _("The register has already answered this instruction otherwise.")


@dataclass(frozen=True)
class SignedInstruction:
    """`body` exactly as it was signed, and the three Standard Webhooks headers."""

    id: int
    body: str
    headers: dict[str, str]


def waiting_for(register: Register, *, now: datetime) -> list[SignedInstruction]:
    """
    Return what the register has not answered yet, oldest first, at most a hundred.

    Cash comes last: once registers have answered the other shares of its return, paid or not, and
    processors were called for theirs. How a call ends may take days: nobody waits that long for
    his change.
    """
    waiting = (
        Instruction.objects.filter(register=register, state=Instruction.State.WAITING)
        .exclude(Q(refund__tender=Tender.CASH) & Exists(_before_cash()))
        .select_related(
            "refund__payment",
            "refund__plan__customer_return",
            "collection__exchange__customer_return",
        )
        .order_by("issued_at", "refund__position")[:100]
    )
    return [_signed(instruction, register, now) for instruction in waiting]


def answer(
    *,
    register: Register,
    instruction_id: int,
    is_paid: bool,
    at: datetime,
    reference: str = "",
    failure: str = "",
    tenders: Sequence[Tendered] = (),
) -> Instruction:
    """
    Take the register's word for one instruction; the same word twice changes nothing.

    `tenders` are the means by which it took the money it was to collect.

    Raises:
        TendersDiffer, UnknownTender: see `collecting.check`.
        UnknownInstruction: it is not this register's.
        AnsweredOtherwise: paid once is not refused later, nor the other way round.
    """
    said = Instruction.State.CONFIRMED if is_paid else Instruction.State.REFUSED
    with transaction.atomic():
        instruction = _held(instruction_id, register)
        if instruction.state == said:
            return instruction
        if instruction.state != Instruction.State.WAITING:
            raise AnsweredOtherwise()
        instruction.state, instruction.answered_at = said, at
        instruction.save(update_fields=["state", "answered_at"])
        if instruction.collection_id is not None:
            _collected(instruction.collection_id, tenders if is_paid else None, failure, at)
        elif instruction.refund_id is not None:
            _refunded(instruction.refund_id, is_paid, reference if is_paid else failure, at)
    return instruction


def _before_cash() -> QuerySet[Refund]:
    """Return the other shares of a return that no register answered and no processor was asked."""
    at_register = Q(instruction__state=Instruction.State.WAITING)
    uncalled = Q(state=Refund.State.AGREED, request__processor__is_active=True)
    others = Refund.objects.filter(at_register | uncalled, plan=OuterRef("refund__plan"))
    return others.exclude(tender=Tender.CASH)


def _held(instruction_id: int, register: Register) -> Instruction:
    """Return the register's instruction, locked after what it is about."""
    rows = Instruction.objects.filter(pk=instruction_id, register=register)
    found = rows.first()
    if found is None:
        raise UnknownInstruction()
    if found.collection_id is not None:
        collecting.hold(found.collection_id)
    return rows.select_for_update(of=("self",)).get()


def _refunded(refund_id: UUID, is_paid: bool, words: str, at: datetime) -> None:
    refund = _locked(refund_id)
    if is_paid:
        refunds.paid(refund, reference=words, at=at)
    else:
        refunds.failed(refund, reason=words, at=at)


def _collected(
    collection_id: UUID, tenders: Sequence[Tendered] | None, failure: str, at: datetime
) -> None:
    held = collecting.locked(collection_id)
    if tenders is None:
        collecting.refused(held, reason=failure, at=at)
    else:
        collecting.check(held, tenders)
        collecting.paid(held, tenders=tenders, at=at)


def _locked(refund_id: UUID) -> Refund:
    plan_id = Refund.objects.values_list("plan", flat=True).get(pk=refund_id)
    refunds.hold_return(plan_id)
    # Refunds of one plan are answered one after the other, or none would see itself as the last.
    RefundPlan.objects.select_for_update(no_key=True).get(pk=plan_id)
    return Refund.objects.select_related("plan__customer_return__store").get(pk=refund_id)


def _signed(instruction: Instruction, register: Register, now: datetime) -> SignedInstruction:
    key, order = _order(instruction)
    body = json.dumps(
        {"instruction": instruction.pk, "idempotency_key": str(key), **order},
        separators=(",", ":"),
    )
    message_id = f"ins_{instruction.pk}_{key.hex}"
    signature = Webhook(register.secret).sign(message_id, now, body)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return SignedInstruction(id=instruction.pk, body=body, headers=headers)


def _reference_of(refund: Refund) -> str:
    payment = refund.payment
    is_same = (
        payment is not None and refund.agreement_id is None and payment.tender == refund.tender
    )
    return payment.reference if payment is not None and is_same else ""


def _order(instruction: Instruction) -> tuple[UUID, dict[str, object]]:
    """Return the key that makes it one act, and what the register is to do."""
    if instruction.collection is not None:
        collection = instruction.collection
        return collection.idempotency_key, {
            "act": "collect",
            "return_number": collection.exchange.customer_return.number,
            **_amounts(collection.amount, collection.currency),
        }
    refund = instruction.refund
    if refund is None:
        raise UnknownInstruction()
    return refund.idempotency_key, {
        "act": "refund",
        "return_number": refund.plan.customer_return.number,
        "tender": refund.tender,
        "original_tender": refund.payment.tender if refund.payment else "",
        # Of the payment it goes back to; another card is none that we know.
        "payment_reference": _reference_of(refund),
        **_amounts(refund.amount, refund.currency),
    }


def _amounts(amount: int, currency: str) -> dict[str, object]:
    return {
        "amount_minor": amount,
        "amount": str(to_decimal(amount, currency)),
        "currency": currency,
    }
