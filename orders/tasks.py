"""The tasks of orders: safe to run twice, at once, or not at all for a while."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now

from orders.gateways import processors
from orders.journal import closings


@shared_task
def ask_processors(**_: Any) -> None:
    """Ask card processors for the refunds that are due; every 5 s, a skipped one costs 5 s."""
    processors.work()


@shared_task
def close_journals(**_: Any) -> None:
    """Close the journals' days before today; every 15 min, skipped ones are caught up with."""
    closings.close_all(at=now())
