"""
Satisfaction: whom to ask how it was, by which question, when, and not again for a while.

Head office says what is asked after a return, an exchange or a sale (`SatisfactionQuestion`; what
it never spoke of goes by `UNLESS_SAID`). Called in the transaction in which the event happens:
the row, the message and the fact are there with it, or nothing is.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime

from customers import messages
from customers.models import Customer
from omnistore.outbox import events
from orders import opinions
from orders.facts import SatisfactionAsked
from orders.models import (
    CustomerReturn,
    Exchange,
    Occasion,
    Opinion,
    Order,
    SatisfactionQuestion,
    SatisfactionRequest,
    Scale,
)
from orders.policies import holidays
from stores.models import Store

Asks = SatisfactionQuestion.Asks
# Where head office never said anything.
UNLESS_SAID: dict[str, str] = {
    Occasion.RETURN: Asks.CSAT,
    Occasion.EXCHANGE: Asks.CSAT,
    Occasion.SALE: Asks.OFF,
}
# Nobody's phone rings outside of these hours of the shop's clock.
MORNING, EVENING = 9, 20
SUNDAY = 6
# What is told later than this is over: sales of last week, told in one go.
FRESH = timedelta(days=1)


class Event(NamedTuple):
    """What somebody is asked about."""

    occasion: str
    customer: Customer
    store: Store | None
    number: str
    customer_return: CustomerReturn | None = None
    order: Order | None = None


def ask(*, taken: CustomerReturn, at: datetime) -> bool:
    """
    Have the customer of a settled return asked how it went; return whether he is.

    Not when he was asked within `settings.OMNISTORE_SATISFACTION_DAYS`, nor about the same return
    again: a bank may send a refund back, and it is settled once more. Called inside the
    transaction that settles the return; of two at once one asks.
    """
    if taken.customer is None or taken.is_historical:
        return False
    is_exchange = Exchange.objects.filter(customer_return=taken).exists()
    occasion = Occasion.EXCHANGE if is_exchange else Occasion.RETURN
    event = Event(occasion, taken.customer, taken.store, taken.number or "", customer_return=taken)
    return _ask(event, asks=asked_after(occasion, at=at), at=at)


def ask_buyer(*, order: Order, at: datetime) -> bool:
    """
    Have the customer of a sale in store asked how it was; return whether he is.

    As `ask`; nothing is used up by a customer whom nobody may write to.
    """
    is_in_store = order.channel == Order.Channel.STORE and order.delivered_at is not None
    if order.customer is None or not is_in_store or order.placed_at <= at - FRESH:
        return False
    asks = asked_after(Occasion.SALE, at=at)
    if asks in Scale.values and not _way_to(order.customer):
        return False
    event = Event(Occasion.SALE, order.customer, order.store, order.number, order=order)
    return _ask(event, asks=asks, at=at)


def asked_after(occasion: str, *, at: datetime) -> str:
    """Return what is asked after it: a `Scale`, ELSEWHERE or OFF."""
    said = SatisfactionQuestion.objects.filter(occasion=occasion, start_at__lte=at)
    newest = said.order_by("-start_at").values_list("asks", flat=True).first()
    return newest or UNLESS_SAID[occasion]


def due_at(at: datetime) -> datetime:
    """Return when he is written to: some hours later, by day, on no Sunday and no holiday."""
    hours = settings.OMNISTORE_SATISFACTION_HOURS
    if not hours:
        return at
    due = localtime(at + timedelta(hours=hours))
    if due.hour >= EVENING:
        due = _morning_after(due)
    elif due.hour < MORNING:
        due = due.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    while due.weekday() == SUNDAY or due.date() in holidays.of_year(due.year):
        due = _morning_after(due)
    return due


def _morning_after(due: datetime) -> datetime:
    return (due + timedelta(days=1)).replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _ask(event: Event, *, asks: str, at: datetime) -> bool:
    if asks == Asks.OFF or event.customer.erased_at is not None or not _claim(event, at):
        return False
    asked = _put(event, asks, at) if asks in Scale.values else None
    events.record(
        SatisfactionAsked(
            customer_id=event.customer.pk,
            store_code=event.store.code if event.store else "",
            occasion=event.occasion,
            scale=asked.scale if asked else "",
            channel=asked.channel if asked else "",
            opinion_id=asked.pk if asked else None,
            return_id=event.customer_return.pk if event.customer_return else None,
            order_id=event.order.pk if event.order else None,
            number=event.number,
        ),
        at=at,
    )
    return True


def _claim(event: Event, at: datetime) -> bool:
    """Whether it is his turn again; of two events at once one gets it."""
    about = {"customer_return": event.customer_return, "order": event.order}
    request, is_new = SatisfactionRequest.objects.get_or_create(
        customer=event.customer, defaults={**about, "asked_at": at}
    )
    if is_new:
        return True
    if Opinion.objects.filter(**about).exists():
        return False
    quiet_since = at - timedelta(days=settings.OMNISTORE_SATISFACTION_DAYS)
    claimed = SatisfactionRequest.objects.filter(pk=request.pk, asked_at__lte=quiet_since)
    if event.customer_return:
        claimed = claimed.exclude(customer_return=event.customer_return)
    return bool(claimed.update(**about, asked_at=at))


def _put(event: Event, scale: str, at: datetime) -> Opinion:
    """Write the question down, and to the customer where that is allowed."""
    channel, written_at = _way_to(event.customer), due_at(at)
    asked, code = opinions.put(
        customer=event.customer,
        customer_return=event.customer_return,
        order=event.order,
        store=event.store,
        occasion=event.occasion,
        scale=scale,
        channel=channel,
        asked_at=at,
        expires_at=written_at + opinions.LIFE,
    )
    if channel:
        with translation.override(event.customer.language):
            question = asked.question
        messages.write(
            purpose=messages.Purpose.SATISFACTION,
            channel=channel,
            template="how_was_it",
            variables={"question": question, "link": opinions.address(code)},
            customer=event.customer,
            due_at=written_at,
            at=at,
        )
    return asked


def _way_to(customer: Customer) -> str:
    return messages.way_to(customer, purpose=messages.Purpose.SATISFACTION)
