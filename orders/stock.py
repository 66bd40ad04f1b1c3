"""
Stock: how many of an article a store has, moved by what happens, put aside for whom it is promised.

Every verb locks the article's row in its store first, several always in one order. An article
without a row in a store is not counted there: nothing is refused and nothing is moved.

In a transaction stock comes last, after the facts of customers: whoever locks a customer's stream
and an article's row locks them in that order, or two of them would wait for each other for ever.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from orders.facts import StockChanged
from orders.models import Product, Reservation, Stock, StockMovement
from stores.models import Clerk, Store, User

Reason = StockMovement.Reason
# More than a lorry of them holds, and far inside the database's column.
MOST_UNITS = 1_000_000


class NotAvailable(Conflict):
    """`left` of the article are there and not put aside for anybody."""

    code = "not_available"
    words = _("Only %(left)s of “%(article)s” are left in %(store)s.")


class NoneAvailable(NotAvailable):
    words = _("“%(article)s” is sold out in %(store)s.")


class ReservationEnded(Conflict):
    code = "reservation_ended"
    words = _("This article is no longer put aside: it was handed over or let go.")


class NotACount(Invalid):
    code = "not_a_count"
    words = _("A count is a whole number, zero or more.")


class NoteMissing(Invalid):
    code = "note_missing"
    words = _("Say why the count changes.")


@dataclass(frozen=True)
class Move:
    """Units into a store (negative: out of it), by an event that moves them once."""

    product_id: int
    store: Store
    units: int
    reason: str
    reference: str
    event_key: str = ""


def move(
    *,
    product: Product,
    store: Store,
    units: int,
    reason: str,
    reference: str,
    at: datetime,
    event_key: str = "",
) -> None:
    """Move units into the store, or out of it when negative; with one `event_key` only once."""
    move_all([Move(product.pk, store, units, reason, reference, event_key or uuid4().hex)], at=at)


@transaction.atomic
def move_all(moves: Iterable[Move], *, at: datetime) -> None:
    """
    Move the stock of several articles, in one query when none of them is counted.

    What a store has may fall below zero: a count is never as right as what is in a hand.
    """
    moves = [move for move in moves if move.units]
    rows = _locked({(move.product_id, move.store.pk) for move in moves})
    if not rows:
        return
    keys = [move.event_key for move in moves if move.event_key]
    done = set(StockMovement.objects.filter(event_key__in=keys).values_list("event_key", flat=True))
    made = []
    for move in moves:
        row = rows.get((move.product_id, move.store.pk))
        if row is None or move.event_key in done:
            continue
        if move.event_key:
            done.add(move.event_key)
        row.on_hand += move.units
        made.append(_movement(row, move, at))
    _write(made, at=at)


def count(
    *,
    product: Product,
    store: Store,
    on_hand: int,
    at: datetime,
    reference: str = "",
    note: str = "",
    clerk: Clerk | None = None,
    author: User | None = None,
    event_key: str = "",
) -> Stock:
    """
    Say how many are in the store; from the first count on, the article is counted there.

    Raises:
        NotACount: less than zero, or more than a store holds.
    """
    if not 0 <= on_hand <= MOST_UNITS:
        raise NotACount()
    with transaction.atomic():
        Stock.objects.bulk_create(
            [Stock(product=product, store=store, changed_at=at)], ignore_conflicts=True
        )
        row = _locked({(product.pk, store.pk)})[product.pk, store.pk]
        if event_key and StockMovement.objects.filter(event_key=event_key).exists():
            return row
        found, row.on_hand = on_hand - row.on_hand, on_hand
        counted = Move(product.pk, store, found, Reason.COUNT, reference, event_key)
        movement = _movement(row, counted, at)
        movement.note, movement.clerk, movement.author = note, clerk, author
        _write([movement], at=at)
    return row


@transaction.atomic
def correct(*, product: Product, store: Store, units: int, clerk: Clerk, at: datetime) -> None:
    """
    Take the clerk's word that he holds so many units more than are available by the count.

    It is a count under his name; an article that is not counted, or is there, is left alone.
    """
    row = _locked({(product.pk, store.pk)}).get((product.pk, store.pk))
    if row is None or row.available >= units:
        return
    held = Move(product.pk, store, row.reserved + units - row.on_hand, Reason.COUNT, "in hand")
    row.on_hand += held.units
    movement = _movement(row, held, at)
    movement.clerk = clerk
    _write([movement], at=at)


@transaction.atomic
def reserve(
    *,
    product: Product,
    store: Store,
    units: int,
    reference: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> Reservation:
    """
    Put units aside, under lock: of two who want the last one, exactly one gets it.

    Raises:
        NotAvailable, NoneAvailable: fewer are left than are wanted.
    """
    row = _locked({(product.pk, store.pk)}).get((product.pk, store.pk))
    if row is not None:
        if row.available < units:
            raise not_available(product, store, row.available)
        row.reserved += units
        aside = Move(product.pk, store, 0, Reason.RESERVED, reference)
        _write([_movement(row, aside, at, held=units)], at=at)
    return Reservation.objects.create(
        product=product,
        store=store,
        stock=row,
        units=units,
        reference=reference,
        expires_at=expires_at,
        made_at=at,
    )


def not_available(product: Product, store: Store, left: int) -> NotAvailable:
    """Return the refusal that says how many are left."""
    refused = NotAvailable if left else NoneAvailable
    return refused(left=left, article=product.name, store=store.name, sku=product.sku)


@transaction.atomic
def release(*, reservation: Reservation, at: datetime) -> bool:
    """Let the units go again, once; return whether this call did."""
    return _end(reservation, Reservation.State.RELEASED, Reason.RELEASED, at)


def release_expired(*, at: datetime, most: int = 500) -> int:
    """
    Let go what was put aside until a moment that is over; return how many reservations that were.

    Each in a transaction of its own; from several workers at once, each is let go once.
    """
    over = Reservation.objects.filter(state=Reservation.State.HELD, expires_at__lte=at)
    due = list(over.select_related("store").order_by("expires_at")[:most])
    return sum(release(reservation=reservation, at=at) for reservation in due)


@transaction.atomic
def hand_over(*, reservation: Reservation, at: datetime, reason: str = Reason.EXCHANGE) -> None:
    """
    Take the units that were put aside out of the store, once.

    Raises:
        ReservationEnded: they were let go meanwhile.
    """
    if not _end(reservation, Reservation.State.USED, reason, at) and not _is_used(reservation):
        raise ReservationEnded()


def available(product_ids: Iterable[int], store: Store) -> dict[int, int | None]:
    """Return how many are left of each article in the store; None: not counted there."""
    ids = list(product_ids)
    rows = Stock.objects.filter(product_id__in=ids, store=store) if ids else []
    left = {row.product_id: row.available for row in rows}
    return {product_id: left.get(product_id) for product_id in ids}


def everywhere(product_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Return, by article, how many are left in each open store that counts it, in one query."""
    found: dict[int, dict[int, int]] = {}
    for row in Stock.objects.filter(product_id__in=list(product_ids), store__is_active=True):
        found.setdefault(row.product_id, {})[row.store_id] = row.available
    return found


