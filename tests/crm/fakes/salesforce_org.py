"""
What a Salesforce organisation holds, and by which rules it takes it: the state behind the fake.

A fake: Salesforce publishes no contract that a machine could check, so this was written from its
documentation. The objects and fields of ours are read from the package that is deployed there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.utils.dateparse import parse_datetime

KEY = "Omnistore_Id__c"
PACKAGE = Path(__file__).parents[3] / "docs" / "connectors" / "salesforce" / "objects"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
PREFIXES = {
    "Contact": "003",
    "Account": "001",
    "Omnistore_Order__c": "a00",
    "Omnistore_Return__c": "a01",
    "Omnistore_Event__c": "a02",
}
# Field → type and length or what it points to.
STANDARD: dict[str, tuple[str, Any]] = {
    "FirstName": ("Text", 40),
    "LastName": ("Text", 80),
    "Email": ("Email", 80),
    "MobilePhone": ("Text", 40),
    "MailingCity": ("Text", 40),
    "HasOptedOutOfEmail": ("Checkbox", None),
    "DoNotCall": ("Checkbox", None),
    "AccountId": ("Lookup", "Account"),
}
Record = dict[str, Any]


class Refusal(Exception):
    """An error as Salesforce words it."""

    def __init__(self, code: str, message: str, *fields: str, status: int = 400, **more: Any):
        super().__init__(message)
        self.code, self.message, self.fields = code, message, list(fields)
        self.status, self.more = status, more


def package() -> dict[str, dict[str, tuple[str, Any]]]:
    """Return the fields of each object as the package declares them."""
    found: dict[str, dict[str, tuple[str, Any]]] = {"Account": {}}
    for path in PACKAGE.glob("*.object"):
        fields = ElementTree.parse(path).getroot().iter(f"{NAMESPACE}fields")
        found[path.stem] = dict(_declared(one) for one in fields)
    found["Contact"] |= STANDARD
    return found


def _declared(one: ElementTree.Element) -> tuple[str, tuple[str, Any]]:
    said = {child.tag.removeprefix(NAMESPACE): child.text or "" for child in one}
    size: Any = said.get("referenceTo") or (int(said["length"]) if "length" in said else None)
    return said["fullName"], (said["type"], size)


@dataclass
class Org:
    """
    The records by object and id, the deleted ones apart.

    `matches_duplicates`: a duplicate rule blocks contacts with the same e-mail or mobile phone.
    `names_duplicates`: collections say which ones, as single records always do.
    `locked`: our ids of records that somebody else is writing to. `has_cases`: ids of contacts
    that cannot be deleted.
    """

    schema: dict[str, dict[str, tuple[str, Any]]] = field(default_factory=package)
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    deleted: dict[str, Record] = field(default_factory=dict)
    matches_duplicates: bool = False
    names_duplicates: bool = False
    locked: set[str] = field(default_factory=set)
    has_cases: set[str] = field(default_factory=set)
    serial: Iterator[int] = field(default_factory=lambda: count(1))

    def of(self, kind: str) -> list[Record]:
        return list(self.records.get(kind, {}).values())

    def only(self, kind: str) -> Record:
        (record,) = self.of(kind)
        return record

    def put(self, kind: str, **fields: Any) -> str:
        """Put a record there as a person would, past every rule; return its id."""
        new_id = f"{PREFIXES[kind]}{next(self.serial):015d}"
        empty = {
            name: False if kept[0] == "Checkbox" else None
            for name, kept in self.schema[kind].items()
        }
        self.records.setdefault(kind, {})[new_id] = empty | fields | {"Id": new_id}
        return new_id

    def upsert(
        self, kind: str, key: str, fields: Mapping[str, Any], **how: Any
    ) -> tuple[str, bool]:
        found = self.by_key(kind, key)
        if len(found) > 1:
            links = [f"/services/data/v62.0/sobjects/{kind}/{one['Id']}" for one in found]
            raise Refusal("DUPLICATE_EXTERNAL_ID", str(links), KEY, status=300, links=links)
        record = {**fields, KEY: key}
        if found:
            self.write(kind, found[0]["Id"], record, **how)
            return found[0]["Id"], False
        return self._create(kind, record, **how), True

    def by_key(self, kind: str, key: str) -> list[Record]:
        return [one for one in self.of(kind) if (one[KEY] or "").lower() == key.lower()]

    def _create(self, kind: str, fields: Mapping[str, Any], **how: Any) -> str:
        values = self._checked(kind, fields)
        if kind == "Contact" and not values.get("LastName"):
            raise Refusal(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName"
            )
        self._check_lock(values.get(KEY))
        self._check_duplicates(kind, "", values, **how)
        return self.put(kind, **values)

    def write(self, kind: str, record_id: str, fields: Mapping[str, Any], **how: Any) -> None:
        if record_id in self.deleted:
            raise Refusal("ENTITY_IS_DELETED", "entity is deleted")
        kept = self.records.get(kind, {}).get(record_id)
        if kept is None:
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        values = self._checked(kind, fields)
        if kind == "Contact" and values.get("LastName", "?") is None:
            raise Refusal(
                "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", "LastName"
            )
        self._check_lock(kept[KEY])
        self._check_key(kind, record_id, values)
        self._check_duplicates(kind, record_id, kept | values, **how)
        kept |= values

    def delete(self, kind: str, record_id: str, master: str | None = None) -> None:
        if record_id in self.has_cases:
            raise Refusal(
                "DELETE_FAILED",
                "Your attempt to delete the contact could not be completed because it is "
                "associated with the following cases.: 00001026",
            )
        gone = self.records[kind].pop(record_id)
        self.deleted[record_id] = gone | {"IsDeleted": True, "MasterRecordId": master}
        for child in (one for kind in self.records for one in self.of(kind)):
            if child.get("Contact__c") == record_id:
                child["Contact__c"] = master

    def merge(self, *, kept: str, lost: str) -> None:
        """Make two contacts one, as a person there does."""
        self.delete("Contact", lost, master=kept)

    def find(self, kind: str, *, with_deleted: bool) -> list[Record]:
        gone = [one for one in self.deleted.values() if one["Id"].startswith(PREFIXES[kind])]
        alive = [{**one, "IsDeleted": False, "MasterRecordId": None} for one in self.of(kind)]
        return alive + (gone if with_deleted else [])

    def _check_lock(self, key: str | None) -> None:
        if key in self.locked:
            raise Refusal(
                "UNABLE_TO_LOCK_ROW",
                "unable to obtain exclusive access to this record or 1 records",
            )

    def _check_key(self, kind: str, record_id: str, values: Record) -> None:
        for other in self.by_key(kind, values.get(KEY) or ""):
            if values.get(KEY) and other["Id"] != record_id:
                raise Refusal(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {KEY} duplicates value on record with id: "
                    f"{other['Id']}",
                )

    def _check_duplicates(
        self, kind: str, record_id: str, values: Record, *, allows: bool = False, names: bool = True
    ) -> None:
        if kind != "Contact" or not self.matches_duplicates or allows:
            return
        alike = [
            other["Id"]
            for other in self.of("Contact")
            if other["Id"] != record_id
            and any(values.get(name) and values[name] == other[name] for name in REACHES)
        ]
        if alike:
            # Misspelt, as it arrives from the real one.
            more = {"duplicateResut": _duplicate_result(alike)} if names else {}
            raise Refusal("DUPLICATES_DETECTED", "Use one of these records?", **more)

    def _checked(self, kind: str, fields: Mapping[str, Any]) -> Record:
        """Return the values to keep, references resolved; a wrong name or type is refused."""
        values: Record = {}
        for name, value in fields.items():
            if name.endswith("__r"):
                name, value = self._referred(kind, name, value)  # noqa: PLW2901
            values[name] = self._value(kind, name, value)
        return values

    def _referred(self, kind: str, name: str, value: Any) -> tuple[str, str]:
        lookup = name.removesuffix("__r") + "__c"
        target = self.schema[kind].get(lookup, ("", ""))[1]
        if not isinstance(value, dict) or set(value) != {KEY} or not target:
            raise no_column(kind, name)
        found = self.by_key(target, value[KEY])
        if not found:
            raise Refusal(
                "INVALID_FIELD",
                f"Foreign key external ID: {value[KEY]} not found for field {KEY} in entity "
                f"{target}",
            )
        return lookup, found[0]["Id"]

    def _value(self, kind: str, name: str, value: Any) -> Any:
        if name not in self.schema[kind]:
            raise no_column(kind, name)
        sort, size = self.schema[kind][name]
        if value is None and sort != "Checkbox":
            return None
        if not isinstance(value, TYPES[sort]) or (sort == "Number" and isinstance(value, bool)):
            raise Refusal(
                "JSON_PARSER_ERROR", f"Cannot deserialize instance of {sort} from {value!r}", name
            )
        if sort in ("Text", "LongTextArea", "Email") and len(value) > size:
            raise Refusal(
                "STRING_TOO_LONG", f"{name}: data value too large (max length={size})", name
            )
        if sort == "Email" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
            raise Refusal("INVALID_EMAIL_ADDRESS", f"{name}: invalid email address: {value}", name)
        if sort == "DateTime" and not parse_datetime(value):
            raise Refusal("JSON_PARSER_ERROR", "Cannot deserialize instance of datetime", name)
        if sort == "Lookup" and value not in self.records.get(size, {}):
            raise Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", name)
        return value or (False if sort == "Checkbox" else value if sort == "Number" else None)


REACHES = ("Email", "MobilePhone")
TYPES: dict[str, Any] = {
    "Text": str,
    "LongTextArea": str,
    "Email": str,
    "DateTime": str,
    "Lookup": str,
    "Checkbox": bool,
    "Number": (int, float),
}


def no_column(kind: str, name: str) -> Refusal:
    return Refusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}", name)


def _duplicate_result(ids: list[str]) -> Record:
    records = [{"record": {"attributes": {"type": "Contact"}, "Id": one}} for one in ids]
    return {
        "allowSave": False,
        "duplicateRule": "Standard_Contact_Duplicate_Rule",
        "matchResults": [
            {"entityType": "Lead", "matchRecords": [{"record": {"Id": "00Q1"}}], "success": True},
            {"entityType": "Contact", "matchRecords": records, "success": True},
        ],
    }
