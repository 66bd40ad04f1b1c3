"""How HubSpot is asked: batches of a hundred, and what of its errors speaks of one record."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.timezone import now

from omnistore.crm.client import Client
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.replies import retry_after
from omnistore.outgoing import Reply

Record = dict[str, Any]
# Inputs of one batch.
MOST = 100
# The record is locked for a moment; the account is being moved.
COME_BACK = {423, 477}
UNSAID = "omnistore: HubSpot did not say what became of it"
# A search's body may have 3,000 characters: so many numbers fit, twice.
SEARCHED = 40
GONE = "OBJECT_NOT_FOUND"
EXISTING = re.compile(r"Existing ID:\s*(\d+)")
LACKS_PROPERTY = re.compile(
    r"PROPERTY_DOESNT_EXIST|Propert(?:y|ies)\b.*(?:does ?n[o']t exist|not found)", re.IGNORECASE
)


# A whole request is refused so only where one of ours is missing, or not unique; else it costs a
# look at what is there.
SPEAKS_OF_OURS = re.compile(r"\bomnistore_\w+|\bnon-?unique\b|\bunknown propert", re.IGNORECASE)
# What must not be kept of HubSpot's words: it repeats the values that it refuses.
PERSONAL = re.compile(r"[^\s\"'\\:,;()\[\]]+@[^\s\"'\\:,;()\[\]]+|\+\d{6,}")


class Refused(Exception):
    """HubSpot did not take a request; nothing of it was written."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words)
        self.answer = answer

    @property
    def lacks_property(self) -> bool:
        words = self.answer.words
        return bool(LACKS_PROPERTY.search(words) or SPEAKS_OF_OURS.search(words))

    @property
    def is_gone(self) -> bool:
        """Whether what the request was about is not there."""
        return self.answer.status == 404 or GONE in self.answer.words


@dataclass(frozen=True)
class Problem:
    """What HubSpot said against one record of a batch."""

    category: str
    words: str
    # Every id it names: of the record, of our trace.
    about: frozenset[str]

    @property
    def answer(self) -> Answer:
        """What follows for the message: of what went meanwhile, that it is looked for again."""
        if self.category == GONE:
            return later(self.words)
        return answers.dead(self.words, 400)

    @property
    def existing_id(self) -> str:
        """The record that has the value already; empty when it is not about that."""
        return existing_id(self.words)


@dataclass
class Batch:
    """What came of a batch: the records, and what was said against the others."""

    results: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def by_trace(self, unique: str) -> dict[str, str]:
        """Return HubSpot's ids by ours, which are the values of the property `unique`."""
        return {trace_of(record, unique): str(record.get("id", "")) for record in self.results}


