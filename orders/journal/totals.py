"""Sums of entries by currency: how many, how much, the tax within, by kind, tender and tax rate."""

import json
from typing import Any

from orders.journal.chain import canonical

# Of text that we wrote: no spaces to look for, which takes as long as reading it.
_read = json.JSONDecoder().raw_decode


class Totals:
    """What entries sum to; all amounts in minor units of the currency they stand under."""

    def __init__(self) -> None:
        self._by_currency: dict[str, dict[str, Any]] = {}

    def add(
        self, *, currency: str, kind: str, gross: int, tax: int, taxes: str, tenders: str
    ) -> None:
        sums = self._of(currency)
        sums["entries"] += 1
        sums["gross"] += gross
        sums["tax"] += tax
        of_kind = sums["kinds"].setdefault(kind, [0, 0, 0])
        of_kind[0] += 1
        of_kind[1] += gross
        of_kind[2] += tax
        for tender, amount in _read(tenders)[0].items():
            sums["tenders"][tender] = sums["tenders"].get(tender, 0) + amount
        for rate, (amount, within) in _read(taxes)[0].items():
            both = sums["taxes"].setdefault(rate, [0, 0])
            both[0] += amount
            both[1] += within

    def merge(self, other: "Totals") -> None:
        """Add what another sums to."""
        for currency, more in other._by_currency.items():
            sums = self._of(currency)
            for name in ("entries", "gross", "tax"):
                sums[name] += more[name]
            for tender, amount in more["tenders"].items():
                sums["tenders"][tender] = sums["tenders"].get(tender, 0) + amount
            for name in ("kinds", "taxes"):
                for key, figures in more[name].items():
                    known = sums[name].setdefault(key, [0] * len(figures))
                    sums[name][key] = [a + b for a, b in zip(known, figures, strict=True)]

    def text(self) -> str:
        """Return them as canonical JSON."""
        return canonical(self._by_currency)

    @classmethod
    def read(cls, text: str) -> "Totals":
        """Return what `text` wrote."""
        totals = cls()
        totals._by_currency = json.loads(text)
        return totals

    def _of(self, currency: str) -> dict[str, Any]:
        if currency not in self._by_currency:
            nothing = {"entries": 0, "gross": 0, "tax": 0, "kinds": {}, "tenders": {}, "taxes": {}}
            self._by_currency[currency] = nothing
        return self._by_currency[currency]
