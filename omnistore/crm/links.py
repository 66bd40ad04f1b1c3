"""Links: which record over there stands for which of our rows, and what it was last told."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from omnistore.crm.models import Link
from omnistore.outbox.models import Connection

Kind = Link.Kind


def of(connection: Connection, kind: str, local_ids: Iterable[UUID]) -> dict[UUID, Link]:
    """Return the links of these rows, by our id."""
    found = Link.objects.filter(connection=connection, kind=kind, local_id__in=set(local_ids))
    return {link.local_id: link for link in found}


def local_of(connection: Connection, kind: str, remote_ids: Iterable[str]) -> dict[str, UUID]:
    """Return which of our rows these records there stand for, by their id."""
    found = Link.objects.filter(connection=connection, kind=kind, remote_id__in=set(remote_ids))
    return dict(found.values_list("remote_id", "local_id"))


def keep(
    connection: Connection, kind: str, remote_ids: Mapping[UUID, str], *, at: datetime
) -> None:
    """Write down which record stands for which row; a new one replaces the old. Safe to repeat."""
    Link.objects.bulk_create(
        (
            Link(
                connection=connection,
                kind=kind,
                local_id=local_id,
                remote_id=str(remote_id),
                linked_at=at,
            )
            for local_id, remote_id in sorted(remote_ids.items())
        ),
        update_conflicts=True,
        unique_fields=["connection", "kind", "local_id"],
        update_fields=["remote_id", "linked_at"],
    )


def note_told(link: Link, **told: Any) -> None:
    """Keep what the record was last told under these names; what is the same costs nothing."""
    if all(link.told.get(name) == value for name, value in told.items()):
        return
    link.told |= told
    link.save(update_fields=["told"])


def forget(connection: Connection, kind: str, local_ids: Iterable[UUID]) -> None:
    """Drop the links: the records there are gone, or were another's."""
    Link.objects.filter(connection=connection, kind=kind, local_id__in=set(local_ids)).delete()
