"""
Connectors: which kinds of systems can be told, and what each has to know.

A connector may say what people call it (`label`) and what it is for, in a sentence (`about`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from omnistore.outbox.messages import Need


class Sort(NamedTuple):
    """A kind of system, as head office chooses it."""

    kind: str
    label: str | Promise
    about: str | Promise
    url: str
    needs: Sequence[Need]

    @property
    def secrets(self) -> list[Need]:
        return [need for need in self.needs if need.is_secret]

    @property
    def is_signed(self) -> bool:
        """Whether what goes out carries our signature: the secret is made here and shown once."""
        return not self.needs


def sorts() -> list[Sort]:
    """Return every kind there is, in the order of the settings."""
    return [sort_of(kind) for kind in settings.OMNISTORE_CONNECTORS]


def sort_of(kind: str) -> Sort:
    """Return the kind; one whose connector is gone knows its name only."""
    path = settings.OMNISTORE_CONNECTORS.get(kind)
    made: Any = import_string(path) if path else None
    return Sort(
        kind=kind,
        label=getattr(made, "label", kind.replace("_", " ").capitalize()),
        about=getattr(made, "about", ""),
        url=getattr(made, "url", ""),
        needs=getattr(made, "needs", ()),
    )
