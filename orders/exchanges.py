"""
Exchanges: one document for what comes back and what is taken instead (rules.md 2.7).

What is taken is an order of its own, so that it can come back like any other: the same article at
the price first paid, on the clocks of the first purchase (`paid_by`); another one on its own.
Whose payments it was paid from stands in its contributions, and a refund goes back to each.

An exchange that the customer has to pay waits for the register; goods change hands when it says
that he paid. The new article may also go out first: then the other one is awaited until a day,
see `orders.awaited`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid, Refused
from omnistore.outbox import events
from omnistore.words import money
from orders import dispositions, numbers, policies, stock
from orders.bills import Bill, Charge, Wanted
from orders.facts import ExchangeCancelled, ExchangedUnits, ExchangeMade, ReplacementToSend
from orders.models import (
    Contribution,
    CustomerReturn,
    Exchange,
    Order,
    OrderLine,
    Product,
    Reception,
    Replacement,
    ReturnLine,
)
from stores.models import Store

Fulfilment = Replacement.Fulfilment
# More articles than these are a sale of their own.
MOST_WANTED = 50


class ReplacementMissing(Invalid):
    code = "replacement_missing"
    words = _("Choose what the customer takes instead.")


class NotOffered(Invalid):
    code = "not_offered"
    words = _("This article is not offered: choose another one.")


class NotFromThere(Invalid):
    code = "not_from_there"
    words = _("Choose another store, or let it be shipped.")


class TooManyWanted(Invalid):
    code = "too_many_wanted"
    words = _("That is too much for one exchange: sell it on its own.")


class CannotRefundFirst(Refused):
    code = "cannot_refund_first"
    words = _(
        "The customer would get %(amount)s back, and money only goes back once the goods are here:"
        " take them first, or choose an article that costs as much."
    )


class NotToHandOver(Conflict):
    code = "not_to_hand_over"
    words = _("This article is not waiting to be handed over here.")


def variants_of(product: Product) -> QuerySet[Product]:
    """Return the article itself and its sizes and colours that are offered."""
    return Product.objects.filter(
        model=product.model,
        kind=Product.Kind.GOODS,
        is_offered=True,
        currency=product.currency,
    ).order_by("sku")


def problem(
    line: OrderLine,
    wanted: Sequence[Wanted],
    products: Mapping[int, Product],
    stores: Mapping[int, Store],
) -> Refused | None:
    """Return what speaks against these articles in the place of the line's, None when nothing."""
    if sum(max(one.units, 0) for one in wanted) > MOST_WANTED * 20 or len(wanted) > MOST_WANTED:
        return TooManyWanted(order_line_id=line.pk)
    for one in wanted:
        product = products.get(one.product_id)
        if product is None or one.units < 1 or not is_offered(product, line):
            return NotOffered(order_line_id=line.pk)
        if one.fulfilment not in Fulfilment.values:
            return NotFromThere(order_line_id=line.pk)
        is_named = one.from_store_id in stores
        if is_named != (one.from_store_id is not None):
            return NotFromThere(order_line_id=line.pk)
        if one.fulfilment == Fulfilment.STORE and not is_named:
            return NotFromThere(order_line_id=line.pk)
    return None


def is_offered(product: Product, line: OrderLine) -> bool:
    """Whether the article may be taken in the place of the line's."""
    is_there = product.is_offered or product.pk == line.product_id
    return product.is_goods and is_there and product.currency == line.order.currency


def shortage(
    wanted: Iterable[Wanted],
    products: Mapping[int, Product],
    store: Store,
    stores: Mapping[int, Store],
) -> Refused | None:
    """Return what is not there by the count, None when everything is; nothing is put aside."""
    asked: dict[tuple[int, int], int] = {}
    for one in wanted:
        if not one.is_in_hand and one.product_id in products:
            place = (one.product_id, _giver_id(one, store))
            asked[place] = asked.get(place, 0) + one.units
    if not asked:
        return None
    left = stock.everywhere({product_id for product_id, _ in asked})
    for (product_id, store_id), units in sorted(asked.items()):
        there = left.get(product_id, {}).get(store_id)
        if there is not None and there < units:
            giver = store if store_id == store.pk else stores[store_id]
            return stock.not_available(products[product_id], giver, there)
    return None


def _giver_id(one: Wanted, store: Store) -> int:
    return one.from_store_id or store.pk


