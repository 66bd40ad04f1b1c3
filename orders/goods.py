"""Goods: receive what comes back, at once at the counter or later, all or some of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from orders import dispositions, journal, stock
from orders.facts import GoodsReceived, ReceivedUnits
from orders.models import (
    Collection,
    CustomerReturn,
    Exchange,
    Product,
    Reception,
    RefundPlan,
    ReturnLine,
)
from stores.models import Clerk, Store

Goods = CustomerReturn.Goods
State = CustomerReturn.State

# Goods may still come in for a return in one of these.
RECEIVABLE = (State.SUBMITTED, State.ACCEPTED, State.RECEIVED, State.SETTLED)


class NotAwaited(Conflict):
    code = "goods_not_awaited"
    words = _("Nothing of this return is awaited any more.")


class BeingCharged(Conflict):
    code = "being_charged"
    words = _("The register is asked already, or the customer owes nothing.")


class MoreThanAwaited(Conflict):
    code = "more_than_awaited"
    words = _("Only %(left)s of these are still awaited.")


class NotOnTheReturn(Invalid):
    code = "not_on_the_return"
    words = _("This article does not stand on the return.")


class ConditionNotSaid(Invalid):
    code = "condition_missing"
    words = _("Say in which condition it is.")


class SerialNotAwaited(Invalid):
    code = "serial_not_awaited"
    words = _("This serial number is not awaited on this return.")


@dataclass(frozen=True)
class Part:
    """
    Units of a return line that came in together, in the condition in which they were found.

    Without a disposition they go where that condition leads.
    """

    return_line_id: int
    units: int
    condition: str
    disposition: str = ""
    serial: str = ""


def awaited_in(store: Store) -> QuerySet[CustomerReturn]:
    """Return the store's returns of which goods are still to come, the oldest first."""
    open_ones = CustomerReturn.objects.filter(
        store=store, state__in=RECEIVABLE, is_historical=False
    ).exclude(goods=Goods.FULLY)
    return open_ones.select_related("customer", "store").order_by("submitted_at", "pk")


def received_in(store: Store, *, since: datetime) -> QuerySet[Reception]:
    """Return what came in at the store since then, or was sent to it, the latest first."""
    here = Q(returned_in=store) | Q(restocked_in=store)
    return (
        Reception.objects.filter(here, received_at__gte=since)
        .select_related(
            "return_line__product", "return_line__customer_return", "restocked_in", "returned_in"
        )
        .order_by("-received_at", "-pk")
    )


def in_hand(
    lines: Sequence[ReturnLine], *, store: Store, clerk: Clerk | None, at: datetime
) -> list[Reception]:
    """Receive every unit of these new lines, in the transaction of the caller that took them."""
    return _receive([(line, part) for line in lines for part in _parts(line)], store, clerk, at)


def to_shelf(rows: Iterable[Reception], *, number: str, at: datetime) -> None:
    """Put into stock what goes back to the shelf; last in a transaction, see `stock`."""
    stock.move_all([dispositions.onto_shelf(row, number) for row in rows if row.is_on_shelf], at=at)


def take_in(
    held: CustomerReturn, *, store: Store, clerk: Clerk | None, at: datetime
) -> list[Reception]:
    """
    Receive every unit of a return that is still awaited, as it was described when it was taken.

    In the caller's transaction, which moves the stock of what came in.
    """
    lines = list(held.lines.select_related("product", "order_line"))
    pairs = [(line, part) for line in lines for part in _parts(line)]
    rows = _receive(pairs, store, clerk, at)
    _count(lines, rows)
    _derive(held, lines, at)
    events.record(_fact(held, store, pairs, rows), at=at)
    return rows


def receive(
    *,
    taken: CustomerReturn,
    parts: Sequence[Part],
    store: Store,
    at: datetime,
    clerk: Clerk | None = None,
) -> CustomerReturn:
    """
    Receive units of a return that was accepted without them, all or some; its money stays as is.

    Raises:
        NotAwaited: the return is not open, or nothing of it is missing.
        BeingCharged: the register is asked for the price of what is missing.
        NotOnTheReturn, ConditionNotSaid, SerialNotAwaited: as they say.
        MoreThanAwaited: more units than are missing.
    """
    with transaction.atomic():
        held = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=taken.pk)
        if held.state not in RECEIVABLE or held.goods == Goods.FULLY or not parts:
            raise NotAwaited()
        if _is_being_charged(held):
            raise BeingCharged()
        was_settled = held.is_done
        lines = {line.pk: line for line in held.lines.select_related("product", "order_line")}
        pairs = _checked(lines, parts)
        rows = _receive(pairs, store, clerk, at)
        _count(lines.values(), rows)
        _derive(held, lines.values(), at)
        events.record(_fact(held, store, pairs, rows), at=at)
        to_shelf(rows, number=held.number or "", at=at)
        if held.is_done and not was_settled:
            journal.return_settled(held, at=at)
    return held


