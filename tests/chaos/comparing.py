"""What the database says happened, held against what the CRM holds."""

import json
import sqlite3
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

FACTS = """
    SELECT event.id, stream.key, event.sequence, event.kind, event.topic, event.recorded_at
    FROM outbox_event AS event JOIN outbox_stream AS stream ON stream.id = event.stream_id"""

WAITING = "SELECT id FROM outbox_delivery WHERE state = 'WAITING' LIMIT 1"


class Fact(NamedTuple):
    """What the database says."""

    event_id: str
    stream: str
    sequence: int
    kind: str
    topic: str
    recorded_at: float


class Held(NamedTuple):
    """A message as it arrived first."""

    message_id: str
    customer: str
    number: str
    at: float


@dataclass(frozen=True)
class Verdict:
    """What came of it."""

    facts: int
    # Facts that the CRM does not hold, and of which it holds no newer state either.
    lost: int
    # Messages of one fact under several ids, or of no fact at all.
    doubled: int
    # Ledger messages that arrived after a later one of their customer.
    out_of_order: int
    # Messages that came again under the same id, as they may.
    repeats: int
    # Seconds from the fact to the CRM.
    longest: float

    def __str__(self) -> str:
        return (
            f"lost {self.lost} doubled {self.doubled} out of order {self.out_of_order} "
            f"(of {self.facts} events; {self.repeats} repeats dropped by id)\n"
            f"longest delay {self.longest:.1f} s"
        )

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.doubled or self.out_of_order)


def compare(facts: Sequence[Fact], arrived: Sequence[Held]) -> Verdict:
    """Judge after the receiver's dedup by id."""
    first: dict[str, Held] = {}
    for message in arrived:
        first.setdefault(message.message_id, message)
    known = {fact.event_id: fact for fact in facts}
    by_event: dict[str, list[Held]] = defaultdict(list)
    for message in first.values():
        by_event[event_of(message.message_id)].append(message)
    unheard = [fact for fact in facts if fact.event_id not in by_event]
    newest = _newest_states(facts)
    phantoms = sum(event_id not in known for event_id in by_event)
    return Verdict(
        facts=len(facts),
        lost=sum(newest.get((fact.stream, fact.topic), fact) is fact for fact in unheard),
        doubled=phantoms + sum(len(messages) - 1 for messages in by_event.values()),
        out_of_order=_out_of_order(first.values(), known),
        repeats=len(arrived) - len(first),
        longest=max(
            (
                message.at - known[event_id].recorded_at
                for event_id, messages in by_event.items()
                for message in messages
                if event_id in known
            ),
            default=0,
        ),
    )


def facts_in(database_url: str) -> list[Fact]:
    """Return every fact that was committed."""
    return [
        Fact(_hex(event_id), *others, _seconds(recorded_at))
        for event_id, *others, recorded_at in _rows(database_url, FACTS)
    ]


def is_anything_waiting(database_url: str) -> bool:
    """Whether a delivery is not marked yet."""
    return bool(_rows(database_url, WAITING))


def _rows(database_url: str, statement: str) -> list[Any]:
    if database_url.startswith("sqlite"):
        connection: Any = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    else:
        connection = psycopg.connect(database_url)
    with connection:
        rows: list[Any] = connection.execute(statement).fetchall()
    connection.close()
    return rows


def held_by(crm_url: str) -> tuple[list[Held], dict[str, int]]:
    """Return what the CRM holds as it arrived, and how often it answered badly by kind."""
    with urllib.request.urlopen(f"{crm_url}_held", timeout=60) as answer:
        said = json.load(answer)
    return [Held(*message) for message in said["held"]], said["faults"]


def count_at(crm_url: str) -> int:
    """Return how many different messages the CRM holds."""
    with urllib.request.urlopen(f"{crm_url}_count", timeout=60) as answer:
        return int(answer.read())


def _newest_states(facts: Sequence[Fact]) -> dict[tuple[str, str], Fact]:
    newest: dict[tuple[str, str], Fact] = {}
    for fact in sorted(facts, key=lambda one: one.sequence):
        if fact.topic:
            newest[fact.stream, fact.topic] = fact
    return newest


def _out_of_order(messages: Any, known: dict[str, Fact]) -> int:
    reached: dict[str, int] = {}
    wrong = 0
    for message in sorted(messages, key=lambda one: one.at):
        fact = known.get(event_of(message.message_id))
        if fact is None or fact.kind != "LEDGER":
            continue
        wrong += fact.sequence < reached.get(fact.stream, 0)
        reached[fact.stream] = max(fact.sequence, reached.get(fact.stream, 0))
    return wrong


def event_of(message_id: str) -> str:
    """Return which event a message tells of."""
    return message_id.removeprefix("msg_").partition("_")[0]


def _hex(value: Any) -> str:
    return value.hex if isinstance(value, UUID) else str(value)


def _seconds(value: Any) -> float:
    if isinstance(value, str):
        value = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return float(value.timestamp())
