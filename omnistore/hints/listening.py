"""
Listening: the raw ASGI application that keeps thousands of streams open and says when to ask.

    GET /hints/?ticket=…    text/event-stream: a line `event: hint` for each hint of its topic
    GET /hints/health/      204 while hints come in from Redis, 503 while they do not

Neither Django's handlers nor the database are touched: a stream is one coroutine that sleeps. One
process, one thread of Python; it is not reached but through the proxy in front of the app.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import redis.asyncio
from django.conf import settings

from omnistore.hints import tickets
from omnistore.hints.telling import PREFIX

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/hints/"
# So many streams at once; more tablets than that are another process's.
MOST = 20_000
# A tablet that was closed meanwhile hears no more; others come again with a new ticket.
LONGEST = 15 * 60
# Proxies close what is silent for a minute.
HEARTBEAT = 20
# Streams that get their heartbeat at once, and the pause before the next so many.
SLICE, PAUSE = 200, 0.05
# Seconds before Redis is asked again.
BREAK = 1.0
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
# What a browser waits before it comes back by itself, in ms; ours comes with a new ticket first.
OPENING = b"retry: 5000\n\n"
HINT = b"event: hint\ndata:\n\n"
BEAT = b":\n\n"


class Stream(NamedTuple):
    """Whose stream it is to end, and since when (monotonic seconds) it is open."""

    task: asyncio.Task[None] | None
    began: float


class Listening:
    """The application: who listens to what, and the connection hints come in by."""

    def __init__(self) -> None:
        self.streams: dict[Send, Stream] = {}
        self._listeners: dict[str, set[Send]] = defaultdict(set)
        # Those that have not taken the last chunk yet: a hint that waits is as good as two.
        self._busy: set[Send] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_hearing = False

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # One coroutine a stream, and none of them keeps the request: it is most of its memory.
        if scope["type"] == "lifespan":
            return self._live(receive, send)
        topic = _topic(scope) if _is_asked(scope, PATH) else None
        if topic is not None and len(self.streams) < MOST:
            return self._stream(topic, receive, send)
        return _plain(send, self._status(scope, topic))

    def _status(self, scope: Scope, topic: str | None) -> int:
        if _is_asked(scope, f"{PATH}health/"):
            return 204 if self._is_hearing else 503
        if not _is_asked(scope, PATH):
            return 404
        return 403 if topic is None else 503

    def tell(self, topic: str) -> None:
        """Pass a hint on to all who listen to the topic."""
        self._write(self._listeners.get(topic, ()), HINT)

    def end_old(self, sends: Iterable[Send]) -> None:
        """End those of the streams that are open longer than `LONGEST`."""
        before = time.monotonic() - LONGEST
        for send in sends:
            stream = self.streams.get(send)
            if stream and stream.task and stream.began < before:
                stream.task.cancel()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        for work in (self._hear(), self._beat()):
            self._begin(work)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tuple(self._tasks):
            task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _stream(self, topic: str, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send(_chunk(OPENING))
        self._listeners[topic].add(send)
        self.streams[send] = Stream(asyncio.current_task(), time.monotonic())
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            # It listened long enough: the tablet comes again with a new ticket, if it may.
            with suppress(Exception):
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            del self.streams[send]
            self._listeners[topic].discard(send)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def _hear(self) -> None:
        """Pass on what Redis says, for ever; after a gap everybody is told to ask."""
        while True:
            try:
                async with redis.asyncio.Redis.from_url(settings.REDIS_URL) as client:
                    await self._pass_on(client.pubsub())
            except (redis.RedisError, OSError) as error:
                logger.warning("hints: Redis is away error=%s", type(error).__name__)
            self._is_hearing = False
            await asyncio.sleep(BREAK)

    async def _pass_on(self, channel: Any) -> None:
        await channel.psubscribe(f"{PREFIX}*")
        async for message in channel.listen():
            if message["type"] == "psubscribe":
                self._is_hearing = True
                self._write(self.streams, HINT)
            elif message["type"] == "pmessage":
                self.tell(message["channel"].decode().removeprefix(PREFIX))

    async def _beat(self) -> None:
        """Keep silent streams open, a few at a time, and end those that are old."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            streams = list(self.streams)
            for start in range(0, len(streams), SLICE):
                self.end_old(streams[start : start + SLICE])
                self._write(streams[start : start + SLICE], BEAT)
                await asyncio.sleep(PAUSE)

    def _write(self, listeners: Iterable[Send], text: bytes) -> None:
        for send in tuple(listeners):
            if send not in self._busy:
                self._busy.add(send)
                self._begin(self._write_to(send, text))

    async def _write_to(self, send: Send, text: bytes) -> None:
        try:
            # Whoever went away is let go by his own coroutine.
            with suppress(Exception):
                await send(_chunk(text))
        finally:
            self._busy.discard(send)

    def _begin(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        # The loop itself keeps no hold of what it runs.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_asked(scope: Scope, path: str) -> bool:
    return (scope["type"], scope.get("method"), scope["path"]) == ("http", "GET", path)


def _topic(scope: Scope) -> str | None:
    asked = parse_qs(scope["query_string"].decode("latin-1"))
    return tickets.topic_of(asked.get("ticket", [""])[0])


def _chunk(text: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": True}


async def _plain(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b""})


application = Listening()
