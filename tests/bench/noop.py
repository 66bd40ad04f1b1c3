"""The floor of delivery: Celery's tasks that do nothing, and two that say when."""

import time
from typing import Any

import redis
from celery import shared_task
from django.conf import settings


@shared_task
def nothing(**_: Any) -> None:
    """Do nothing."""


@shared_task
def stamp(*, name: str, **_: Any) -> None:
    """Write down when this was done."""
    redis.Redis.from_url(settings.REDIS_URL).set(name, repr(time.time()))
