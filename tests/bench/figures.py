"""What a bench prints, and how large it runs."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the bench: `name value unit`; a ratio has the unit `x`."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name} {self.value:.4g} {self.unit}"


@dataclass(frozen=True)
class Scale:
    """How large: customers in both shops, requests of each kind, pages painted, sales lines."""

    small: int = 10_000
    large: int = 200_000
    rounds: int = 1_000
    paints: int = 40
    # None: the whole file.
    sales_lines: int | None = None
    is_quick: bool = False


QUICK = Scale(small=50, large=100, rounds=10, paints=2, is_quick=True, sales_lines=2_000)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0.5, 0.95) of the values lie."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
