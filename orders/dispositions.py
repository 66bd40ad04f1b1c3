"""
Dispositions: where goods that came back go, and that they went somewhere else after all.

No question of money: nothing here reads or changes a refund (rules.md 1).
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders import stock
from orders.models import DispositionChange, Reception, ReturnLine
from orders.stock import Move, Reason
from stores.models import Clerk, Store

Condition = ReturnLine.Condition
Disposition = ReturnLine.Disposition

# Where goods go by the state in which they are found.
PLACES: dict[str, str] = {
    Condition.AS_NEW: Disposition.TO_SHELF,
    Condition.OPENED: Disposition.TO_SHELF,
    Condition.DAMAGED: Disposition.TO_REPAIR,
    Condition.SOILED: Disposition.TO_REPAIR,
    Condition.INCOMPLETE: Disposition.TO_REPAIR,
}


class UnknownDisposition(Invalid):
    code = "unknown_disposition"
    words = _("Goods cannot go there.")


class NotThatMany(Invalid):
    code = "not_that_many"
    words = _("Not that many of them are here: %(units)s.")


class NoStoreNamed(Invalid):
    code = "no_store_named"
    words = _("Say which other store it goes to.")


class AlreadyThere(Conflict):
    code = "already_there"
    words = _("That is where it is already.")


def of(condition: str, reason: str) -> str:
    """Return where goods go that are found so; repair for whatever the table does not name."""
    # What does not work is not sold again, however new it looks.
    if reason == ReturnLine.Reason.DEFECTIVE:
        return Disposition.TO_REPAIR
    return PLACES.get(condition, Disposition.TO_REPAIR)


def change(
    *,
    reception: Reception,
    disposition: str,
    at: datetime,
    units: int | None = None,
    store: Store | None = None,
    clerk: Clerk | None = None,
) -> Reception:
    """
    Let goods go somewhere else than first thought; what they were before stays written.

    Fewer `units` than the reception has become a reception of their own. `store` is named only
    for goods that go to another one, and it is theirs from then on.

    Raises:
        UnknownDisposition, NotThatMany, NoStoreNamed: as they say.
        AlreadyThere: nothing would change, or somebody was quicker.
    """
    if disposition not in Disposition.values:
        raise UnknownDisposition()
    with transaction.atomic():
        held = _locked(reception)
        there = store if disposition == Disposition.TO_STORE else held.restocked_in
        if there is None or (disposition == Disposition.TO_STORE and there == held.restocked_in):
            raise NoStoreNamed()
        if disposition == held.disposition and there == held.restocked_in:
            raise AlreadyThere()
        part = _part(held, held.units if units is None else units)
        _write(part, disposition, there, clerk, at)
    return part


def _locked(reception: Reception) -> Reception:
    held = Reception.objects.select_for_update(of=("self",)).select_related(
        "restocked_in", "return_line__product", "return_line__customer_return"
    )
    return held.get(pk=reception.pk)


def _part(held: Reception, units: int) -> Reception:
    """Return the reception, or so many of its units as one of their own."""
    if not 1 <= units <= held.units:
        raise NotThatMany(units=held.units)
    if units == held.units:
        return held
    held.units -= units
    held.save(update_fields=["units"])
    return Reception.objects.create(
        return_line=held.return_line,
        sold_in_id=held.sold_in_id,
        returned_in_id=held.returned_in_id,
        restocked_in=held.restocked_in,
        clerk_id=held.clerk_id,
        units=units,
        serial=held.serial,
        condition=held.condition,
        disposition=held.disposition,
        received_at=held.received_at,
    )


def onto_shelf(row: Reception, number: str) -> Move:
    """Return the move of a new reception into the stock of the store that restocks it."""
    return _move(row, row.units, Reason.RETURN, number, f"reception:{row.pk}")


def _move(row: Reception, units: int, reason: str, number: str, event_key: str) -> Move:
    return Move(
        row.return_line.product_id, row.restocked_in, units, reason, number, event_key=event_key
    )


def _write(
    part: Reception, disposition: str, there: Store, clerk: Clerk | None, at: datetime
) -> None:
    written = DispositionChange.objects.create(
        reception=part,
        clerk=clerk,
        was=part.disposition,
        became=disposition,
        was_in_id=part.restocked_in_id,
        became_in=there,
        units=part.units,
        at=at,
    )
    number, key = part.return_line.customer_return.number or "", f"disposition:{written.pk}"
    reason = Reason.TRANSFER if there != part.restocked_in else Reason.RETURN
    moves = [_move(part, -part.units, reason, number, f"{key}:out")] if part.is_on_shelf else []
    part.disposition, part.restocked_in = disposition, there
    part.save(update_fields=["disposition", "restocked_in"])
    if part.is_on_shelf:
        moves.append(_move(part, part.units, reason, number, f"{key}:in"))
    stock.move_all(moves, at=at)
