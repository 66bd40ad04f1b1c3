"""
Connectors: which kinds of systems can be told, and what each has to know.

A connector may say what people call it (`label`) and what it is for, in a sentence (`about`); of
those that say nothing themselves, `SAID` does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from omnistore.outbox.messages import Need

SAID: Mapping[str, tuple[str, str | Promise]] = {
    "hubspot": ("HubSpot", _("Contacts, orders and returns; withdrawn consents come back.")),
    "odoo": ("Odoo", _("Contacts, sales orders and returns, with Odoo's own apps.")),
    "segment": ("Segment", _("What happens, for customer data platforms of Segment's protocol.")),
}


class Sort(NamedTuple):
    """A kind of system, as head office chooses it."""

    kind: str
    label: str | Promise
    about: str | Promise
    url: str
    needs: Sequence[Need]
    # Whether it tells us something too.
    is_heard: bool

    @property
    def secrets(self) -> list[Need]:
        return [need for need in self.needs if need.is_secret]

    @property
    def is_signed(self) -> bool:
        """Whether our signature is all that lets us in there."""
        return not self.secrets

    @property
    def shows_secret(self) -> bool:
        """Whether somebody there has to know the signing secret: it is shown once."""
        return self.is_signed or self.is_heard


def sorts() -> list[Sort]:
    """Return every kind there is, in the order of the settings."""
    return [sort_of(kind) for kind in settings.OMNISTORE_CONNECTORS]


def sort_of(kind: str) -> Sort:
    """Return the kind; one whose connector is gone knows its name only."""
    path = settings.OMNISTORE_CONNECTORS.get(kind)
    made: Any = import_string(path) if path else None
    label, about = SAID.get(kind, (kind.replace("_", " ").capitalize(), ""))
    return Sort(
        kind=kind,
        label=getattr(made, "label", label),
        about=getattr(made, "about", about),
        url=getattr(made, "url", ""),
        needs=getattr(made, "needs", ()),
        is_heard=hasattr(made, "hear"),
    )
