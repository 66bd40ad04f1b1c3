"""
An Odoo behind JSON-2 and XML-RPC, written from Odoo's documentation.

It refuses unknown models, methods, arguments, fields and databases, and missing or wrong keys, in
Odoo's own error shapes.

By hand: python -m tests.crm.fakes.odoo
"""

import inspect
import json
import re
import threading
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.crm.fakes.odoo_records import MODELS, MissingError, Records, UserError
from tests.crm.fakes.served import Asked, Said, serving

DATABASE = "shop"
LOGIN = "omnistore@shop.example"
KEY = "key-of-the-odoo-user"
METHODS = {"load", "search_read", "write", "fields_get", "unlink"}
# These are called on records.
ON_RECORDS = {"write", "unlink"}


class Problem(Exception):
    """An error of Odoo, by its class, its status under JSON-2 and its fault under XML-RPC."""

    def __init__(self, name: str, message: str, status: int, fault: int = 1) -> None:
        super().__init__(message)
        self.name, self.status, self.fault = name, status, fault


class Lost(Exception):
    """The work is done and the answer got lost on its way."""


@dataclass
class Odoo:
    """
    `answers` are given before it looks at anything, one a request; `dies_after` is a model's
    method whose next answer gets lost, with its work done.
    """

    url: str = ""
    has_json2: bool = True
    has_xmlrpc: bool = True
    keys: set[str] = field(default_factory=lambda: {KEY})
    forbidden: set[str] = field(default_factory=set)
    answers: list[Said] = field(default_factory=list)
    dies_after: str = ""
    records: Records = field(default_factory=Records)
    # "model.method" of each call that was let in.
    calls: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Said:
        if self.answers:
            return self.answers.pop(0)
        try:
            return self._answer(asked)
        except Lost:
            return Said(502, b"Bad Gateway")

    def _answer(self, asked: Asked) -> Said:
        path = re.fullmatch(r"/json/2/([\w.]+)/(\w+)", asked.path)
        if self.has_json2 and path and asked.method == "POST":
            return self._by_json2(asked, *path.groups())
        if self.has_xmlrpc and asked.path.startswith("/xmlrpc/2/") and asked.method == "POST":
            return self._by_xmlrpc(asked)
        return Said(404, b"<!doctype html><h1>Not Found</h1>", {"Content-Type": "text/html"})

    def _by_json2(self, asked: Asked, model: str, method: str) -> Said:
        try:
            if asked.headers.get("x-odoo-database") != DATABASE:
                return Said(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html"})
            if asked.headers.get("authorization", "").removeprefix("bearer ") not in self.keys:
                raise Problem("werkzeug.exceptions.Unauthorized", "Invalid apikey", 401)
            content = json.loads(asked.body)
            ids, context = content.pop("ids", []), content.pop("context", {})
            result = self._call(model, method, ids, context, content)
        except Problem as problem:
            said = {
                "name": problem.name,
                "message": str(problem),
                "arguments": [str(problem)],
                "context": {},
                "debug": "Traceback (most recent call last): …",
            }
            return Said(problem.status, json.dumps(said).encode())
        return Said(200, json.dumps(result).encode())

    def _by_xmlrpc(self, asked: Asked) -> Said:
        try:
            parameters, method = xmlrpc.client.loads(asked.body)
            result = self._xml(asked.path.rpartition("/")[2], str(method), list(parameters))
            body = xmlrpc.client.dumps((result,), methodresponse=True)
        except Problem as problem:
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(problem.fault, str(problem)))
        return Said(200, body.encode(), {"Content-Type": "text/xml"})

    def _xml(self, service: str, method: str, parameters: list[Any]) -> Any:
        if (service, method) == ("common", "authenticate"):
            database, login, key, _agent = parameters
            return 7 if (database, login) == (DATABASE, LOGIN) and key in self.keys else False
        if (service, method) != ("object", "execute_kw"):
            raise Problem("builtins.Exception", f"no method {method}", 500)
        database, user_id, key, model, name, args, named = parameters
        if (database, user_id) != (DATABASE, 7) or key not in self.keys:
            raise Problem("odoo.exceptions.AccessDenied", "Access Denied", 403, fault=3)
        context = named.pop("context", {})
        ids = args.pop(0) if name in ON_RECORDS else []
        if args:
            raise Problem("builtins.TypeError", "too many arguments", 500)
        return self._call(model, name, ids, context, named)

    def _call(
        self, model: str, method: str, ids: list[int], context: dict[str, Any], named: Any
    ) -> Any:
        if model not in MODELS:
            raise Problem(
                "werkzeug.exceptions.NotFound", f"the model {model!r} does not exist", 404
            )
        if method not in METHODS:
            raise Problem("werkzeug.exceptions.NotFound", f"no public method {method!r}", 404)
        if model in self.forbidden:
            words = f"You are not allowed to access '{model}' records."
            raise Problem("odoo.exceptions.AccessError", words, 403, fault=4)
        self.calls.append(f"{model}.{method}")
        result = self._run(getattr(self.records, method), model, ids, context, named)
        if f"{model}.{method}" == self.dies_after:
            self.dies_after = ""
            raise Lost
        return result

    def _run(self, work: Any, model: str, ids: list[int], context: Any, named: Any) -> Any:
        own = {"ids": ids} if work.__name__ in ON_RECORDS else {}
        if bool(ids) != bool(own):
            raise Problem("werkzeug.exceptions.UnprocessableEntity", "ids, or none", 422)
        if "context" in inspect.signature(work).parameters:
            own["context"] = context
        try:
            inspect.signature(work).bind(model, **own, **named)
        except TypeError as error:
            raise Problem("werkzeug.exceptions.UnprocessableEntity", str(error), 422) from error
        try:
            return work(model, **own, **named)
        except MissingError as error:
            raise Problem("odoo.exceptions.MissingError", str(error), 404, fault=2) from error
        except UserError as error:
            raise Problem("odoo.exceptions.UserError", str(error), 422, fault=2) from error
        except (ValueError, TypeError, KeyError) as error:
            name = f"builtins.{type(error).__name__}"
            raise Problem(name, f"Traceback …\n{name}: {error}", 500) from error


@contextmanager
def listening(*, is_loud: bool = False) -> Iterator[Odoo]:
    """Run it until the block ends."""
    odoo = Odoo()
    with serving(odoo.answer, is_loud=is_loud) as odoo.url:
        yield odoo


if __name__ == "__main__":
    with listening(is_loud=True) as running:
        print(f"Listening. Address: {running.url}", flush=True)
        print(f"Database: {DATABASE}; key: {KEY}; login: {LOGIN}", flush=True)
        threading.Event().wait()
