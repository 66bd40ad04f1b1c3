"""
Customer data platforms that speak Segment's HTTP protocol: Segment, RudderStack and others.

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/: one request
carries a batch, taken or refused as a whole; `messageId` makes a repeat harmless. People are
forgotten by Segment's Public API where a token for it is given.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import ClassVar
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.crm import people, sales
from omnistore.crm import segment_mapping as mapping
from omnistore.crm.client import Client
from omnistore.crm.people import Person
from omnistore.crm.segment_mapping import Known
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace

PUBLIC_API = "https://api.segmentapis.com"
VERSIONED = "application/vnd.segment.v1+json"


class Connector:
    """Sends what happened in batches, the events of each customer in their order."""

    # As many as fit into half a megabyte, the limit of one call.
    size: ClassVar = 400
    concurrency: ClassVar = 1
    keeps_order: ClassVar = True
    longest: ClassVar = timedelta(seconds=10)
    url: ClassVar = "https://api.segment.io"
    rate: ClassVar = Pace(calls=50, seconds=1, burst=10)
    needs: ClassVar[Sequence[Need]] = (
        Need("write_key", gettext_lazy("write key of the source"), is_secret=True),
        Need(
            "token",
            gettext_lazy("token of the Public API"),
            is_secret=True,
            is_required=False,
            help=gettext_lazy("To have erased people deleted and suppressed there."),
        ),
        Need(
            "regulations_url",
            gettext_lazy("address of the Public API"),
            is_required=False,
            default=PUBLIC_API,
            help=gettext_lazy("In the EU: https://eu1.api.segmentapis.com"),
        ),
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.events = Client(connection, sign_in=by_write_key, rate=self.rate, longest=self.longest)
        self.public = Client(connection, sign_in=by_token, rate=self.rate, longest=self.longest)

    def send(self, messages: Sequence[Message], at: datetime) -> Sequence[Answer] | Answer:
        self.events.begin()
        self.public.begin()
        erased = [message for message in messages if self._is_for_regulation(message)]
        known = self._read(messages)
        sent = [
            [] if message in erased else mapping.events_of(message, known) for message in messages
        ]
        fitted = [[mapping.fitted(event) for event in events] for events in sent]
        if any(event is None for event in chain(*fitted)):
            # Alone it is refused; among others the sender looks for it.
            return answers.dead(_("Larger than 32 kB, even without its products."))
        said = self._post(fitted, at)
        if isinstance(said, Answer):
            return said
        forgotten = self._forget(erased) if erased else answers.done()
        return [
            forgotten if message in erased else _worded(answer, known.person(message))
            for message, answer in zip(messages, said, strict=True)
        ]

    def test(self, at: datetime) -> Answer:
        """Send an event named "omnistore Test"; with a token, ask for the regulations too."""
        self.events.begin()
        self.public.begin()
        event = {
            "type": "track",
            "event": "omnistore Test",
            "anonymousId": "omnistore-test",
            "messageId": f"msg_test_{uuid4().hex}",
            "timestamp": mapping.zulu(at),
            "properties": {},
        }
        try:
            reply = self.events.post("/v1/batch", mapping.body([mapping.written(event)], at))
            if reply.status >= 400:
                return answers.heard(reply.status, reply.words)
            return self._test_token() or answers.done(
                _(
                    "The test event was taken. Segment says so to a wrong key as well: look for "
                    "“omnistore Test” in the source's debugger."
                )
            )
        except Stopped as stopped:
            return stopped.answer

    def _test_token(self) -> Answer | None:
        if not self.connection.credentials.get("token"):
            return None
        path = "/regulations?pagination%5Bcount%5D=1"
        reply = self.public.call("GET", path, base=self._regulations_url(), **_versioned())
        return answers.heard(reply.status, reply.words) if reply.status >= 400 else None

    def _read(self, messages: Sequence[Message]) -> Known:
        who = people.read((message.customer_id for message in messages), connection=self.connection)
        return Known(
            purpose=self.connection.purpose,
            people=who,
            orders=sales.orders(sales.order_ids(messages)),
            returns=sales.returns(sales.return_ids(messages)),
            carts=sales.carts(messages),
        )

    def _post(
        self, sent: Sequence[Sequence[str | None]], at: datetime
    ) -> Sequence[Answer] | Answer:
        """Return what was said to each message; a refused batch speaks of the whole call."""
        taken = 0
        try:
            for batch in mapping.batches(event for event in chain(*sent) if event):
                reply = self.events.post("/v1/batch", mapping.body(batch, at))
                if reply.status >= 400:
                    return answers.heard(reply.status, reply.words)
                taken += len(batch)
        except Stopped as stopped:
            return _cut(sent, taken, stopped.answer)
        return [answers.done("" if events else mapping.NOTHING) for events in sent]

    def _is_for_regulation(self, message: Message) -> bool:
        return message.is_erasure and bool(self.connection.credentials.get("token"))

    def _forget(self, messages: Sequence[Message]) -> Answer:
        """Have these people deleted, and whatever is still on its way to Segment suppressed."""
        content = {
            "regulationType": "SUPPRESS_WITH_DELETE",
            "subjectType": "USER_ID",
            "subjectIds": sorted({str(message.customer_id) for message in messages}),
        }
        base = self._regulations_url()
        try:
            reply = self.public.call("POST", "/regulations", content, base=base, **_versioned())
        except Stopped as stopped:
            return stopped.answer
        return answers.heard(reply.status, reply.words)

    def _regulations_url(self) -> str:
        return str(self.connection.options.get("regulations_url") or PUBLIC_API)


def by_write_key(credentials: Mapping[str, str]) -> Mapping[str, str]:
    """The write key is the name, the password is empty."""
    pair = f"{credentials.get('write_key', '')}:".encode()
    return {"Authorization": f"Basic {b64encode(pair).decode()}"}


def by_token(credentials: Mapping[str, str]) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {credentials.get('token', '')}"}


def _versioned() -> dict[str, str]:
    return {"Content-Type": VERSIONED, "Accept": VERSIONED}


def _cut(sent: Sequence[Sequence[str | None]], taken: int, answer: Answer) -> list[Answer]:
    """Return done for the messages whose events were all taken, and the answer for the others."""
    said = []
    for events in sent:
        taken -= len(events)
        said.append(answers.done() if taken >= 0 else answer)
    return said


def _worded(answer: Answer, person: Person | None) -> Answer:
    """Say why nothing was sent of a person who is forgotten."""
    if answer.words == mapping.NOTHING and person is not None and person.is_erased:
        return answers.done("erased: nothing is sent")
    return answer
