"""
The outbox's tasks: relay what happened, send what is due.

Each drains for `BUDGET` and then lets others have the worker; what is left is for the next bell or
sweep. All of them are safe to run twice, at once, or not at all for a while.
"""

import random
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils.timezone import now

from omnistore.outbox import connections, sending
from omnistore.outbox import relay as relays
from omnistore.outbox.models import Connection

BUDGET = timedelta(seconds=20)


@shared_task
def relay(**_: Any) -> None:
    """Relay new events and get them sent; rung after a commit that recorded facts."""
    until = now() + BUDGET
    while now() < until and relays.relay(at=now()):
        pass
    waiting = list(connections.due(at=now()))
    for connection in waiting[1:]:
        deliver.apply_async(kwargs={"connection_id": connection.pk}, retry=False, expires=60)
    # The first without another way through the broker: most shops tell one system.
    for connection in waiting[:1]:
        deliver(connection_id=connection.pk)


@shared_task
def deliver(*, connection_id: int, **_: Any) -> None:
    """Send what is due to one connection, so that a slow one holds up nobody else."""
    until = now() + BUDGET
    while now() < until:
        connection = Connection.objects.get(pk=connection_id)
        if not sending.send_due(connection=connection, clock=now, chance=random.random):
            return


@shared_task
def sweep(**_: Any) -> None:
    """Do what bells asked for and what has come due; every 3 s, a skipped one costs 3 s."""
    relay()
