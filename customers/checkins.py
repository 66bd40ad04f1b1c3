"""
Check-ins: who stands at a register and has said by his phone who he is.

One waits per register and person. Of clerks who want to serve the same one the first wins: the
row is closed by a conditional UPDATE whose row count must be one.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from customers import visits
from customers.facts import CheckInAnnounced, CheckInClosed
from customers.models import CheckIn, Customer, Visit
from omnistore.errors import Conflict
from omnistore.hints import telling
from omnistore.outbox import events
from stores.models import Clerk, Register, Store, Tablet

State = CheckIn.State
How = CheckIn.How
LIFE = timedelta(minutes=10)
# How a visit says that it began on a phone.
BY_PHONE = "CHECK_IN"


class ServedAlready(Conflict):
    code = "served_already"
    words = _("This customer is no longer waiting: a colleague serves them, or they left.")


@transaction.atomic
def announce(
    *, register: Register, customer: Customer, how: str, at: datetime, is_unsure: bool = False
) -> CheckIn:
    """Return the one check-in with which the customer waits at the register; again is the same."""
    # Two taps at once meet here, so that the second finds what the first wrote.
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    waiting = CheckIn.objects.filter(register=register, customer=customer, state=State.OPEN)
    if before := waiting.first():
        if before.expires_at > at:
            return before
        _close(before, State.EXPIRED, at=at)
    check_in = CheckIn.objects.create(
        register=register,
        customer=customer,
        how=how,
        is_unsure=is_unsure,
        digits=f"{secrets.randbelow(90) + 10}",
        announced_at=at,
        expires_at=at + LIFE,
    )
    fact = CheckInAnnounced(
        customer_id=customer.pk,
        store_code=register.store.code,
        check_in_id=check_in.pk,
        register_id=register.pk,
        how=how,
    )
    events.record(fact, at=at)
    telling.after_commit(telling.store(register.store_id))
    return check_in


def waiting_in(store: Store, *, at: datetime) -> Sequence[CheckIn]:
    """Return who waits in the store, the first to come first, in one query."""
    rows = CheckIn.objects.filter(register__store=store, state=State.OPEN, expires_at__gt=at)
    return list(rows.select_related("customer", "register").order_by("announced_at", "pk"))


def latest_of(*, register: Register, customer: Customer) -> CheckIn | None:
    """Return the customer's last check-in at the register, whatever became of it."""
    rows = CheckIn.objects.filter(register=register, customer=customer)
    return rows.order_by("-announced_at", "-pk").first()


@transaction.atomic
def serve(*, check_in: CheckIn, clerk: Clerk, tablet: Tablet, at: datetime) -> Visit:
    """
    Close the check-in as the clerk's, and return the visit that it became.

    Raises:
        ServedAlready: another clerk was first, it expired, or the customer withdrew it.
    """
    if check_in.expires_at <= at or not _close(
        check_in, State.SERVED, at=at, clerk=clerk, tablet=tablet
    ):
        raise ServedAlready()
    customer, store = check_in.customer, tablet.store
    if check_in.how == How.JOINED:
        return visits.signed_up(store=store, tablet=tablet, clerk=clerk, customer=customer, at=at)
    return visits.identified(
        store=store, tablet=tablet, clerk=clerk, customer=customer, via=None, how=BY_PHONE, at=at
    )


@transaction.atomic
def withdraw(*, register: Register, customer: Customer, at: datetime) -> None:
    """Let the customer wait no more, at his own wish; nothing happens when he does not wait."""
    waiting = CheckIn.objects.filter(register=register, customer=customer, state=State.OPEN)
    if found := waiting.first():
        _close(found, State.WITHDRAWN, at=at)


def end_due(*, at: datetime, most: int = 200) -> int:
    """End what nobody served in time; return how many there were."""
    late = CheckIn.objects.filter(state=State.OPEN, expires_at__lte=at).order_by("expires_at")
    found = late.select_related("register__store")[:most]
    return sum(_end(check_in, at) for check_in in found)


@transaction.atomic
def _end(check_in: CheckIn, at: datetime) -> bool:
    return _close(check_in, State.EXPIRED, at=at)


def _close(
    check_in: CheckIn,
    state: str,
    *,
    at: datetime,
    clerk: Clerk | None = None,
    tablet: Tablet | None = None,
) -> bool:
    """Close it if it is open still; return whether it was."""
    still_open = CheckIn.objects.filter(pk=check_in.pk, state=State.OPEN)
    if still_open.update(state=state, closed_at=at, clerk=clerk, tablet=tablet) != 1:
        return False
    fact = CheckInClosed(
        customer_id=check_in.customer_id,
        store_code=check_in.register.store.code,
        check_in_id=check_in.pk,
        register_id=check_in.register_id,
        state=state,
        clerk_id=clerk.pk if clerk else None,
    )
    events.record(fact, at=at)
    telling.after_commit(telling.store(check_in.register.store_id))
    return True
