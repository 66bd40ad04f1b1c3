"""
A customer data platform that speaks Segment's HTTP protocol, written from its documentation.

Where Segment answers 200 and drops the event without a word, this one answers 400, and to a wrong
key 401 as RudderStack does: what does not fit is to be seen.

By hand: python -m tests.crm.fakes.segment
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.crm.fakes.served import Asked, Said, serving

WRITE_KEY = "write-key-of-the-source"
TOKEN = "sgp_token-of-the-public-api"
LARGEST_BATCH = 500_000
LARGEST_EVENT = 32_768
COMMON = {"type", "userId", "anonymousId", "messageId", "timestamp", "context", "integrations"}
OF_TYPE = {"track": {"event", "properties"}, "identify": {"traits"}}
STRING_TRAITS = {"email", "phone", "firstName", "lastName", "createdAt"}


class Refused(Exception):
    """What came does not fit the contract."""


@dataclass
class Segment:
    """
    Holds what it was sent: each event once by its `messageId`, and each person's traits.

    `answers` are given before it looks at anything, one a request; `refuses` is a word that it
    takes in no batch.
    """

    url: str = ""
    keys: set[str] = field(default_factory=lambda: {WRITE_KEY})
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    answers: list[Said] = field(default_factory=list)
    refuses: str = ""
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    # Sizes of the requests that were taken.
    requests: list[int] = field(default_factory=list)

    def tracks(self, name: str = "") -> list[dict[str, Any]]:
        """Return the track events of that name, in the order in which they came."""
        return [
            event
            for event in self.events.values()
            if event["type"] == "track" and name in ("", event["event"])
        ]

    def answer(self, asked: Asked) -> Said:
        if self.answers:
            return self.answers.pop(0)
        path = asked.path.partition("?")[0]
        match asked.method, path:
            case "POST", "/v1/batch":
                return self._take(asked)
            case "POST" | "GET", "/regulations":
                return self._regulate(asked)
        return _json(404, {"message": "not found"})

    def _take(self, asked: Asked) -> Said:
        if _basic(asked.headers.get("authorization", "")) not in self.keys:
            return Said(401, b"Invalid Write Key")
        try:
            batch = _checked(asked)
            if self.refuses and self.refuses in asked.body.decode():
                raise Refused("malformed event")
        except Refused as refusal:
            return _json(400, {"success": False, "code": "bad_request", "message": str(refusal)})
        self.requests.append(len(asked.body))
        for event in batch:
            self._keep(event)
        return _json(200, {"success": True})

    def _keep(self, event: dict[str, Any]) -> None:
        who = event.get("userId", "")
        if event["messageId"] in self.events or who in self.deleted:
            return
        self.events[event["messageId"]] = event
        if event["type"] == "identify":
            self.profiles.setdefault(who, {}).update(event["traits"])

    def _regulate(self, asked: Asked) -> Said:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _json(401, {"errors": [{"type": "unauthorized", "message": "invalid token"}]})
        if asked.method == "GET":
            return _json(200, {"data": {"regulations": []}})
        content = json.loads(asked.body)
        fits = (
            set(content) == {"regulationType", "subjectType", "subjectIds"}
            and content["regulationType"] == "SUPPRESS_WITH_DELETE"
            and content["subjectType"] == "USER_ID"
            and 0 < len(content["subjectIds"]) <= 5000
        )
        if not fits or "vnd.segment" not in asked.headers["content-type"]:
            return _json(422, {"errors": [{"type": "bad-request", "message": "does not fit"}]})
        for who in content["subjectIds"]:
            self._forget(who)
        return _json(200, {"data": {"regulateId": "reg_1"}})

    def _forget(self, who: str) -> None:
        self.deleted.add(who)
        self.profiles.pop(who, None)
        self.events = {
            key: event for key, event in self.events.items() if event.get("userId") != who
        }


def _checked(asked: Asked) -> list[dict[str, Any]]:
    if asked.headers.get("content-type") != "application/json":
        raise Refused("Content-Type must be application/json")
    if len(asked.body) > LARGEST_BATCH:
        raise Refused("request body too large")
    try:
        content = json.loads(asked.body)
    except ValueError as error:
        raise Refused("invalid JSON") from error
    if set(content) - {"batch", "sentAt", "context", "integrations"} or not content.get("batch"):
        raise Refused("a batch and sentAt are wanted")
    datetime.fromisoformat(content["sentAt"])
    for event in content["batch"]:
        _check(event)
    return list(content["batch"])


def _check(event: dict[str, Any]) -> None:
    if len(json.dumps(event, separators=(",", ":"))) > LARGEST_EVENT:
        raise Refused("event larger than 32kb")
    kind = event.get("type")
    if kind not in OF_TYPE or set(event) - COMMON - OF_TYPE[kind]:
        raise Refused(f"unknown type or property of a {kind}")
    if not isinstance(event.get("userId", event.get("anonymousId")), str):
        raise Refused("no_user_anon_id")
    if not 0 < len(event.get("messageId", "")) < 100:
        raise Refused("messageId is missing or too long")
    datetime.fromisoformat(event["timestamp"])
    if kind == "track" and not (isinstance(event.get("event"), str) and event["event"]):
        raise Refused("a track has an event")
    if kind == "identify":
        _check_traits(event.get("traits"))


def _check_traits(traits: Any) -> None:
    if not isinstance(traits, dict):
        raise Refused("traits is an object")
    for name in STRING_TRAITS & set(traits):
        if not isinstance(traits[name], str | None):
            raise Refused(f"{name} is text")
    if set(traits.get("address", {})) - {"city", "country", "postalCode", "state", "street"}:
        raise Refused("unknown part of the address")


def _basic(header: str) -> str:
    try:
        name, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except ValueError:
        return ""
    return "" if password else name


def _json(status: int, content: Any) -> Said:
    return Said(status, json.dumps(content).encode())


@contextmanager
def listening(*, is_loud: bool = False) -> Iterator[Segment]:
    """Run it until the block ends."""
    segment = Segment()
    with serving(segment.answer, is_loud=is_loud) as segment.url:
        yield segment


if __name__ == "__main__":
    with listening(is_loud=True) as running:
        print(f"Listening. Address: {running.url}", flush=True)
        print(f"Write key: {WRITE_KEY}; token: {TOKEN}, for it the same address", flush=True)
        threading.Event().wait()
