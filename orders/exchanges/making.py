"""An exchange from its writing to its end: what is taken instead becomes an order of its own."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused
from omnistore.outbox import events
from omnistore.words import money
from orders import numbers, policies, stock
from orders.bills import Bill, Charge
from orders.exchanges.goods import replacements_of, store_of
from orders.exchanges.offers import NotFromThere, ReplacementMissing
from orders.facts import ExchangeCancelled, ExchangedUnits, ExchangeMade, ReplacementToSend
from orders.models import (
    Contribution,
    CustomerReturn,
    Exchange,
    Order,
    OrderLine,
    Replacement,
    ReturnLine,
)

Fulfilment = Replacement.Fulfilment


class CannotRefundFirst(Refused):
    code = "cannot_refund_first"
    words = _(
        "The customer would get %(amount)s back, and money only goes back once the goods are here:"
        " take them first, or choose an article that costs as much."
    )


def begin(
    taken: CustomerReturn,
    bill: Bill,
    lines: Sequence[ReturnLine],
    *,
    is_first: bool,
    at: datetime,
) -> Exchange:
    """
    Write the exchange of a return that is taken, in the caller's transaction.

    It is made at once, unless the customer has to pay: then it waits. Goods are moved by
    `move_goods`, last of all.

    Raises:
        CannotRefundFirst: the new article should go out first, and money is due.
    """
    if is_first and bill.refund:
        raise CannotRefundFirst(amount=money(bill.refund, taken.currency))
    exchange = Exchange(
        customer_return=taken,
        credit=bill.credit,
        adjustments=bill.adjustments,
        charges=bill.charged,
        to_pay=bill.to_pay,
        currency=taken.currency,
        state=Exchange.State.WAITING,
        due_on=localdate(at) + timedelta(days=settings.OMNISTORE_EXCHANGE_DAYS)
        if is_first
        else None,
        made_at=at,
    )
    exchange.save()
    by_order_line = {line.order_line_id: line for line in lines}
    Replacement.objects.filter(customer_return=taken).delete()
    Replacement.objects.bulk_create(
        _replacement(taken, position, charge, by_order_line[charge.order_line_id])
        for position, charge in enumerate(bill.charges, 1)
    )
    if not bill.to_pay:
        make(exchange, at=at)
    return exchange


def _replacement(
    taken: CustomerReturn, position: int, charge: Charge, line: ReturnLine
) -> Replacement:
    wanted = charge.wanted
    return Replacement(
        customer_return=taken,
        return_line=line,
        product=charge.product,
        from_store_id=wanted.from_store_id,
        position=position,
        units=charge.units,
        fulfilment=wanted.fulfilment,
        is_in_hand=wanted.is_in_hand,
        is_same=charge.is_same,
        unit_price=charge.unit_price,
        amount=charge.amount,
        tax=charge.tax,
        tax_rate=charge.tax_rate,
        sources={str(payer or ""): amount for payer, amount in charge.sources.items() if amount},
    )


def make(exchange: Exchange, *, at: datetime) -> None:
    """Make the order of what is taken, and tell of it; the caller's transaction moves the goods."""
    taken = exchange.customer_return
    replacements = replacements_of(taken)
    exchange.order = _order_of(exchange, replacements, at)
    exchange.state = Exchange.State.MADE
    exchange.save(update_fields=["order", "state"])
    made = OrderLine.objects.bulk_create(
        _order_line(exchange.order, row, taken) for row in replacements
    )
    Contribution.objects.bulk_create(
        Contribution(order_line=line, payer_id=payer, amount=amount)
        for line, row in zip(made, replacements, strict=True)
        for payer, amount in _contributions(line, row).items()
    )
    for line, row in zip(made, replacements, strict=True):
        row.order_line = line
    Replacement.objects.bulk_update(replacements, ["order_line"])
    _renew_guarantees(replacements, at=at)
    events.record(_made(exchange, replacements), at=at)
    for row in replacements:
        if row.is_shipped:
            events.record(_to_send(exchange, row), at=at)


def _order_of(exchange: Exchange, replacements: Sequence[Replacement], at: datetime) -> Order:
    taken = exchange.customer_return
    if taken.store is None:
        raise NotFromThere()
    number = numbers.following(taken.store, "E")
    return Order.objects.create(
        customer_id=taken.customer_id,
        via_id=taken.via_id,
        store=taken.store,
        clerk=taken.clerk,
        kind=Order.Kind.EXCHANGE,
        channel=Order.Channel.STORE,
        source=Order.COUNTER,
        number=number,
        number_key=numbers.key(number),
        currency=taken.currency,
        total=sum(row.amount for row in replacements),
        tax=sum(row.tax for row in replacements),
        placed_at=at,
        delivered_at=at if any(row.is_here for row in replacements) else None,
    )


