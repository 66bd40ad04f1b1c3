"""The tasks of orders: safe to run twice, at once, or not at all for a while."""

from typing import Any

from celery import shared_task
from django.utils.timezone import now

from orders import (
    awaited,
    declarations,
    notices,
    opinion_notices,
    opinions,
    photos,
    reviews,
    stock,
    withdrawals,
)
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


@shared_task
def find_overdue_exchanges(**_: Any) -> None:
    """Tell of articles that should have come back; every hour, a skipped one tells it later."""
    awaited.find_overdue(at=now())


@shared_task
def release_expired_reservations(**_: Any) -> None:
    """Let go what was put aside long enough; every minute, a skipped one keeps it a minute more."""
    stock.release_expired(at=now())


@shared_task
def send_notices(**_: Any) -> None:
    """Wake approvers who are asked; every 3 s, a skipped one wakes them 3 s later."""
    notices.send_due(at=now())


@shared_task
def tell_stores(**_: Any) -> None:
    """Mail managers of opinions to read; every 20 s, a skipped one tells them 20 s later."""
    opinion_notices.send_due(at=now())


@shared_task
def tidy_opinions(**_: Any) -> None:
    """Empty comments that were kept long enough; every day, a skipped one costs a day."""
    opinions.tidy(at=now())


@shared_task
def end_reviews(**_: Any) -> None:
    """Let fallbacks speak where nobody answered in time; every 20 s, a skipped one waits for it."""
    reviews.end_due(at=now())


@shared_task
def purge_photos(**_: Any) -> None:
    """Delete photos that were kept long enough; every day, a skipped one costs a day."""
    photos.purge(at=now())


@shared_task
def sweep_declarations(**_: Any) -> None:
    """Delete declared returns that nobody opened; every hour, a skipped one costs an hour."""
    declarations.sweep(at=now())


@shared_task
def tidy_withdrawals(**_: Any) -> None:
    """Empty names that were kept long enough; every day, a skipped one costs a day."""
    withdrawals.tidy(at=now())
