"""Hints: who may listen, who hears what, and that nobody waits for another."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from django.core import signing

from omnistore.hints import tickets
from omnistore.hints.listening import BEAT, HINT, Listening

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
