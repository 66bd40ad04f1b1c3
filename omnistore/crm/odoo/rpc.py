"""
Calls of Odoo's models: by JSON-2 (Odoo 19 and later), or by XML-RPC where it is not there yet.

https://www.odoo.com/documentation/19.0/developer/reference/external_api.html and, for those
before, …/external_rpc_api.html.
"""

import json
import re
import xmlrpc.client
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.parsers.expat import ExpatError

from django.db import transaction
from django.utils.translation import gettext as _

from omnistore.crm.client import Client
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.models import Connection
from omnistore.outbox.pace import Pace
from omnistore.outgoing import Reply

RATE = Pace(calls=10, seconds=1, burst=10)
# Dates are read in the caller's time zone; what is archived is found too.
CONTEXT = {"tz": "UTC", "active_test": False}
XML = {"Content-Type": "text/xml", "Accept": "text/xml"}
# Characters that no XML can hold.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
MESSAGE = re.compile(r'"message": ?("(?:[^"\\]|\\.)*")')
JSON2, XMLRPC, AUTO = "json2", "xmlrpc", "auto"
# Odoo's own numbers of faults.
WARNING, ACCESS_DENIED, ACCESS_ERROR = 2, 3, 4


class Refused(Exception):
    """Odoo's no to one call, in its own words."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.status = status


class NoJson2(Exception):
    """The address has no JSON-2."""


class NoXmlRpc(Exception):
    """The address has no XML-RPC."""


class Odoo:
    """One database of an Odoo, called at its pace and within one call's time."""

    def __init__(self, connection: Connection, *, longest: timedelta) -> None:
        self.connection = connection
        self.json = Client(connection, sign_in=self._by_key, rate=RATE, longest=longest)
        self.xml = XmlClient(connection, sign_in=lambda _: {}, rate=RATE, longest=longest)
        self._fields: dict[tuple[str, tuple[str, ...]], Mapping[str, Any]] = {}

    def begin(self) -> None:
        self.json.begin()
        self.xml.begin()

    def call(self, model: str, method: str, *, ids: Sequence[int] = (), **named: Any) -> Any:
        """
        Return what the model's method returns.

        Raises:
            Refused: Odoo does not take this; all of the call is undone there.
            Stopped: Odoo is not there, not now, or does not let us.
        """
        if self.protocol != XMLRPC:
            try:
                return self._by_json2(model, method, ids, named)
            except NoJson2 as missing:
                if self.protocol == JSON2:
                    raise Stopped(_not_odoo()) from missing
        try:
            result = self.xml.execute(self.database, model, method, ids, named)
        except NoXmlRpc as missing:
            # Remembered from before an upgrade, maybe: JSON-2 is tried again next time.
            self._remember(AUTO)
            raise Stopped(_not_odoo()) from missing
        self._remember(XMLRPC)
        return result

    def search(self, model: str, domain: list[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return these fields of the records that the domain finds, archived ones too, by id."""
        found: list[dict[str, Any]] = self.call(
            model, "search_read", domain=domain, fields=list(fields), order="id"
        )
        return found

    def existing_fields(self, model: str, names: Sequence[str]) -> list[str]:
        """Return which of the fields the model has in this Odoo, with the modules it has."""
        asked = (model, tuple(names))
        if asked not in self._fields:
            self._fields[asked] = self.call(
                model, "fields_get", allfields=list(names), attributes=["type"]
            )
        return [name for name in names if name in self._fields[asked]]

    @property
    def database(self) -> str:
        return str(self.connection.options.get("database", ""))

    @property
    def protocol(self) -> str:
        """How it is called: as head office says, else as was found out, else JSON-2 is tried."""
        said = self.connection.options.get("protocol") or AUTO
        return str(self.connection.options.get("protocol_found", AUTO) if said == AUTO else said)

    def _remember(self, protocol: str) -> None:
        if self.connection.options.get("protocol_found", AUTO) == protocol:
            return
        found = {"protocol_found": protocol}
        with transaction.atomic():
            # Head office may have changed something else meanwhile.
            held = Connection.objects.select_for_update(no_key=True).get(pk=self.connection.pk)
            held.options |= found
            held.save(update_fields=["options"])
        self.connection.options |= found

    def _by_key(self, credentials: Mapping[str, str]) -> Mapping[str, str]:
        key = {"Authorization": f"bearer {credentials.get('key', '')}"}
        return key | ({"X-Odoo-Database": self.database} if self.database else {})

    def _by_json2(
        self, model: str, method: str, ids: Sequence[int], named: Mapping[str, Any]
    ) -> Any:
        content = {"context": CONTEXT, **({"ids": list(ids)} if ids else {}), **named}
        try:
            reply = self.json.post(f"/json/2/{model}/{method}", content)
        except Stopped as stopped:
            raise Stopped(_worded(stopped.answer)) from stopped
        if reply.status < 400:
            return _parsed(reply)
        said = reply.json()
        if isinstance(said, dict) and said.get("message"):
            raise Refused(str(said["message"]), reply.status)
        if reply.status == 404:
            raise NoJson2
        raise Refused(reply.words, reply.status)


class XmlClient(Client):
    """The same client for XML-RPC, where the key is in the body and errors come with a 200."""

    # Who we are there, and with which key; asked once.
    signed_in: tuple[int, str] | None = None

    def execute(
        self,
        database: str,
        model: str,
        method: str,
        ids: Sequence[int],
        named: Mapping[str, Any],
    ) -> Any:
        user_id, key = self.signed_in = self.signed_in or self._sign_in(database)
        args = [list(ids)] if ids else []
        kwargs = {"context": CONTEXT, **named}
        return self._call(
            "object", "execute_kw", database, user_id, key, model, method, args, kwargs
        )

    def _sign_in(self, database: str) -> tuple[int, str]:
        both = [self.connection.credentials]
        both += [self.connection.old_credentials] if self._has_old() else []
        login = str(self.connection.options.get("login", ""))
        for credentials in both:
            key = str(credentials.get("key", ""))
            user_id = self._call("common", "authenticate", database, login, key, {})
            if user_id:
                return int(user_id), key
        words = _("Odoo does not know this user with this key in this database.")
        raise Stopped(Answer(Verdict.PAUSE, 401, words))

    def _call(self, service: str, method: str, *parameters: Any) -> Any:
        body = NOT_IN_XML.sub("", xmlrpc.client.dumps(parameters, method)).encode()
        url = f"{self.connection.url.rstrip('/')}/xmlrpc/2/{service}"
        reply = self._ask("POST", url, body, XML, self.connection.credentials)
        if reply.status == 404:
            raise NoXmlRpc
        if reply.status != 200:
            raise Stopped(self._refusal(reply))
        try:
            return _read(reply)
        except xmlrpc.client.Fault as fault:
            raise _refusal_of(fault) from fault


def _worded(answer: Answer) -> Answer:
    """Return the answer with Odoo's message alone, without the trace of its program behind it."""
    message = MESSAGE.search(answer.words)
    try:
        return replace(answer, words=json.loads(message[1])) if message else answer
    except ValueError:
        return answer


def _parsed(reply: Reply) -> Any:
    """Return the value in the answer; one cut short must not be taken for "nothing found"."""
    try:
        return json.loads(reply.body)
    except ValueError as error:
        raise Stopped(answers.silence("omnistore: not an answer of Odoo")) from error


def _read(reply: Reply) -> Any:
    """Return the value in the answer; a document with entities of its own is none of Odoo's."""
    try:
        if b"<!DOCTYPE" in reply.body or b"<!ENTITY" in reply.body:
            raise ValueError
        (value,), _method = xmlrpc.client.loads(reply.body)
    except (ExpatError, ValueError, TypeError, LookupError, xmlrpc.client.ResponseError) as error:
        raise Stopped(answers.silence("omnistore: not an answer of Odoo")) from error
    return value


def _refusal_of(fault: xmlrpc.client.Fault) -> Refused | Stopped:
    lines = str(fault.faultString).strip().splitlines() or [""]
    if fault.faultCode == WARNING:
        return Refused(" ".join(lines), 422)
    if fault.faultCode in (ACCESS_DENIED, ACCESS_ERROR):
        return Stopped(Answer(Verdict.PAUSE, 403, " ".join(lines)))
    # Of a traceback, what happened stands in the last line.
    return Stopped(answers.heard(500, lines[-1]))


def _not_odoo() -> Answer:
    words = _("There is no Odoo at this address, or not this database.")
    return Answer(Verdict.PAUSE, 404, words)
