"""What a HubSpot account holds, and how it takes what it is told."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import phonenumbers

Json = dict[str, Any]
NOW = "2026-11-21T12:00:00.000Z"
TYPES = {"0-1": "contacts", "0-46": "notes", "0-123": "orders", "CONTACT": "contacts"}
OWN = {
    "contacts": "email firstname lastname city country phone mobilephone hs_language "
    "hs_merged_object_ids hs_additional_emails hs_searchable_calculated_phone_number",
    "orders": "hs_order_name hs_external_order_id hs_external_order_status "
    "hs_external_created_date hs_currency_code hs_total_price hs_tax hs_source_store",
    "notes": "hs_note_body hs_timestamp",
}
NUMBERS = {"hs_total_price", "hs_tax"}
TIMES = {"hs_timestamp", "hs_external_created_date"}
LANGUAGES = [{"value": "fr"}, {"value": "en"}]


class No(Exception):
    """An error of the whole request."""

    def __init__(self, status: int, category: str, message: str) -> None:
        super().__init__(message)
        self.status, self.category, self.message = status, category, message


class Bad(Exception):
    """An error of one record."""

    def __init__(self, category: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.category, self.message, self.status = category, message, status


@dataclass
class Account:
    """Records by kind and id, and what may be written into them."""

    records: dict[str, dict[str, dict[str, str]]] = field(
        default_factory=lambda: {kind: {} for kind in OWN}
    )
    properties: dict[str, dict[str, Json]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    schemas: list[Json] = field(default_factory=list)
    # (kind, id, kind, id).
    joined: set[tuple[str, str, str, str]] = field(default_factory=set)
    # Old id → the contact it was merged into.
    merged: dict[str, str] = field(default_factory=dict)
    # (address, subscription type) → SUBSCRIBED or NOT_SUBSCRIBED.
    subscriptions: dict[tuple[str, str], str] = field(default_factory=dict)
    subscription_types: set[str] = field(default_factory=lambda: {"77"})
    # Those who left by themselves: only they can come back.
    left: set[tuple[str, str]] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)
    # Whether one bad record fails its batch, as without our trace ids.
    is_strict: bool = False
    # Whether what it says against a record of a batch does not say which.
    names_nobody: bool = False
    serial: Any = field(default_factory=lambda: count(101))

    def __post_init__(self) -> None:
        for kind, names in OWN.items():
            self.properties[kind] = {name: _own(name) for name in names.split()}

    @property
    def contacts(self) -> dict[str, dict[str, str]]:
        return self.records["contacts"]

    def add(self, kind: str = "contacts", **properties: str) -> str:
        """Make a record as a person would, and return its id."""
        new_id = str(next(self.serial))
        self.records[kind][new_id] = {}
        self._write(kind, new_id, properties)
        return new_id

    def merge(self, kept: str, gone: str) -> None:
        """Make two contacts one, as a person would: the values of the kept one win."""
        old = self.contacts.pop(gone)
        self.contacts[kept] = old | self.contacts[kept]
        self.contacts[kept]["hs_merged_object_ids"] = gone
        self.merged[gone] = kept

    def only(self, kind: str) -> dict[str, str]:
        """Return the properties of the only record of that kind."""
        (record,) = self.records[self._kind(kind)].values()
        return record

    def do(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Return status and body of the answer to a request that fits the contract."""
        for pattern, doer in self._doers():
            if found := re.fullmatch(pattern, f"{method} {path}"):
                return doer(*found.groups(), *(() if body is None else (body,)))
        raise No(404, "OBJECT_NOT_FOUND", f"the test server does not know {method} {path}")

    def _doers(self) -> list[tuple[str, Callable[..., tuple[int, Any]]]]:
        objects = r"POST /crm/v3/objects/([^/]+)/"
        preferences = r"POST /communication-preferences/v3/"
        return [
            (objects + "batch/read", self.read),
            (objects + "batch/upsert", self.upsert),
            (objects + "batch/update", self.update),
            (objects + "search", self.search),
            ("POST /crm/v3/objects/contacts/gdpr-delete", self.forget),
            ("POST /crm/v4/associations/([^/]+)/([^/]+)/batch/associate/default", self.associate),
            ("GET /crm/v3/properties/([^/]+)", self.list_properties),
            ("POST /crm/v3/properties/([^/]+)/batch/create", self.create_properties),
            ("GET /crm/v3/properties/([^/]+)/groups", self.list_groups),
            ("POST /crm/v3/properties/([^/]+)/groups", self.create_group),
            ("GET /crm-object-schemas/v3/schemas", self.list_schemas),
            ("POST /crm-object-schemas/v3/schemas", self.create_schema),
            ("GET /communication-preferences/v3/definitions", self.definitions),
            (preferences + "(subscribe)", self.subscription),
            (preferences + "(unsubscribe)", self.subscription),
        ]

    def read(self, kind: str, body: Json) -> tuple[int, Json]:
        kind, by = self._kind(kind), body.get("idProperty")
        self._check_names(kind, [*body["properties"], *([by] if by else [])])
        ids = self._ids(body)
        found = [pk for one in ids for pk in self._find(kind, one, by)]
        missing = [one for one in ids if not self._find(kind, one, by)]
        wanted = body["properties"]
        results = [_record(pk, self.records[kind][pk], wanted) for pk in dict.fromkeys(found)]
        return _batch(results, [_missing(missing)] if missing else [])

    def upsert(self, kind: str, body: Json) -> tuple[int, Json]:
        kind = self._kind(kind)

        def write(one: Json) -> Json:
            by = one.get("idProperty")
            if by is None or not self.properties[kind].get(by, {}).get("hasUniqueValue"):
                raise No(400, "VALIDATION_ERROR", f"Unable to upsert by non-unique property {by}")
            found = self._find(kind, one["id"], by)
            values = {by: one["id"], **one["properties"]}
            self._check_values(kind, values, found[0] if found else "")
            pk = found[0] if found else self._new(kind)
            self._write(kind, pk, values)
            return _record(pk, self.records[kind][pk], values, new=not found)

        return self._each(kind, body, write)

    def update(self, kind: str, body: Json) -> tuple[int, Json]:
        kind = self._kind(kind)

        def write(one: Json) -> Json:
            found = self._find(kind, one["id"], one.get("idProperty"))
            if not found:
                raise Bad("OBJECT_NOT_FOUND", "Object not found", 404)
            self._check_values(kind, one["properties"], found[0])
            self._write(kind, found[0], one["properties"])
            return _record(found[0], self.records[kind][found[0]], one["properties"])

        return self._each(kind, body, write)

    def _each(self, kind: str, body: Json, write: Callable[[Json], Json]) -> tuple[int, Json]:
        results, errors = [], []
        self._ids(body)
        for one in body["inputs"]:
            self._check_names(kind, one["properties"])
        for one in body["inputs"]:
            trace = one.get("objectWriteTraceId")
            try:
                results.append(write(one) | ({"objectWriteTraceId": trace} if trace else {}))
            except Bad as bad:
                if self.is_strict or not trace:
                    raise No(bad.status, bad.category, bad.message) from bad
                context = {} if self.names_nobody else {"objectWriteTraceId": [trace]}
                errors.append(_error(bad, context))
        return _batch(results, errors)

    def search(self, kind: str, body: Json) -> tuple[int, Json]:
        kind = self._kind(kind)
        if len(str(body)) > 3000:
            raise No(400, "VALIDATION_ERROR", "The request body is longer than 3000 characters")
        found = {
            pk: values
            for pk, values in self.records[kind].items()
            if any(_fits(values, group["filters"]) for group in body["filterGroups"])
        }
        page = list(found)[: body.get("limit", 10)]
        results = [_record(pk, found[pk], body["properties"]) for pk in page]
        return 200, {"total": len(found), "results": results}

    def associate(self, kind: str, to: str, body: Json) -> tuple[int, Json]:
        kind, to = self._kind(kind), self._kind(to)
        results, errors = [], []
        for pair in body["inputs"]:
            one, other = pair["from"]["id"], self.merged.get(pair["to"]["id"], pair["to"]["id"])
            if one in self.records[kind] and other in self.records[to]:
                self.joined.add((kind, one, to, other))
                spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
                results.append({"from": {"id": one}, "to": {"id": other}, "associationSpec": spec})
            else:
                gone = Bad("OBJECT_NOT_FOUND", "One or more objects do not exist")
                errors.append(_error(gone, {"fromObjectId": [one], "toObjectId": [other]}))
        return _batch(results, errors)

    def forget(self, body: Json) -> tuple[int, None]:
        found = self._find("contacts", body["objectId"], body.get("idProperty"))
        if not found:
            raise No(404, "OBJECT_NOT_FOUND", "resource not found")
        del self.contacts[found[0]]
        self.forgotten.append(found[0])
        return 204, None

    def list_properties(self, kind: str) -> tuple[int, Json]:
        return 200, {"results": list(self.properties[self._kind(kind)].values())}

    def create_properties(self, kind: str, body: Json) -> tuple[int, Json]:
        kind = self._kind(kind)
        for one in body["inputs"]:
            if one["name"] in self.properties[kind]:
                raise No(409, "OBJECT_ALREADY_EXISTS", f"{one['name']} already exists")
            if one["groupName"] not in self.groups.get(kind, set()):
                raise No(400, "VALIDATION_ERROR", f"property group {one['groupName']} not found")
            self.properties[kind][one["name"]] = dict(one)
        return _batch(list(body["inputs"]), [], status=201)

    def list_groups(self, kind: str) -> tuple[int, Json]:
        names = self.groups.get(self._kind(kind), set())
        return 200, {"results": [{"name": name, "label": name} for name in sorted(names)]}

    def create_group(self, kind: str, body: Json) -> tuple[int, Json]:
        self.groups.setdefault(self._kind(kind), set()).add(body["name"])
        return 201, {**body, "archived": False}

    def list_schemas(self) -> tuple[int, Json]:
        return 200, {"results": self.schemas}

    def create_schema(self, body: Json) -> tuple[int, Json]:
        names = {one["name"] for one in body["properties"]}
        used = {*body["requiredProperties"], body["primaryDisplayProperty"]}
        if unknown := (used | set(body["searchableProperties"])) - names:
            raise No(400, "VALIDATION_ERROR", f"no such properties: {sorted(unknown)}")
        if unknown_kinds := set(body["associatedObjects"]) - TYPES.keys():
            raise No(400, "VALIDATION_ERROR", f"no such objects: {sorted(unknown_kinds)}")
        type_id = f"2-{next(self.serial)}"
        made = {**body, "id": type_id, "objectTypeId": type_id, "associations": []}
        self.schemas.append(made | {"fullyQualifiedName": f"p1_{body['name']}"})
        self.properties[body["name"]] = {one["name"]: dict(one) for one in body["properties"]}
        self.records[body["name"]] = {}
        return 201, made

    def definitions(self) -> tuple[int, Json]:
        known = [{"id": one, "name": one, "isActive": True} for one in self.subscription_types]
        return 200, {"subscriptionDefinitions": known}

    def subscription(self, verb: str, body: Json) -> tuple[int, Json]:
        about = (body["emailAddress"], body["subscriptionId"])
        wanted = "SUBSCRIBED" if verb == "subscribe" else "NOT_SUBSCRIBED"
        if body["subscriptionId"] not in self.subscription_types:
            raise No(400, "VALIDATION_ERROR", f"Subscription {about[1]} was not found here")
        if about in self.left and verb == "subscribe":
            words = f"Subscription {about[1]} for {about[0]} cannot be updated because they have"
            raise No(400, "VALIDATION_ERROR", f"{words} unsubscribed")
        if self.subscriptions.get(about) == wanted:
            raise No(400, "VALIDATION_ERROR", f"{about[0]} is already {verb}d from it")
        self.subscriptions[about] = wanted
        return 200, {"id": about[1], "status": wanted, "name": "", "description": ""}

    def _kind(self, given: str) -> str:
        kind = TYPES.get(given, given)
        for schema in self.schemas:
            if given in (schema["objectTypeId"], schema["fullyQualifiedName"]):
                kind = schema["name"]
        if kind not in self.records:
            raise No(400, "VALIDATION_ERROR", f"Unable to infer object type from: {given}")
        return kind

    def _ids(self, body: Json) -> list[str]:
        ids = [one["id"] for one in body["inputs"]]
        if not 0 < len(ids) <= 100:
            raise No(400, "VALIDATION_ERROR", "The maximum number of inputs supported is 100")
        if len(set(ids)) < len(ids):
            raise No(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")
        return ids

    def _new(self, kind: str) -> str:
        new_id = str(next(self.serial))
        self.records[kind][new_id] = {}
        return new_id

    def _find(self, kind: str, wanted: str, by: str | None) -> list[str]:
        if by is None:
            wanted = self.merged.get(wanted, wanted)
            return [wanted] if wanted in self.records[kind] else []
        return [pk for pk, values in self.records[kind].items() if values.get(by) == wanted]

    def _check_names(self, kind: str, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.properties[kind]:
                said = f'"message":"Property \\"{name}\\" does not exist"'
                words = f'[{{"isValid":false,{said},"error":"PROPERTY_DOESNT_EXIST"}}]'
                raise No(400, "VALIDATION_ERROR", f"Property values were not valid: {words}")

    def _check_values(self, kind: str, values: Json, own: str) -> None:
        for name, value in values.items():
            definition = self.properties[kind][name]
            if value and not _is_valid(definition, value):
                raise Bad("VALIDATION_ERROR", f"Property values were not valid: {name} INVALID")
            others = [pk for pk in self._find(kind, value, name) if pk != own] if value else []
            if value and name == "email":
                others += self._second_addresses(value, own)
            if others and name == "email":
                said = f"Contact already exists. Existing ID: {others[0]}"
                raise Bad("CONFLICT", said, 409)
            if others and definition.get("hasUniqueValue"):
                raise Bad("VALIDATION_ERROR", f"{others[0]} already has that value for {name}")
        if kind == "notes" and not values.get("hs_timestamp"):
            raise Bad("VALIDATION_ERROR", "hs_timestamp is required")

    def _second_addresses(self, address: str, own: str) -> list[str]:
        """Return the contacts with that as a further address: not found by reading."""
        return [
            pk
            for pk, values in self.contacts.items()
            if pk != own and address in values.get("hs_additional_emails", "").split(";")
        ]

    def _write(self, kind: str, pk: str, values: Json) -> None:
        record = self.records[kind][pk]
        for name, value in values.items():
            record.pop(name, None)
            record |= {name: value} if value else {}
        if kind == "contacts":
            record.pop("hs_searchable_calculated_phone_number", None)
            with suppress(phonenumbers.NumberParseException):
                number = phonenumbers.parse(record.get("phone", ""), "FR").national_number
                record["hs_searchable_calculated_phone_number"] = str(number)


def _own(name: str) -> Json:
    kind = "number" if name in NUMBERS else "datetime" if name in TIMES else "string"
    if name == "hs_language":
        return {"name": name, "type": "enumeration", "options": LANGUAGES}
    return {"name": name, "type": kind, "hasUniqueValue": False}


def _is_valid(definition: Json, value: str) -> bool:
    if definition["name"] == "email":
        return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", value))
    if definition["type"] == "number":
        return bool(re.fullmatch(r"-?\d+(\.\d+)?", value))
    if definition["type"] == "enumeration":
        return value in {one["value"] for one in definition["options"]}
    if definition["type"] == "datetime":
        with suppress(ValueError):
            return datetime.fromisoformat(value).tzinfo is not None
        return False
    return True


def _fits(values: Json, filters: list[Json]) -> bool:
    assert all(one["operator"] == "IN" for one in filters)
    return all(values.get(one["propertyName"]) in one["values"] for one in filters)


def _record(pk: str, values: Json, wanted: Iterable[str], **more: Any) -> Json:
    shown = {name: values.get(name) for name in ("hs_object_id", *wanted)}
    known = {"id": pk, "properties": shown | {"hs_object_id": pk}, "archived": False}
    return {**known, "createdAt": NOW, "updatedAt": NOW, **more}


def _batch(results: list[Json], errors: list[Json], *, status: int = 200) -> tuple[int, Json]:
    times = {"startedAt": NOW, "completedAt": NOW, "status": "COMPLETE", "results": results}
    if errors:
        return 207, {**times, "numErrors": len(errors), "errors": errors}
    return status, times


def _error(bad: Bad, context: dict[str, list[str]]) -> Json:
    words = {"status": "error", "category": bad.category, "message": bad.message}
    return {**words, "context": context, "links": {}, "errors": []}


def _missing(ids: list[str]) -> Json:
    return _error(Bad("OBJECT_NOT_FOUND", "Could not get some objects"), {"ids": ids})