class Api:
    """One account of HubSpot."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, path: str, **params: str) -> Record:
        return _checked(self.client.get(path, **params))

    def post(self, path: str, content: Any) -> Record:
        """
        Return what came back.

        Raises:
            Refused: HubSpot does not take it.
            Stopped: nothing came back, we are not let in, or not now.
        """
        return _checked(self.client.post(path, content))

    def read(
        self, kind: str, ids: Iterable[str], properties: Sequence[str], *, by: str = ""
    ) -> list[Record]:
        """Return the records that exist, by HubSpot's ids or the unique property `by`."""
        named = {"idProperty": by} if by else {}
        asked = {"properties": list(properties), "propertiesWithHistory": [], **named}
        inputs = [{"id": one} for one in dict.fromkeys(ids)]
        return self.batch(f"/crm/v3/objects/{kind}/batch/read", inputs, **asked).results

    def upsert(self, kind: str, unique: str, wanted: Mapping[str, Mapping[str, str]]) -> Batch:
        """Write records, properties by our id, which is the value of the property `unique`."""
        inputs = [
            {
                "idProperty": unique,
                "id": our_id,
                "objectWriteTraceId": our_id,
                "properties": {unique: our_id, **properties},
            }
            for our_id, properties in wanted.items()
        ]
        return self._write(f"/crm/v3/objects/{kind}/batch/upsert", inputs)

    def update(self, kind: str, inputs: Sequence[Record]) -> Batch:
        return self._write(f"/crm/v3/objects/{kind}/batch/update", inputs)

    def _write(self, path: str, inputs: Sequence[Record]) -> Batch:
        """Write records; what is said against one, and does not say which, is about one alone."""
        done = self.batch(path, inputs)
        ours = frozenset(one[name] for one in inputs for name in ("id", "objectWriteTraceId"))
        unnamed = [problem for problem in done.problems if problem.about.isdisjoint(ours)]
        if unnamed and len(inputs) > 1:
            # Sent again by halves, until it can only be about one.
            raise Refused(answers.dead(unnamed[0].words, 400))
        if unnamed:
            done.problems = [replace(problem, about=ours) for problem in done.problems]
        return done

    def associate(self, kind: str, to: str, pairs: Iterable[tuple[str, str]]) -> Batch:
        """Join records, (from, to) by HubSpot's ids; what is joined already stays so."""
        inputs = [{"from": {"id": one}, "to": {"id": other}} for one, other in pairs]
        return self.batch(f"/crm/v4/associations/{kind}/{to}/batch/associate/default", inputs)

    def batch(self, path: str, inputs: Sequence[Record], **rest: Any) -> Batch:
        """Send the inputs in batches of a hundred."""
        done = Batch()
        for part in _parts(inputs, MOST):
            heard = self.post(path, {"inputs": part, **rest})
            done.results += heard.get("results", [])
            done.problems += [_problem(error) for error in heard.get("errors", [])]
        for problem in done.problems:
            if problem.category != GONE and LACKS_PROPERTY.search(problem.words):
                raise Refused(answers.dead(problem.words, 400))
        return done

    def search(
        self, kind: str, wanted: Mapping[str, Sequence[str]], properties: Sequence[str]
    ) -> tuple[list[Record], bool]:
        """
        Return records of which any of these properties has one of its values, and whether
        those are all there are.
        """
        groups = [
            {"filters": [{"propertyName": name, "operator": "IN", "values": list(values)}]}
            for name, values in wanted.items()
        ]
        content = {
            "filterGroups": groups,
            "properties": list(properties),
            "sorts": [],
            "limit": MOST,
            "after": "0",
        }
        heard = self.post(f"/crm/v3/objects/{kind}/search", content)
        found: list[Record] = heard.get("results", [])
        return found, int(heard.get("total", len(found))) <= len(found)


def later(words: str) -> Answer:
    """Return the answer of a receiver in which something went between two requests."""
    return Answer(Verdict.LATER, 404, words)


def impersonal(words: str) -> str:
    """Return HubSpot's words without addresses and numbers of people."""
    return PERSONAL.sub("…", words)


def existing_id(words: str) -> str:
    """Return the id of the record that HubSpot says exists already; empty without one."""
    named = EXISTING.search(words)
    return named[1] if named else ""


def trace_of(record: Record, unique: str) -> str:
    """Return our id of a record that HubSpot has written."""
    return str(record.get("objectWriteTraceId") or value(record, unique))


def value(record: Record, name: str) -> str:
    """Return a property's value, empty when it has none."""
    return str((record.get("properties") or {}).get(name) or "")


def _checked(reply: Reply) -> Record:
    if reply.status in COME_BACK:
        asked = retry_after(reply.headers.get("retry-after", ""), now())
        raise Stopped(Answer(Verdict.LATER, reply.status, impersonal(reply.words), asked))
    if reply.status >= 400:
        raise Refused(answers.dead(impersonal(reply.words), reply.status))
    heard = reply.json()
    return heard if isinstance(heard, dict) else {}


def _problem(error: Record) -> Problem:
    context = error.get("context") or {}
    about = {str(one) for values in context.values() for one in _listed(values)}
    return Problem(
        category=str(error.get("category", "")),
        words=impersonal(f"{error.get('category', '')}: {error.get('message', '')}"),
        about=frozenset(about | ({str(error["id"])} if error.get("id") else set())),
    )


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _parts(inputs: Sequence[Record], most: int) -> Iterator[Sequence[Record]]:
    for start in range(0, len(inputs), most):
        yield inputs[start : start + most]
