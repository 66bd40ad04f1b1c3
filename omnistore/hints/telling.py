"""Telling: say to all who listen to a topic that it changed."""

import logging
from functools import cache

import redis
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
PREFIX = "omnistore:hints:"
# A hint is worth no waiting: without it a tablet asks a little later.
PATIENCE = 0.2


def store(store_id: int | None) -> str:
    """Return the topic of what every tablet of the store shows: who waits, what is to decide."""
    return f"store:{store_id}"


def after_commit(topic: str) -> None:
    """Tell the topic once the transaction is committed, where a process passes hints on."""
    if settings.OMNISTORE_HINTS:
        transaction.on_commit(lambda: tell(topic), robust=True)


def tell(topic: str) -> None:
    """Tell the topic now. Calls Redis; a hint that cannot be told is let go."""
    try:
        _redis().publish(PREFIX + topic, "")
    except redis.RedisError as error:
        logger.warning("hints: not told error=%s", type(error).__name__)


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