def lock(places: set[tuple[int, int]]) -> None:
    """Lock the rows of these (article id, store id), before several verbs use them in turn."""
    _locked(places)


def _end(reservation: Reservation, state: str, reason: str, at: datetime) -> bool:
    rows: Mapping[tuple[int, int], Stock] = {}
    if reservation.stock_id is not None:
        rows = _locked({(reservation.product_id, reservation.store_id)})
    ended = Reservation.objects.filter(pk=reservation.pk, state=Reservation.State.HELD).update(
        state=state, ended_at=at
    )
    reservation.refresh_from_db(fields=["state", "ended_at"])
    if not ended or not rows:
        return bool(ended)
    row = rows[reservation.product_id, reservation.store_id]
    out = -reservation.units if state == Reservation.State.USED else 0
    row.on_hand += out
    row.reserved -= reservation.units
    gone = Move(row.product_id, reservation.store, out, reason, reservation.reference)
    _write([_movement(row, gone, at, held=-reservation.units)], at=at)
    return True


def _is_used(reservation: Reservation) -> bool:
    return reservation.state == Reservation.State.USED


def _locked(places: set[tuple[int, int]]) -> dict[tuple[int, int], Stock]:
    """Return the rows of these (article, store), locked in one order everywhere."""
    if not places:
        return {}
    rows = (
        Stock.objects.select_for_update(no_key=True, of=("self",))
        .filter(
            product_id__in={product for product, _ in places},
            store_id__in={store for _, store in places},
        )
        .select_related("store", "product")
        .order_by("product_id", "store_id")
    )
    found = {(row.product_id, row.store_id): row for row in rows}
    return {place: found[place] for place in places if place in found}


def _movement(row: Stock, move: Move, at: datetime, *, held: int = 0) -> StockMovement:
    return StockMovement(
        stock=row,
        reason=move.reason,
        units=move.units,
        held=held,
        on_hand_after=row.on_hand,
        reference=move.reference[:80],
        event_key=move.event_key or uuid4().hex,
        at=at,
    )


def _write(made: Sequence[StockMovement], *, at: datetime) -> None:
    rows = {movement.stock_id: movement.stock for movement in made}
    for row in rows.values():
        row.changed_at = at
    Stock.objects.bulk_update(rows.values(), ["on_hand", "reserved", "changed_at"], batch_size=100)
    StockMovement.objects.bulk_create(made)
    for _pk, row in sorted(rows.items()):
        events.record(_changed(row), at=at)


def _changed(row: Stock) -> StockChanged:
    return StockChanged(
        customer_id=None,
        store_code=row.store.code,
        product_id=row.product_id,
        sku=row.product.sku,
        on_hand=row.on_hand,
        reserved=row.reserved,
        available=row.available,
    )
