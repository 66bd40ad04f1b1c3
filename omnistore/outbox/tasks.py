"""
The outbox's tasks: pump what is due, tell head office, tidy up.

None holds anything that would be lost with it: all of them are safe to run twice, at once, or not
at all for a while.
"""

from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils.timezone import now

from omnistore.outbox import alerts, pump, tallies


@shared_task
def relay(**_: Any) -> None:
    """Relay new events and get them sent; rung after a commit that recorded facts."""
    pump.work()


@shared_task
def sweep(**_: Any) -> None:
    """Do what bells asked for and what has come due; every 3 s, a skipped one costs 3 s."""
    pump.work()


@shared_task
def tidy(**_: Any) -> None:
    """Drop figures nobody looks at any more; every hour, skipped ones only cost room."""
    tallies.clear(at=now())


@shared_task
def tell_head_office(**_: Any) -> None:
    """Mail what changed with a connection; every 30 s, a skipped one tells it 30 s later."""
    alerts.tell(to=settings.OMNISTORE_HEAD_OFFICE_EMAILS, at=now())