def found(*, product: Product, store: Store, at: datetime) -> None:
    """Put an article that was found on the floor back into stock: no customer, no money."""
    stock.move(
        product=product,
        store=store,
        units=1,
        reason=stock.Reason.RETURN,
        reference="found",
        at=at,
    )


def _checked(lines: dict[int, ReturnLine], parts: Iterable[Part]) -> list[tuple[ReturnLine, Part]]:
    pairs = [(_line(lines, part), part) for part in parts]
    came: Counter[int] = Counter()
    for line, part in pairs:
        came[line.pk] += part.units
        left = line.units - line.received_units
        if part.units < 1 or came[line.pk] > left:
            raise MoreThanAwaited(left=left)
        if part.condition not in ReturnLine.Condition.values:
            raise ConditionNotSaid()
        if part.disposition and part.disposition not in ReturnLine.Disposition.values:
            raise dispositions.UnknownDisposition()
    for line in lines.values():
        _check_serials(line, [part for held, part in pairs if held is line])
    return pairs


def _line(lines: dict[int, ReturnLine], part: Part) -> ReturnLine:
    if part.return_line_id not in lines:
        raise NotOnTheReturn()
    return lines[part.return_line_id]


def _check_serials(line: ReturnLine, parts: Sequence[Part]) -> None:
    """Each unit that has a number is received by that number, and only once."""
    if not line.serials or not parts:
        return
    awaited = Counter(line.serials)
    for serial, units in line.receptions.values_list("serial", "units"):
        awaited[serial] -= units
    for part in parts:
        awaited[part.serial] -= part.units
        if awaited[part.serial] < 0:
            raise SerialNotAwaited()


def _parts(line: ReturnLine) -> list[Part]:
    counted = Counter(line.serials) or Counter({"": line.units})
    return [
        Part(line.pk, units, line.condition, line.disposition, serial)
        for serial, units in counted.items()
    ]


def _receive(
    pairs: Sequence[tuple[ReturnLine, Part]], store: Store, clerk: Clerk | None, at: datetime
) -> list[Reception]:
    return Reception.objects.bulk_create(
        Reception(
            return_line=line,
            sold_in_id=line.sold_in_id,
            returned_in=store,
            restocked_in=store,
            clerk=clerk,
            units=part.units,
            serial=part.serial,
            condition=part.condition,
            disposition=part.disposition or dispositions.of(part.condition, line.reason),
            received_at=at,
        )
        for line, part in pairs
    )


def _count(lines: Iterable[ReturnLine], rows: Sequence[Reception]) -> None:
    changed = []
    for line in lines:
        came = [row for row in rows if row.return_line_id == line.pk]
        if came:
            line.received_units += sum(row.units for row in came)
            line.restocked_in_id = came[0].restocked_in_id
            line.disposition = came[0].disposition
            changed.append(line)
    ReturnLine.objects.bulk_update(changed, ["received_units", "restocked_in", "disposition"])


def _derive(held: CustomerReturn, lines: Iterable[ReturnLine], at: datetime) -> None:
    is_missing = any(line.received_units < line.units for line in lines)
    held.goods = Goods.PARTLY if is_missing else Goods.FULLY
    held.received_at = held.received_at or at
    if held.state in (State.SUBMITTED, State.ACCEPTED):
        held.state = State.RECEIVED
    if held.goods == Goods.FULLY and _is_all_there_was(held):
        held.state, held.settled_at = State.SETTLED, at
    held.save(update_fields=["goods", "received_at", "state", "settled_at"])


def _is_being_charged(held: CustomerReturn) -> bool:
    asked = Collection.objects.filter(exchange__customer_return=held, state=Collection.State.ASKED)
    return asked.filter(purpose=Collection.Purpose.MISSING).exists()


def _is_all_there_was(held: CustomerReturn) -> bool:
    """Whether the new article went out first and no money goes back: then nothing is left to do."""
    made = Exchange.objects.filter(customer_return=held, state=Exchange.State.MADE)
    return made.exists() and not RefundPlan.objects.filter(customer_return=held).exists()


def _fact(
    held: CustomerReturn,
    store: Store,
    pairs: Sequence[tuple[ReturnLine, Part]],
    rows: Sequence[Reception],
) -> GoodsReceived:
    return GoodsReceived(
        customer_id=held.customer_id,
        store_code=store.code,
        return_id=held.pk,
        number=held.number or "",
        is_complete=held.goods == Goods.FULLY,
        lines=[
            ReceivedUnits(
                sku=line.product.sku,
                units=row.units,
                condition=row.condition,
                disposition=row.disposition,
            )
            for (line, _part), row in zip(pairs, rows, strict=True)
        ],
    )
