"""Hints: who may listen, who hears what, and that nobody waits for another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import redis
from django.core import signing
from django.db import transaction
from django.test import Client

from omnistore.hints import telling, tickets
from omnistore.hints.listening import BEAT, HINT, Listening
from stores.models import Store

LYON = "store:1"


class Tablet:
    """One that listens: what it was sent, and when it goes away."""

    def __init__(self, ticket: str = "", path: str = "/hints/", method: str = "GET") -> None:
        query = f"ticket={ticket}".encode()
        self.scope = {"type": "http", "method": method, "path": path, "query_string": query}
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        # A tablet in a tunnel takes nothing while this is not set.
        self.takes = asyncio.Event()
        self.takes.set()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        await self.takes.wait()
        self.sent.append(message)

    def joins(self, app: Listening) -> "asyncio.Future[None]":
        return asyncio.ensure_future(app(self.scope, self.receive, self.send))

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    def heard(self, text: bytes) -> int:
        return sum(message.get("body") == text for message in self.sent)


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


def play(scene: Callable[[Listening], Awaitable[None]]) -> None:
    async def played() -> None:
        await scene(Listening())

    asyncio.run(played())


def test_tells_the_tablets_of_a_store_and_no_others() -> None:
    async def scene(app: Listening) -> None:
        lyon, paris = Tablet(tickets.make(LYON)), Tablet(tickets.make("store:2"))
        streams = [lyon.joins(app), paris.joins(app)]
        await settled()

        app.tell(LYON)
        await settled()

        assert (lyon.heard(HINT), paris.heard(HINT)) == (1, 0)
        for tablet in (lyon, paris):
            tablet.gone.set()
        await asyncio.gather(*streams)
        app.tell(LYON)
        await settled()
        assert lyon.heard(HINT) == 1

    play(scene)


@pytest.mark.parametrize("ticket", ["", "store:1", "store:1:x:y", "%00", "é"])
def test_lets_nobody_in_without_a_ticket(ticket: str) -> None:
    async def scene(app: Listening) -> None:
        thief = Tablet(ticket)

        await thief.joins(app)

        assert thief.status == 403

    play(scene)


def test_a_ticket_of_yesterday_or_of_another_kind_lets_nobody_in(monkeypatch: Any) -> None:
    old = tickets.make(LYON)
    other = signing.TimestampSigner(salt="something else").sign(LYON)
    assert tickets.topic_of(old) == LYON

    monkeypatch.setattr(tickets, "LIFE", tickets.LIFE * -1)

    assert tickets.topic_of(old) is None
    assert tickets.topic_of(other) is None


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/hints/health/", "GET", 503), ("/", "GET", 404), ("/hints/", "POST", 404)],
)
def test_answers_nothing_else(path: str, method: str, status: int) -> None:
    async def scene(app: Listening) -> None:
        asker = Tablet(tickets.make(LYON), path, method)

        await asker.joins(app)

        assert asker.status == status

    play(scene)


def test_a_tablet_that_takes_nothing_keeps_nobody_waiting_and_hears_one_hint_for_many() -> None:
    async def scene(app: Listening) -> None:
        slow, quick = Tablet(tickets.make(LYON)), Tablet(tickets.make(LYON))
        streams = [slow.joins(app), quick.joins(app)]
        await settled()
        slow.takes.clear()

        for _ in range(5):
            app.tell(LYON)
            await settled()
        assert (slow.heard(HINT), quick.heard(HINT)) == (0, 5)
        slow.takes.set()
        await settled()

        assert slow.heard(HINT) == 1
        for tablet in (slow, quick):
            tablet.gone.set()
        await asyncio.gather(*streams)

    play(scene)


def test_ends_what_listened_long_enough(monkeypatch: Any) -> None:
    """A tablet that was closed meanwhile gets no new ticket."""

    async def scene(app: Listening) -> None:
        tablet = Tablet(tickets.make(LYON))
        stream = tablet.joins(app)
        await settled()
        assert not tablet.heard(BEAT)
        monkeypatch.setattr("omnistore.hints.listening.LONGEST", -1)

        app.end_old(list(app.streams))
        await stream

        assert tablet.sent[-1]["more_body"] is False
        assert not app.streams

    play(scene)


# --- the app's side ------------------------------------------------------------------------------


def test_a_tablet_gets_a_ticket_for_its_own_store_where_hints_are_passed_on(
    counter: Client, lyon: Store, settings: Any
) -> None:
    off = counter.get("/listen/")
    settings.OMNISTORE_HINTS = True
    on = counter.get("/listen/")

    assert off.status_code == 204
    ticket = on.json()["address"].removeprefix("/hints/?ticket=")
    assert tickets.topic_of(ticket) == telling.store(lyon.pk)
    assert "no-store" in on.headers["Cache-Control"]
    assert b'data-controller="hints"' in counter.get("/").content


def test_nobody_listens_without_a_clerk(client: Client, db: None, settings: Any) -> None:
    settings.OMNISTORE_HINTS = True

    assert client.get("/listen/").status_code in (302, 403)


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_told_and_nothing_else(settings: Any) -> None:
    """Without Redis nobody is told, and nobody waits for that."""
    settings.OMNISTORE_HINTS = bool(settings.REDIS_URL)
    with _hearing(settings.REDIS_URL) as heard:
        with suppress(ZeroDivisionError), transaction.atomic():
            telling.after_commit("lost")
            1 / 0  # noqa: B018
        with transaction.atomic():
            telling.after_commit("kept")
            assert heard() == []

        assert heard() == (["kept"] if settings.REDIS_URL else [])


@contextmanager
def _hearing(redis_url: str) -> Iterator[Callable[[], list[str]]]:
    """Yield what asks Redis for the topics told so far; without Redis there are none."""
    if not redis_url:
        yield list
        return
    with redis.Redis.from_url(redis_url) as client, client.pubsub() as channel:
        channel.psubscribe(f"{telling.PREFIX}*")
        channel.get_message(timeout=5)

        def heard() -> list[str]:
            told = []
            while message := channel.get_message(timeout=0.5):
                told.append(message["channel"].decode().removeprefix(telling.PREFIX))
            return told

        yield heard