def _order_line(order: Order, row: Replacement, taken: CustomerReturn) -> OrderLine:
    back = row.return_line.order_line if row.return_line else None
    is_same = row.is_same and back is not None
    return OrderLine(
        order=order,
        product=row.product,
        # An exchange of the same article is no new contract: its clocks are the first one's.
        paid_by_id=back.payer_id if is_same and back else None,
        position=row.position,
        quantity=row.units,
        handed_over=row.units if row.is_here else 0,
        unit_price=row.unit_price,
        line_discount=max(row.unit_price * row.units - row.amount, 0),
        total=row.amount,
        tax=row.tax,
        tax_rate=row.tax_rate,
        is_final_sale=bool(is_same and back and back.is_final_sale),
        # What a gift receipt paid for stays a gift, however often it is exchanged.
        is_gift=taken.is_gift or bool(back and back.is_from_gift),
        guaranteed_until=back.guaranteed_until if is_same and back else None,
    )


def _renew_guarantees(replacements: Iterable[Replacement], *, at: datetime) -> None:
    """Let the guarantee begin anew where what did not work is replaced by law (L217-13)."""
    for row in replacements:
        back = row.return_line
        if row.is_same and row.order_line_id and back is not None and back.is_replaced_by_law:
            policies.renew(order_line_id=row.order_line_id, at=at)


def _contributions(line: OrderLine, row: Replacement) -> dict[UUID, int]:
    """Return whose payments paid for the line; empty when they are all its payer's anyway."""
    paid = {UUID(payer) if payer else line.order_id: part for payer, part in row.sources.items()}
    return {} if set(paid) <= {line.payer_id} else paid


def contributions_to(lines: Iterable[OrderLine]) -> dict[int, list[tuple[UUID, int]]]:
    """Return (order id, amount) by line for those that several orders paid; no query for others."""
    exchanged = [line.pk for line in lines if line.order.kind == Order.Kind.EXCHANGE]
    found: dict[int, list[tuple[UUID, int]]] = {}
    rows = Contribution.objects.filter(order_line__in=exchanged) if exchanged else []
    for row in sorted(rows, key=lambda row: str(row.payer_id)):
        found.setdefault(row.order_line_id, []).append((row.payer_id, row.amount))
    return found


def let_go(taken: CustomerReturn, *, at: datetime) -> None:
    """Cancel the exchange of a return that is cancelled: what was put aside is free again."""
    exchange = Exchange.objects.filter(customer_return=taken).first()
    if exchange is None or exchange.state == Exchange.State.CANCELLED:
        return
    exchange.state, exchange.ended_at = Exchange.State.CANCELLED, at
    exchange.save(update_fields=["state", "ended_at"])
    events.record(
        ExchangeCancelled(
            customer_id=taken.customer_id,
            store_code=taken.store.code if taken.store else "",
            return_id=taken.pk,
            number=taken.number or "",
        ),
        at=at,
    )
    rows = [row for row in replacements_of(taken) if row.reservation]
    stock.lock({(row.product_id, store_of(row, taken).pk) for row in rows})
    for row in rows:
        if row.reservation:
            stock.release(reservation=row.reservation, at=at)


def _made(exchange: Exchange, replacements: Sequence[Replacement]) -> ExchangeMade:
    taken, order = exchange.customer_return, exchange.order
    if order is None:
        raise ReplacementMissing()
    return ExchangeMade(
        customer_id=taken.customer_id,
        store_code=taken.store.code if taken.store else "",
        return_id=taken.pk,
        number=order.number,
        order_id=order.pk,
        credit=exchange.credit,
        charges=exchange.charges,
        difference=exchange.difference,
        currency=exchange.currency,
        is_first=exchange.is_first,
        lines=[
            ExchangedUnits(
                sku=row.product.sku,
                units=row.units,
                fulfilment=row.fulfilment,
                is_same=row.is_same,
                amount=row.amount,
            )
            for row in replacements
        ],
    )


def _to_send(exchange: Exchange, row: Replacement) -> ReplacementToSend:
    taken = exchange.customer_return
    store = store_of(row, taken)
    return ReplacementToSend(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        order_id=row.order_line.order_id if row.order_line else taken.pk,
        replacement_id=row.pk,
        sku=row.product.sku,
        units=row.units,
    )
