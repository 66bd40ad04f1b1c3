"""
Card processors: a worker claims what is due, calls, and settles.

The rows come first: a refund that is agreed stands as a request with its key. A worker takes it by
a lease, so that two do not call at once, calls outside any transaction, and writes the answer in a
second one. A lost answer costs a second call with the same key, which finds the same refund.

Of one key Stripe remembers the answer for at least 24 hours. So a definite no ends the attempt, and
the next one has a key of its own; and before a call whose first try is older than `KEY_LIFE` we
look whether the refund is there already.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string
from django.utils.timezone import now

from omnistore.outbox import schedule
from orders import refunds
from orders.gateways.answers import Adapter, Answer, Asked, Verdict
from orders.models import Processor, ProcessorRequest, Refund, RefundPlan

logger = logging.getLogger(__name__)

State = ProcessorRequest.State
Clock = Callable[[], datetime]
# Longer than the two calls of ten seconds that one claim may make.
LEASE = timedelta(seconds=60)
KEY_LIFE = timedelta(hours=23)
# Requests of one turn; the others come with the next.
AT_ONCE = 20
# Until a processor that refused our key is asked again.
REST = timedelta(minutes=10)
# How often we look after what is on its way, by how long it has been; its webhook is faster.
LOOKS = (
    (timedelta(minutes=10), timedelta(minutes=1)),
    (timedelta(hours=2), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
)
THEN_EVERY = timedelta(hours=12)


def work(*, clock: Clock = now, chance: schedule.Chance = random.random) -> int:
    """Ask for what is due, one after the other, and return how many that were."""
    asked = 0
    while asked < AT_ONCE and (request := claim(at=clock())):
        answer = call(request, at=clock())
        settle(request, answer, at=clock(), chance=chance)
        asked += 1
    return asked


def claim(*, at: datetime) -> ProcessorRequest | None:
    """Return a request that is due, ours until its lease ends; None when nothing is."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    due = ProcessorRequest.objects.filter(free, due_at__lte=at, processor__is_active=True)
    for pk in due.order_by("due_at").values_list("pk", flat=True)[:AT_ONCE]:
        is_ours = ProcessorRequest.objects.filter(free, pk=pk, due_at__lte=at).update(
            leased_until=at + LEASE,
            tries=F("tries") + 1,
            first_tried_at=Coalesce(F("first_tried_at"), at),
        )
        if is_ours:
            request = _whole(pk)
            Refund.objects.filter(pk=request.refund_id, state=Refund.State.AGREED).update(
                state=Refund.State.ASKED
            )
            return request
    return None


def call(request: ProcessorRequest, *, at: datetime) -> Answer:
    """Ask the processor, or look how it stands when it gave the refund a reference before."""
    adapter, asked = adapter_of(request.processor), _asked(request)
    if request.reference:
        return adapter.read(asked, request.reference)
    first = request.first_tried_at or at
    if at - first > KEY_LIFE and (found := adapter.find(asked)):
        return found
    return adapter.ask(asked)


def settle(
    request: ProcessorRequest, answer: Answer, *, at: datetime, chance: schedule.Chance
) -> None:
    """Write the answer, unless the lease went to somebody else meanwhile."""
    with transaction.atomic():
        plan_id = request.refund.plan_id
        refunds.hold_return(plan_id)
        RefundPlan.objects.select_for_update(no_key=True).get(pk=plan_id)
        held = ProcessorRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
        if held.leased_until != request.leased_until or held.attempt != request.attempt:
            return
        held.leased_until, held.last_answer = None, answer.code[:80]
        held.reference = answer.reference or held.reference
        refund = Refund.objects.select_related("plan__customer_return__store").get(
            pk=request.refund_id
        )
        _WRITE[answer.verdict](held, refund, answer, at)
        if held.due_at == request.due_at:
            held.due_at = _next_look(held, answer, at, chance)
        held.save()
    _note_health(request.processor, answer, at)


def look_again(*, processor: Processor, reference: str, refund_id: UUID | None) -> int:
    """
    Look at once how a refund stands, of which the processor told something; unknown: nothing.

    What it told is not believed, only asked about: late and repeated news do no harm.
    """
    known = Q(reference=reference) if reference else Q(pk=None)
    if refund_id is not None:
        known |= Q(refund_id=refund_id, reference="")
    watched = ProcessorRequest.objects.filter(known, processor=processor).exclude(
        state=State.REFUSED
    )
    found = watched.update(due_at=now())
    if found:
        refunds.ring()
    return found


def adapter_of(processor: Processor) -> Adapter:
    """Return the adapter that speaks to it."""
    kind = import_string(settings.OMNISTORE_PROCESSORS[processor.kind])
    return cast(Adapter, kind(secret_key=processor.secret_key, base_address=processor.base_address))


def _whole(pk: int) -> ProcessorRequest:
    return ProcessorRequest.objects.select_related(
        "processor", "refund__payment", "refund__plan__customer_return"
    ).get(pk=pk)


def _asked(request: ProcessorRequest) -> Asked:
    refund = request.refund
    return Asked(
        refund_id=str(refund.pk),
        return_number=refund.plan.customer_return.number or "",
        payment_reference=refund.payment.processor_reference if refund.payment else "",
        amount=refund.amount,
        currency=refund.currency,
        key=request.key,
    )


def _done(held: ProcessorRequest, refund: Refund, answer: Answer, at: datetime) -> None:
    held.state, held.answered_at = State.CONFIRMED, at
    if refund.is_rerouted or refund.is_cancelled:
        logger.error("processor: paid what is no longer asked for refund=%s", refund.pk)
    elif not refund.is_paid:
        refunds.paid(refund, reference=held.reference, at=at)


def _pending(held: ProcessorRequest, refund: Refund, answer: Answer, at: datetime) -> None:
    held.state = State.PENDING
    if refund.is_asked:
        refunds.pending(refund, reference=held.reference)


def _no(held: ProcessorRequest, refund: Refund, answer: Answer, at: datetime) -> None:
    held.state, held.answered_at = State.REFUSED, at
    if refund.is_open or refund.is_paid:
        refunds.failed(refund, reason=answer.code[:200], at=at)


def _unknown(held: ProcessorRequest, refund: Refund, answer: Answer, at: datetime) -> None:
    if answer.verdict == Verdict.UNUSABLE:
        # Whoever has to mend it takes his time: that is no try.
        held.tries = max(held.tries - 1, 0)


_WRITE: dict[Verdict, Callable[[ProcessorRequest, Refund, Answer, datetime], None]] = {
    Verdict.DONE: _done,
    Verdict.PENDING: _pending,
    Verdict.NO: _no,
    Verdict.LATER: _unknown,
    Verdict.UNUSABLE: _unknown,
}


def _next_look(
    held: ProcessorRequest, answer: Answer, at: datetime, chance: schedule.Chance
) -> datetime | None:
    if answer.verdict == Verdict.UNUSABLE:
        return at + REST
    if answer.verdict == Verdict.LATER:
        wait = schedule.delay(attempts=held.tries, chance=chance, asked=answer.retry_after)
        return at + wait
    if answer.verdict == Verdict.PENDING:
        age = at - held.issued_at
        return at + next((every for within, every in LOOKS if age < within), THEN_EVERY)
    return None


def _note_health(processor: Processor, answer: Answer, at: datetime) -> None:
    trouble = answer.code if answer.verdict == Verdict.UNUSABLE else ""
    if answer.verdict != Verdict.LATER:
        Processor.objects.filter(pk=processor.pk).update(trouble=trouble[:80], seen_at=at)
