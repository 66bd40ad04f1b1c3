"""Serials: which single units, or of which lots, were sold on a line and came back of it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders.models import CustomerReturn, OrderLine, Product, ReturnLine, SoldSerial

NOT_IN_SERIAL = re.compile(r"[^0-9A-Z./-]")
LONGEST = 40


class SerialMissing(Invalid):
    code = "serial_missing"
    words = _("Read the number of each unit: it has one of its own.")


class NotSoldOnIt(Invalid):
    code = "serial_not_sold"
    words = _("The number %(serial)s was not sold on this receipt.")


class CameBackAlready(Conflict):
    code = "serial_came_back"
    words = _("The unit with the number %(serial)s came back already.")


class TooManySerials(Invalid):
    code = "too_many_serials"
    words = _("There are more numbers than units.")


class SerialTwice(Invalid):
    code = "serial_twice"
    words = _("Two units cannot have the same serial number.")


def normalise(text: str) -> str:
    """Return the number as it is kept: capitals and digits, no spaces; empty when it is none."""
    return NOT_IN_SERIAL.sub("", text.upper())[:LONGEST]


def read(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers in these texts, several in one parted by commas or spaces."""
    parts = (part for text in texts for part in re.split(r"[\s,;]+", text))
    return tuple(filter(None, map(normalise, parts)))


def sold(product: Product, quantity: int, texts: Sequence[str]) -> list[SoldSerial]:
    """
    Return the unsaved rows of a line that was sold with these numbers, one for each unit.

    Raises:
        TooManySerials, SerialTwice: they cannot be the numbers of so many units.
    """
    counted = Counter(filter(None, map(normalise, texts)))
    if sum(counted.values()) > quantity:
        raise TooManySerials()
    if product.tracking == Product.Tracking.SERIAL and max(counted.values(), default=0) > 1:
        raise SerialTwice()
    return [SoldSerial(serial=serial, units=units) for serial, units in counted.items()]


def problem(line: OrderLine, units: int, given: Sequence[str]) -> Invalid | Conflict | None:
    """
    Return what speaks against these numbers, None when nothing does.

    A line that was sold before numbers were kept asks for none.
    """
    if not line.product.is_tracked:
        return None
    known = _sold_on(line)
    if not known:
        return None
    if len(given) > units:
        return TooManySerials(order_line_id=line.pk)
    back = _came_back(line)
    for serial, count in Counter(given).items():
        if serial not in known:
            return NotSoldOnIt(serial=serial, order_line_id=line.pk)
        if count + back[serial] > known[serial]:
            return CameBackAlready(serial=serial, order_line_id=line.pk)
    return SerialMissing(order_line_id=line.pk) if len(given) < units else None


def still_out(line: OrderLine) -> list[str]:
    """Return the numbers that were sold on the line and did not come back."""
    if not line.product.is_tracked:
        return []
    return list((_sold_on(line) - _came_back(line)).elements())


def _sold_on(line: OrderLine) -> Counter[str]:
    return Counter(dict(SoldSerial.objects.filter(order_line=line).values_list("serial", "units")))


def _came_back(line: OrderLine) -> Counter[str]:
    counted = ReturnLine.objects.filter(order_line=line).exclude(
        customer_return__state__in=CustomerReturn.NOT_COUNTED
    )
    return Counter(
        serial for serials in counted.values_list("serials", flat=True) for serial in serials
    )
