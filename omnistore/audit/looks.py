"""Looks at customers: note them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from omnistore.audit.models import Look


@dataclass(frozen=True)
class Watcher:
    """Who looks, and through which tablet."""

    actor: Look.Actor
    actor_id: int
    device_id: int | None = None


def note(
    *, watcher: Watcher, customer_ids: Sequence[UUID], reason: Look.Reason, at: datetime
) -> None:
    """Write down that `watcher` saw these customers, in one statement."""
    Look.objects.bulk_create(
        Look(
            customer_id=customer_id,
            actor=watcher.actor,
            actor_id=watcher.actor_id,
            device_id=watcher.device_id,
            reason=reason,
            at=at,
        )
        for customer_id in customer_ids
    )
