"""Numbers of receipts, returns and exchanges: given out in order, found however they are typed."""

import re

from django.db import connection

from stores.models import Store

NOT_IN_KEY = re.compile(r"[^0-9A-Z]")


def key(number: str) -> str:
    """Return the letters and digits of a number in capitals: "lyo-r 12" and "LYO-R12" are one."""
    return NOT_IN_KEY.sub("", number.upper())[:40]


def following(store: Store, letter: str) -> str:
    """
    Return the next number of the store's series, as in LYO-R000042.

    It belongs to the caller's transaction: rolled back, it is given out again, without a gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_numberseries (name, last) VALUES (%s, 1) "
            "ON CONFLICT (name) DO UPDATE SET last = orders_numberseries.last + 1 "
            "RETURNING last",
            [f"{store.code}-{letter}"],
        )
        (last,) = cursor.fetchone()
    return f"{store.code.upper()}-{letter}{last:06d}"