def wish(
    draft: CustomerReturn, lines: Mapping[int, ReturnLine], wanted: Mapping[int, Sequence[Wanted]]
) -> None:
    """Keep in the draft what the customer wants instead; all by the id of the order line."""
    pairs = [(lines[line_id], one) for line_id, ones in wanted.items() for one in ones]
    known = Product.objects.in_bulk([one.product_id for _, one in pairs]) if pairs else {}
    Replacement.objects.bulk_create(
        Replacement(
            customer_return=draft,
            return_line=line,
            product_id=one.product_id,
            from_store_id=one.from_store_id,
            position=position,
            units=one.units,
            fulfilment=one.fulfilment,
            is_in_hand=one.is_in_hand,
        )
        for position, (line, one) in enumerate(pairs, 1)
        if one.product_id in known and one.units > 0
    )


def wishes_of(draft: CustomerReturn) -> dict[int, tuple[Wanted, ...]]:
    """Return what is wanted in the draft, by the id of the return line."""
    found: dict[int, tuple[Wanted, ...]] = {}
    for row in draft.replacements.order_by("position"):
        if row.return_line_id is not None:
            one = Wanted(
                row.product_id, row.units, row.fulfilment, row.from_store_id, row.is_in_hand
            )
            found[row.return_line_id] = (*found.get(row.return_line_id, ()), one)
    return found


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


def replacements_of(taken: CustomerReturn) -> list[Replacement]:
    """Return what is taken instead, with what the screens say about it."""
    rows = taken.replacements.select_related(
        "product", "from_store", "reservation__stock", "order_line", "return_line__order_line"
    )
    return list(rows.order_by("position"))


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


def move_goods(taken: CustomerReturn, receptions: Sequence[Reception], *, at: datetime) -> None:
    """
    Move the stock of a return and its exchange: what goes out, is put aside, and goes on a shelf.

    All rows are locked first and in one order: two customers who swap sizes crosswise do not wait
    for each other.

    Raises:
        NotAvailable: somebody else got it a moment ago.
    """
    exchange = Exchange.objects.filter(customer_return=taken).select_related("order").first()
    rows = replacements_of(taken) if exchange and taken.store else []
    shelved = [
        dispositions.onto_shelf(row, taken.number or "") for row in receptions if row.is_on_shelf
    ]
    if rows:
        places = {(row.product_id, _store_of(row, taken).pk) for row in rows}
        stock.lock(places | {(move.product_id, move.store.pk) for move in shelved})
    for row in rows:
        if exchange is not None and not row.is_handed_over:
            _move(exchange, taken, row, at)
    stock.move_all(shelved, at=at)


def _move(exchange: Exchange, taken: CustomerReturn, row: Replacement, at: datetime) -> None:
    giver = _store_of(row, taken)
    if row.reservation is None:
        if row.is_in_hand and taken.clerk:
            stock.correct(
                product=row.product, store=giver, units=row.units, clerk=taken.clerk, at=at
            )
        row.reservation = stock.reserve(
            product=row.product,
            store=giver,
            units=row.units,
            reference=taken.number or "",
            at=at,
        )
        row.save(update_fields=["reservation"])
    if exchange.is_made and row.is_here:
        stock.hand_over(reservation=row.reservation, at=at)
        row.handed_over_at = at
        row.save(update_fields=["handed_over_at"])


def _store_of(row: Replacement, taken: CustomerReturn) -> Store:
    store = row.from_store or taken.store
    if store is None:
        raise NotFromThere()
    return store


def to_give_in(store: Store) -> QuerySet[Replacement]:
    """Return what exchanges made elsewhere have put aside in the store, the oldest first."""
    return (
        Replacement.objects.filter(from_store=store, handed_over_at=None, order_line__isnull=False)
        .select_related("product", "customer_return__customer", "order_line__order")
        .order_by("customer_return__submitted_at", "position")
    )


def deliver(*, replacement: Replacement, store: Store, at: datetime) -> Replacement:
    """
    Hand over, or send off, what was put aside in the store; twice, it is handed over once.

    Raises:
        NotToHandOver: it is not put aside here, or its exchange was not made.
    """
    with transaction.atomic():
        held = (
            Replacement.objects.select_for_update(of=("self",))
            .select_related("order_line__order", "reservation", "customer_return__store")
            .get(pk=replacement.pk)
        )
        line, aside = held.order_line, held.reservation
        if line is None or aside is None or aside.store_id != store.pk:
            raise NotToHandOver()
        if held.is_handed_over:
            return held
        held.handed_over_at = at
        held.save(update_fields=["handed_over_at"])
        line.handed_over = line.quantity
        line.save(update_fields=["handed_over"])
        # The last parcel starts the clocks.
        Order.objects.filter(pk=line.order_id).update(delivered_at=at)
        stock.hand_over(reservation=aside, at=at)
    return held


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
    stock.lock({(row.product_id, _store_of(row, taken).pk) for row in rows})
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
    store = _store_of(row, taken)
    return ReplacementToSend(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        order_id=row.order_line.order_id if row.order_line else taken.pk,
        replacement_id=row.pk,
        sku=row.product.sku,
        units=row.units,
    )
