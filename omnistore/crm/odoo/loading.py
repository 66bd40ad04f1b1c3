"""
Odoo's import, `load`: many records in one call, made or updated by an id of ours.

It takes all rows or none. Column `id` is an external id (`omnistore.order_…`): the record behind it
is updated, or made together with the id in one transaction, so that a repeat after a crash never
makes a second one. Column `.id` is the record's own number: it is updated. An empty cell empties
the field. Of the rows that do not fit each is named, with Odoo's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnistore.crm.odoo.rpc import Odoo, Refused

Row = Mapping[str, str]


@dataclass
class Loaded:
    """What became of the rows, by their place: the record's id, or Odoo's words."""

    ids: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def load(odoo: Odoo, model: str, rows: Sequence[Row]) -> Loaded:
    """Load the rows, with one call for each set of columns; a bad row does not fail the others."""
    loaded = Loaded()
    by_columns: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        by_columns.setdefault(tuple(sorted(row)), []).append(place)
    for columns, places in by_columns.items():
        _load(odoo, model, columns, {place: rows[place] for place in places}, loaded)
    return loaded


def _load(
    odoo: Odoo, model: str, columns: Sequence[str], rows: Mapping[int, Row], loaded: Loaded
) -> None:
    left = list(rows)
    # Ends: each round names at least one row that does not come again.
    while left:
        said = _call(odoo, model, columns, [rows[place] for place in left])
        if said["ids"]:
            loaded.ids |= dict(zip(left, said["ids"], strict=True))
            return
        bad = _bad_rows(said["messages"], len(left))
        loaded.refused |= {left[place]: words for place, words in bad.items()}
        left = [place for number, place in enumerate(left) if number not in bad]


def _call(odoo: Odoo, model: str, columns: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    cells = [[row[name] for name in columns] for row in rows]
    try:
        said: dict[str, Any] = odoo.call(model, "load", fields=list(columns), data=cells)
    except Refused as refusal:
        return {"ids": False, "messages": [{"type": "error", "message": refusal.words}]}
    return said


def _bad_rows(messages: Sequence[Mapping[str, Any]], count: int) -> dict[int, str]:
    """
    Return Odoo's words to each bad row.

    What failed all together is put down to the first row as well: while others are named, it has
    another try.
    """
    bad: dict[int, str] = {}
    for message in messages:
        if message["type"] == "error" and "rows" in message:
            bad.setdefault(message["rows"]["from"], str(message["message"]))
    if len(bad) > 1:
        bad.pop(0, None)
    words = next((str(message["message"]) for message in messages), "Odoo: not loaded")
    return bad or dict.fromkeys(range(count), words)
