"""The tasks of customers: safe to run twice, at once, or not at all for a while."""

import random
from typing import Any

from celery import shared_task
from django.utils.timezone import now

from customers import checkins, handsets, messages, onetime


@shared_task
def send_messages(**_: Any) -> None:
    """Send what waits to be sent; after a bell and every 3 s, a skipped one costs 3 s."""
    messages.send_due(clock=now, chance=random.random)


@shared_task
def tidy_codes(**_: Any) -> None:
    """Forget where expired codes went; every 10 min, a skipped one forgets it later."""
    onetime.tidy(at=now())


@shared_task
def tidy_messages(**_: Any) -> None:
    """Delete old messages; every hour, a skipped one keeps them longer."""
    messages.tidy(at=now())


@shared_task
def end_check_ins(**_: Any) -> None:
    """End what nobody served in time; every minute, a skipped one costs a minute."""
    checkins.end_due(at=now())


@shared_task
def tidy_phones(**_: Any) -> None:
    """Delete phones' old sessions; every hour, a skipped one keeps them longer."""
    handsets.tidy(at=now())
