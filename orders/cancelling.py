"""Cancelling: a return that was submitted or accepted, and of which nothing has happened yet."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.outbox import events
from orders import advertising, exchanges, points
from orders.facts import ReturnCancelled
from orders.models import CustomerReturn, Exchange, ProcessorRequest, Refund, RefundPlan
from stores.models import Clerk

State = CustomerReturn.State
CANCELLABLE = (State.SUBMITTED, State.ACCEPTED)
# Exchanges of which nothing has happened: the customer did not pay.
UNDONE = (Exchange.State.UNPAID, Exchange.State.CANCELLED)


class NotCancellable(Conflict):
    code = "not_cancellable"
    words = _("Goods came in or money went out already: it can no longer be cancelled.")


def is_possible(taken: CustomerReturn) -> bool:
    """Whether nothing of it was received, paid or handed over yet."""
    if taken.state not in CANCELLABLE or taken.goods != CustomerReturn.Goods.AWAITED:
        return False
    refunds = Refund.objects.filter(plan__customer_return=taken)
    is_under_way = refunds.exclude(state=Refund.State.AGREED).exists()
    going_on = Exchange.objects.filter(customer_return=taken).exclude(state__in=UNDONE)
    return not is_under_way and not going_on.exists()


def cancel(*, taken: CustomerReturn, at: datetime, clerk: Clerk | None = None) -> CustomerReturn:
    """
    Cancel the return: its units are the customer's again. Cancelled twice, it is cancelled once.

    What a register was asked to pay cannot be taken back from it: then it is too late.

    Raises:
        NotCancellable: the first unit was received, or the first refund paid or asked for.
    """
    with transaction.atomic():
        held = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=taken.pk)
        if held.state == State.CANCELLED:
            return held
        # Whoever asks a register for the money waits here, or was quicker.
        list(RefundPlan.objects.select_for_update(no_key=True).filter(customer_return=held))
        if not is_possible(held) or not _call_off(held, at):
            raise NotCancellable()
        held.state = State.CANCELLED
        held.save(update_fields=["state"])
        events.record(
            ReturnCancelled(
                customer_id=held.customer_id,
                store_code=held.store.code if held.store else "",
                return_id=held.pk,
                number=held.number or "",
            ),
            at=at,
        )
        points.returned(held, exchange=None, at=at)
        advertising.resume_kept(taken=held, at=at)
        exchanges.let_go(held, at=at)
    return held


def _call_off(held: CustomerReturn, at: datetime) -> bool:
    """Cancel the refunds that no processor was asked for; False when a worker was quicker."""
    agreed = Refund.objects.filter(plan__customer_return=held, state=Refund.State.AGREED)
    ids = list(agreed.values_list("pk", flat=True))
    requests = ProcessorRequest.objects.filter(refund__in=ids)
    # A worker's lease is taken without any lock of ours: who writes the row first has it.
    stopped = requests.filter(first_tried_at=None).update(
        state=ProcessorRequest.State.REFUSED, due_at=None, answered_at=at
    )
    Refund.objects.filter(pk__in=ids).update(state=Refund.State.CANCELLED)
    return stopped == requests.count()
