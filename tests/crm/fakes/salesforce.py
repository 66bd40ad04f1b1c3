"""
A fake Salesforce: a real HTTP server on the loopback, in a thread, that refuses what does not fit.

By hand: `python -m tests.crm.fakes.salesforce` prints its address and what to fill in.
"""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.crm.fakes.salesforce_org import KEY, Org, Refusal

CONSUMER_KEY = "3MVG9.omnistore.demo"
USERNAME = "omnistore@shop.example"
AUDIENCE = "https://login.salesforce.com"
DATA = "/services/data/v62.0"
SOQL = re.compile(r"SELECT ([\w, ]+) FROM (\w+) WHERE (\w+) IN \(('[\w-]+'(?:, '[\w-]+')*)\)")


@cache
def private_key(name: str = "new") -> str:
    """Return a private key in PEM; another for each name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class Salesforce:
    """
    The organisation and its door.

    `trusts` are the private keys whose certificates the connected app has. `answers` are given to
    requests for data, one each, before anything is done: status, headers, body.
    """

    url: str = ""
    instance_url: str = ""
    org: Org = field(default_factory=Org)
    trusts: list[str] = field(default_factory=lambda: [private_key()])
    sessions: set[str] = field(default_factory=set)
    sign_ins: int = 0
    answers: list[tuple[int, dict[str, str], Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def sign_in(self, form: dict[str, list[str]]) -> dict[str, str]:
        if form.get("grant_type") != ["urn:ietf:params:oauth:grant-type:jwt-bearer"]:
            raise OAuthRefusal("unsupported_grant_type", "grant type not supported")
        claims = self._claims(form.get("assertion", [""])[0])
        if claims["iss"] != CONSUMER_KEY:
            raise OAuthRefusal("invalid_client_id", "client identifier invalid")
        if claims["sub"] != USERNAME:
            raise OAuthRefusal("invalid_grant", "user hasn't approved this consumer")
        if claims["exp"] > time.time() + 180:
            raise OAuthRefusal("invalid_grant", "invalid assertion")
        self.sign_ins += 1
        token = f"00D!session{self.sign_ins}"
        self.sessions.add(token)
        return {
            "access_token": token,
            "scope": "api",
            "instance_url": self.instance_url or self.url,
            "id": f"{AUDIENCE}/id/00D/005",
            "token_type": "Bearer",
        }

    def _claims(self, assertion: str) -> dict[str, Any]:
        for key in self.trusts:
            loaded = serialization.load_pem_private_key(key.encode(), None)
            try:
                claims: dict[str, Any] = jwt.decode(
                    assertion, loaded.public_key(), algorithms=["RS256"], audience=AUDIENCE
                )
            except jwt.InvalidAudienceError:
                raise OAuthRefusal("invalid_grant", "audience is invalid") from None
            except jwt.PyJWTError:
                continue
            return claims
        raise OAuthRefusal("invalid_grant", "invalid assertion")

    def answer(self, method: str, target: str, headers: Any, body: bytes) -> Any:
        """Return the content for a request for data, or nothing for a 204."""
        parts = urlsplit(target)
        self.requests.append((method, parts.path))
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.sessions:
            raise Refusal("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        path = parts.path.removeprefix(DATA)
        if path == parts.path:
            raise not_found()
        allows = "allowSave=true" in headers.get("Sforce-Duplicate-Rule-Header", "")
        steps = [unquote(step) for step in path.strip("/").split("/")]
        match (method, steps):
            case ("PATCH", ["composite", "sobjects", kind, key]) if key == KEY:
                return self._collect(read(body), kind, allows, by_key=True)
            case ("PATCH", ["composite", "sobjects"]):
                return self._collect(read(body), "", allows, by_key=False)
            case ("PATCH", ["sobjects", kind, key, value]) if key == KEY:
                return self._upsert_one(self._kind(kind), value, read(body), allows)
            case ("DELETE", ["sobjects", kind, key, value]) if key == KEY:
                return self._delete(self._kind(kind), value)
            case ("GET", ["sobjects", kind, "describe"]):
                return self._describe(self._kind(kind))
            case ("GET", ["query" | "queryAll" as name]):
                asked = parse_qs(parts.query).get("q", [""])[0]
                return self._query(asked, with_deleted=name == "queryAll")
        raise not_found()

    def _kind(self, kind: str) -> str:
        if kind not in self.org.schema:
            raise not_found()
        return kind

    def _collect(self, content: Any, kind: str, allows: bool, *, by_key: bool) -> list[Any]:
        if set(content) - {"allOrNone", "records"} or not isinstance(content.get("records"), list):
            raise Refusal("JSON_PARSER_ERROR", "Unrecognized field")
        records = content["records"]
        if not 0 < len(records) <= 200:
            raise Refusal("EXCEEDED_MAX_SIZE_REQUEST", "record limit reached")
        keys = [record.get(KEY if by_key else "id") for record in records]
        if not all(keys) or len(set(keys)) < len(keys):
            raise Refusal("DUPLICATE_VALUE", "a record without its id, or twice in one request")
        return [self._one(record, kind, allows, by_key) for record in records]

    def _one(self, record: dict[str, Any], kind: str, allows: bool, by_key: bool) -> dict[str, Any]:
        typed = record.get("attributes", {}).get("type", "")
        fields = {name: value for name, value in record.items() if name != "attributes"}
        if typed not in self.org.schema or (kind and typed != kind) or (by_key and "id" in fields):
            raise Refusal("INVALID_TYPE", f"sObject type '{typed}' is not supported.")
        how = {"allows": allows, "names": self.org.names_duplicates}
        try:
            if by_key:
                record_id, is_new = self.org.upsert(typed, fields.pop(KEY), fields, **how)
                return {"id": record_id, "success": True, "errors": [], "created": is_new}
            record_id = fields.pop("id")
            self.org.write(typed, record_id, fields, **how)
        except Refusal as refusal:
            if refusal.code == "JSON_PARSER_ERROR" or "No such column" in refusal.message:
                raise
            return {"success": False, "errors": [worded(refusal, "statusCode")]}
        return {"id": record_id, "success": True, "errors": []}

    def _upsert_one(self, kind: str, key: str, fields: Any, allows: bool) -> dict[str, Any]:
        if KEY in fields or "attributes" in fields:
            message = f"The {KEY} field should not be specified in the sobject data."
            raise Refusal("INVALID_FIELD", message, KEY)
        record_id, is_new = self.org.upsert(kind, key, fields, allows=allows)
        return {"id": record_id, "success": True, "errors": [], "created": is_new}

    def _delete(self, kind: str, key: str) -> None:
        found = self.org.by_key(kind, key)
        if not found:
            raise not_found()
        if len(found) > 1:
            links = [f"{DATA}/sobjects/{kind}/{one['Id']}" for one in found]
            raise Refusal("MULTIPLE", "", status=300, links=links)
        self.org.delete(kind, found[0]["Id"])

    def _describe(self, kind: str) -> dict[str, Any]:
        names = ["Id", "IsDeleted", *self.org.schema[kind]]
        return {"name": kind, "fields": [{"name": name} for name in names]}

    def _query(self, asked: str, *, with_deleted: bool) -> dict[str, Any]:
        read_as = SOQL.fullmatch(asked)
        if read_as is None:
            raise Refusal("MALFORMED_QUERY", f"unexpected token: {asked}")
        names, kind, where, listed = read_as.groups()
        values = {value.strip("'") for value in listed.split(", ")}
        rows = [
            one
            for one in self.org.find(self._kind(kind), with_deleted=with_deleted)
            if one[where] in values
        ]
        records = [{name: row[name] for name in names.split(", ")} for row in rows]
        return {"totalSize": len(records), "done": True, "records": records}


class OAuthRefusal(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.content = {"error": error, "error_description": description}


def not_found() -> Refusal:
    return Refusal("NOT_FOUND", "The requested resource does not exist", status=404)


def worded(refusal: Refusal, name: str) -> dict[str, Any]:
    more = {key: value for key, value in refusal.more.items() if key != "links"}
    return {name: refusal.code, "message": refusal.message, "fields": refusal.fields, **more}


def read(body: bytes) -> Any:
    try:
        content = json.loads(body)
    except ValueError:
        raise Refusal("JSON_PARSER_ERROR", "Unexpected character") from None
    if not isinstance(content, dict):
        raise Refusal("JSON_PARSER_ERROR", "Cannot deserialize an array")
    return content


def _respond(there: Salesforce, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any]:
    try:
        if handler.path == "/services/oauth2/token" and handler.command == "POST":
            return 200, there.sign_in(parse_qs(body.decode()))
        content = there.answer(handler.command, handler.path, handler.headers, body)
    except OAuthRefusal as refusal:
        return 400, refusal.content
    except Refusal as refusal:
        listed = refusal.more.get("links") if refusal.status == 300 else None
        return refusal.status, listed or [worded(refusal, "errorCode")]
    created = isinstance(content, dict) and content.get("created")
    return (204 if content is None else 201 if created else 200), content


@contextmanager
def listening(port: int = 0) -> Iterator[Salesforce]:
    """Run the fake until the block ends."""
    there = Salesforce()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers: dict[str, str] = {}
            if there.answers and self.path.startswith(DATA):
                status, headers, content = there.answers.pop(0)
            else:
                status, content = _respond(there, self, body)
            sent = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            headers = {"Content-Type": "application/json", **headers}
            for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    there.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _show(there: Salesforce) -> None:
    """Print what to fill in, then the records whenever they have changed, until Ctrl-C."""
    said = [
        f"Address:       {there.url}",
        f"Consumer key:  {CONSUMER_KEY}",
        f"Username:      {USERNAME}",
        f"Environment:   {AUDIENCE}",
        f"Private key:\n{private_key()}",
    ]
    sys.stdout.write("\n".join(said) + "\n")
    shown = ""
    while True:
        held = json.dumps(there.org.records, indent=1, ensure_ascii=False)
        if held != shown:
            sys.stdout.write(held + "\n")
            sys.stdout.flush()
        shown = held
        time.sleep(1)


if __name__ == "__main__":
    with listening(8620) as made, suppress(KeyboardInterrupt):
        _show(made)
