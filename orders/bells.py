"""The bell that wakes a worker once a refund is a card processor's to pay."""

from omnistore.outbox.bells import Bell
from orders import tasks

_bell = Bell(tasks.ask_processors)


def ring() -> None:
    """Wake a worker; what `settings.OMNISTORE_REFUND_BELL` names."""
    _bell.ring()
