"""Changes of access: note them."""

from datetime import datetime

from omnistore.audit.looks import Watcher
from omnistore.audit.models import AccessChange


def note(*, kind: AccessChange.Kind, subject_id: int, by: Watcher, at: datetime) -> None:
    """Write down that `by` changed what the clerk or tablet may do; inside the same transaction."""
    AccessChange.objects.create(
        kind=kind,
        subject_id=subject_id,
        actor=by.actor,
        actor_id=by.actor_id,
        device_id=by.device_id,
        at=at,
    )
