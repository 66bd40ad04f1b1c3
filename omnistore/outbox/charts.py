"""
Charts: bars of what was delivered and of failures, dots for the delay of the slowest.

Pure geometry in whole units, as text: no locale writes a comma into it. The delay's scale is
logarithmic, from `FASTEST` to `SLOWEST` seconds.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from omnistore import words
from omnistore.outbox.tallies import Minute, Pulse

WIDTH = 600
HEIGHT = 100
FASTEST = 0.01
SLOWEST = 3600.0
# Part of a step that its bar fills, in hundredths.
FILLED = 72


class Bar(NamedTuple):
    """A rectangle of the drawing."""

    x: str
    y: str
    width: str
    height: str


class Row(NamedTuple):
    """A line of the same in words."""

    at: datetime
    pulse: Pulse


@dataclass(frozen=True)
class Chart:
    """What the template draws, and says to who does not see it."""

    delivered: Sequence[Bar]
    failed: Sequence[Bar]
    # The path of the 95th percentiles.
    delays: str
    title: str
    description: str
    rows: Sequence[Row]
    most: int

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {HEIGHT}"

    @property
    def is_empty(self) -> bool:
        return not self.rows


def draw(spans: Sequence[Minute], *, title: str) -> Chart:
    """Return the chart of these minutes or hours, the oldest first."""
    pulses = [span.pulse for span in spans]
    most = max((_all(pulse) for pulse in pulses), default=0)
    step = WIDTH / max(len(pulses), 1)
    busy = [Row(span.at, pulse) for span, pulse in zip(spans, pulses, strict=True) if _all(pulse)]
    return Chart(
        delivered=[
            _bar(at, step, 0, pulse.delivered, most)
            for at, pulse in enumerate(pulses)
            if pulse.delivered
        ],
        failed=[
            _bar(at, step, pulse.delivered, _failed(pulse), most)
            for at, pulse in enumerate(pulses)
            if _failed(pulse)
        ],
        delays=_path([pulse.p95 for pulse in pulses], step),
        title=title,
        description=_describe(busy),
        rows=busy,
        most=most,
    )


def _all(pulse: Pulse) -> int:
    return pulse.delivered + _failed(pulse)


def _failed(pulse: Pulse) -> int:
    return pulse.failed + pulse.given_up


def _bar(at: int, step: float, below: int, number: int, most: int) -> Bar:
    # The least there is can still be seen.
    height = max(round(number * HEIGHT / most), 2)
    foot = HEIGHT - round(below * HEIGHT / most)
    width = max(round(step * FILLED / 100), 1)
    return Bar(str(round(at * step)), str(max(foot - height, 0)), str(width), str(height))


def _path(delays: Sequence[float | None], step: float) -> str:
    """Return a line through neighbours; one alone is a dot."""
    parts = []
    for at, delay in enumerate(delays):
        if delay is None:
            continue
        follows = at > 0 and delays[at - 1] is not None
        point = f"{round((at + FILLED / 200) * step)} {_height(delay)}"
        parts.append(f"L{point}" if follows else f"M{point}h0")
    return "".join(parts)


def _height(delay: float) -> int:
    share = math.log(max(delay, FASTEST) / FASTEST) / math.log(SLOWEST / FASTEST)
    return round(HEIGHT - min(share, 1) * (HEIGHT - 4)) - 2


def _describe(rows: Sequence[Row]) -> str:
    if not rows:
        return _("Nothing was sent.")
    busiest = max(rows, key=lambda row: row.pulse.delivered)
    said = [
        _("%(number)s delivered, %(failed)s failed or given up.")
        % {
            "number": words.amount(sum(row.pulse.delivered for row in rows)),
            "failed": words.amount(sum(_failed(row.pulse) for row in rows)),
        },
        _("Busiest at %(time)s: %(number)s.")
        % {"time": words.time(busiest.at), "number": words.amount(busiest.pulse.delivered)},
    ]
    slowest = max((row.pulse.p95 or 0 for row in rows), default=0)
    if slowest:
        sentence = _("95 of 100 within %(span)s at the slowest.")
        said.append(sentence % {"span": words.span(slowest)})
    return " ".join(said)
