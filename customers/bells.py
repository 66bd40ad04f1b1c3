"""The bell that wakes a worker once a message is to be sent."""

from customers import tasks
from omnistore.outbox.bells import Bell

_bell = Bell(tasks.send_messages)


def ring() -> None:
    """Wake a worker; what `settings.OMNISTORE_MESSAGE_BELL` names."""
    _bell.ring()
