"""
Salesforce's REST API as far as it is used here: collections of records, single ones, queries.

Each record of a collection gets a result of its own; a request that is not well formed as a whole
stops the call with a no to all of it, which the sender then halves.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from omnistore.crm.client import Client
from omnistore.crm.salesforce import signin
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace
from omnistore.outgoing import Reply

DATA = "/services/data/v62.0"
# Our id, on each of their records that stands for a row of ours.
KEY = "Omnistore_Id__c"
# Records in one collection; ids in one query, whose address has an end.
MOST = 200
MOST_ASKED = 100
RATE = Pace(calls=25, seconds=1, burst=25)
# The allowance of a day is used up: it comes back bit by bit. Too many at once: that passes.
DAY_USED_UP = "TotalRequests"
LIMIT_WAITS = {True: timedelta(minutes=15), False: timedelta(minutes=1)}
# Seconds that one more request should have left.
ENOUGH_TIME = 3.0
ALLOW_SAVE = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}

DUPLICATES = "DUPLICATES_DETECTED"
GONE = {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}
PASSING = {
    "UNABLE_TO_LOCK_ROW",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "STORAGE_LIMIT_EXCEEDED",
    "UNKNOWN_EXCEPTION",
}


@dataclass(frozen=True)
class Result:
    """What became of one record; `code` is empty when it was taken."""

    id: str = ""
    is_new: bool = False
    code: str = ""
    words: str = ""
    # Ids of records that a duplicate rule of theirs takes for the same.
    duplicates: Sequence[str] = ()

    @property
    def is_taken(self) -> bool:
        return not self.code

    @property
    def is_gone(self) -> bool:
        return self.code in GONE

    @property
    def lacks_parent(self) -> bool:
        """Whether it points by our id to a record that is not there."""
        return self.words.startswith("Foreign key external ID")

    @property
    def has_our_id(self) -> bool:
        """Whether another record carries our id already."""
        return self.code == "DUPLICATE_VALUE" and KEY in self.words

    @property
    def answer(self) -> Answer:
        if self.is_taken:
            return answers.done("created" if self.is_new else "updated")
        if self.code in PASSING or self.has_our_id:
            return Answer(Verdict.LATER, 400, f"{self.code}: {self.words}")
        return answers.dead(f"{self.code}: {self.words}", 400)


class Api:
    """Calls one organisation, signed in."""

    def __init__(self, connection: Connection, *, longest: timedelta) -> None:
        self.connection = connection
        # The token is a header of each request: where it stands also says to which host.
        self.client = Client(connection, sign_in=lambda _: {}, rate=RATE, longest=longest)

    def begin(self) -> None:
        self.client.begin()

    @property
    def has_time(self) -> bool:
        """Whether there is time for one more request."""
        return self.client.until - time.monotonic() > ENOUGH_TIME

    def upsert(
        self, kind: str, records: Sequence[Mapping[str, Any]], **headers: str
    ) -> list[Result]:
        """Create or update the records by our id, which each of them carries once."""
        return self._collect(f"{DATA}/composite/sobjects/{kind}/{KEY}", kind, records, **headers)

    def update(
        self, kind: str, records: Sequence[Mapping[str, Any]], **headers: str
    ) -> list[Result]:
        """Update the records by their id, `id` in each."""
        return self._collect(f"{DATA}/composite/sobjects", kind, records, **headers)

    def upsert_one(self, kind: str, key: str, record: Mapping[str, Any]) -> Result:
        """Create or update one record by our id; a duplicate's answer names those found."""
        content = {name: value for name, value in record.items() if name != KEY}
        return self._single("PATCH", _by_key(kind, key), content)

    def delete(self, kind: str, key: str) -> Result:
        """Delete the record with our id."""
        return self._single("DELETE", _by_key(kind, key))

    def describe(self, kind: str) -> set[str] | None:
        """Return the names of the fields that we may see there; None: there is no such object."""
        reply = self.call("GET", f"{DATA}/sobjects/{kind}/describe")
        if reply.status == 404:
            return None
        return {field["name"] for field in self._object(reply).get("fields", ())}

    def query(
        self, ask: str, values: Sequence[str], *, with_deleted: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield the records that the SOQL finds; `{}` in it stands for the quoted values."""
        path = f"{DATA}/{'queryAll' if with_deleted else 'query'}/?"
        for some in _parts(sorted(values), MOST_ASKED):
            # Ids only, ours and theirs: there is nothing in them to escape.
            soql = ask.format(", ".join(f"'{value}'" for value in some))
            page = self._object(self.call("GET", path + urlencode({"q": soql})))
            yield from page.get("records", ())
            while page.get("nextRecordsUrl"):
                page = self._object(self.call("GET", page["nextRecordsUrl"]))
                yield from page.get("records", ())

    def call(self, method: str, path: str, content: Any = None, **headers: str) -> Reply:
        """
        Return what came back, 300 and those of the 4xx that speak of the content included.

        A session that is over is begun anew, once.
        """
        try:
            return self._call(method, path, content, headers)
        except Stopped as stopped:
            if stopped.answer.status != 401:
                raise
        signin.forget(self.connection)
        return self._call(method, path, content, headers)

    def _call(self, method: str, path: str, content: Any, headers: Mapping[str, str]) -> Reply:
        token = signin.token(self.connection, seconds=self.client.until - time.monotonic())
        sent = {"Authorization": f"Bearer {token.value}", **headers}
        try:
            return self.client.call(method, path, content, base=token.instance_url, **sent)
        except Stopped as stopped:
            answer = stopped.answer
            if answer.status == 300:
                return Reply(300, {}, answer.words.encode())
            if answer.status == 403 and "REQUEST_LIMIT_EXCEEDED" in answer.words:
                # Said with a 403, but of the whole system for now and not of us.
                wait = LIMIT_WAITS[DAY_USED_UP in answer.words]
                raise Stopped(answers.heard(429, answer.words, wait)) from stopped
            raise

    def _collect(
        self, path: str, kind: str, records: Sequence[Mapping[str, Any]], **headers: str
    ) -> list[Result]:
        results: list[Result] = []
        for some in _parts(records, MOST):
            typed = [{"attributes": {"type": kind}, **record} for record in some]
            reply = self.call("PATCH", path, {"allOrNone": False, "records": typed}, **headers)
            if reply.status != 200:
                raise Stopped(answers.dead(reply.words, reply.status))
            given = reply.json()
            if not isinstance(given, list) or len(given) != len(some):
                raise Stopped(Answer(Verdict.LATER, 200, "omnistore: not one answer per record"))
            results += [_result(one) for one in given]
        return results

    def _single(self, method: str, path: str, content: Any = None) -> Result:
        reply = self.call(method, path, content)
        given = reply.json() if reply.body else {}
        if reply.status < 300:
            return _result({"success": True, **given})
        if reply.status == 300:
            return Result(code="MULTIPLE_CHOICES", words=reply.words)
        return _result({"errors": given if isinstance(given, list) else []})

    def _object(self, reply: Reply) -> dict[str, Any]:
        given = reply.json()
        if reply.status != 200 or not isinstance(given, dict):
            raise Stopped(answers.dead(reply.words, reply.status))
        return given


def _by_key(kind: str, key: str) -> str:
    return f"{DATA}/sobjects/{kind}/{KEY}/{quote(key, safe='')}"


def _parts(whole: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def _result(given: Mapping[str, Any]) -> Result:
    if given.get("success"):
        return Result(id=str(given.get("id", "")), is_new=bool(given.get("created")))
    # A collection says `statusCode`, a single record `errorCode`.
    errors: Sequence[Mapping[str, Any]] = given.get("errors") or ()
    first = next(iter(errors), {})
    code = first.get("statusCode") or first.get("errorCode") or "UNKNOWN_EXCEPTION"
    return Result(code=code, words=first.get("message", ""), duplicates=_duplicates(first))


def _duplicates(error: Mapping[str, Any]) -> list[str]:
    # Misspelt is how it arrives in most versions.
    found = error.get("duplicateResut") or error.get("duplicateResult") or {}
    # Leads and accounts may look alike too; they are no place for a contact.
    matches = [one for one in found.get("matchResults") or () if one.get("entityType") == "Contact"]
    records = [one.get("record", {}) for match in matches for one in match.get("matchRecords", ())]
    return [str(record["Id"]) for record in records if record.get("Id")]
