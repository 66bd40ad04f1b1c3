"""Showing: what a phone gets of a pass for the hour to come, and what it draws of it."""

from datetime import datetime
from typing import TypedDict

import barcode
from django.utils.text import capfirst

from customers import identity, loyalty, passes
from customers.models import Customer, Identifier, Pass
from omnistore import words


class Card(TypedDict):
    """A loyalty card: its digits as they are read out, and its bars, 1 for each dark dot."""

    number: str
    bars: str


class Shown(TypedDict):
    """
    What a phone keeps for an hour; times are milliseconds since 1970, `now` is the server's.

    Each code is good for `step` milliseconds, the first from `begins_at` on. `points` and `level`
    are written out, empty when there are none.
    """

    now: int
    begins_at: int
    step: int
    codes: list[str]
    card: Card | None
    points: str
    level: str


def of(carried: Pass, *, at: datetime) -> Shown:
    """Return what the phone shows in the hour from `at` on: no name, and never the secret."""
    customer, hour = carried.customer, passes.hour(carried, at=at)
    number = card_number(customer)
    points = loyalty.balance(customer)
    return Shown(
        now=_milliseconds(at),
        begins_at=_milliseconds(hour.begins_at),
        step=round(passes.STEP.total_seconds() * 1000),
        codes=hour.codes,
        card=Card(number=spaced(number), bars=bars(number)) if number else None,
        points="" if points is None else words.amount(points),
        level=capfirst(str(customer.get_level_display())) if customer.level else "",
    )


def card_number(customer: Customer) -> str:
    """Return the digits of the customer's card, of several the one he has had longest."""
    cards = (held for held in identity.of(customer) if held.kind == Identifier.Kind.CARD)
    return next((card.value for card in cards if not card.is_blocked), "")


def spaced(number: str) -> str:
    """Return the digits as they stand under the bars: 2 900000 000018."""
    return words.NO_BREAK.join((number[:1], number[1:7], number[7:]))


def bars(number: str) -> str:
    """Return the EAN-13 of the digits, a 1 for each dark dot and a 0 for each white one."""
    (dots,) = barcode.get("ean13", number).build()
    return str(dots)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
