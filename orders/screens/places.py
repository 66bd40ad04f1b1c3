"""Where the goods of a return go, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.models import ReturnLine


@dataclass(frozen=True)
class Place:
    """Where so many units go, in words."""

    units: int
    words: str


def places(lines: Sequence[ReturnLine]) -> list[Place]:
    """Return where the goods of a return go, in the order of its lines."""
    units: dict[str, int] = {}
    for line in lines:
        words = line.get_disposition_display() or _("still to be received")
        units[words] = units.get(words, 0) + line.units
    return [Place(units=count, words=words) for words, count in units.items()]
