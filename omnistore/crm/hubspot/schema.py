"""What has to exist in HubSpot before anything is sent: our properties, and a kind of record."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import ConsentWording
from omnistore.crm.hubspot.api import Api, Record, Refused
from omnistore.outbox import answers

Purpose = ConsentWording.Purpose
Channel = ConsentWording.Channel

GROUP = "omnistore"
CONTACT_ID = "omnistore_id"
ORDER_ID = "omnistore_order_id"
RETURN_ID = "omnistore_return_id"
EVENT_ID = "omnistore_event_id"
# The kind of record that HubSpot has not by itself.
RETURN = "omnistore_return"
# By HubSpot's numbers and names of its own kinds.
RETURN_JOINS = ("CONTACT", "0-123")
YES, NO = "yes", "no"
# Property → what was said to.
CONSENTS = {
    "omnistore_consent_marketing_email": (Purpose.MARKETING, Channel.EMAIL),
    "omnistore_consent_marketing_sms": (Purpose.MARKETING, Channel.SMS),
    "omnistore_consent_marketing_phone": (Purpose.MARKETING, Channel.PHONE),
    "omnistore_consent_marketing_post": (Purpose.MARKETING, Channel.POST),
    "omnistore_consent_profiling": (Purpose.PROFILING, Channel.NONE),
    "omnistore_consent_receipt_email": (Purpose.RECEIPT, Channel.EMAIL),
}


class Field(NamedTuple):
    """A property of ours: what it is called there, and what it holds."""

    name: str
    label: str | Promise
    type: str = "string"
    is_unique: bool = False


CONTACT = (
    Field(CONTACT_ID, _("omnistore: customer"), is_unique=True),
    Field("omnistore_level", _("omnistore: loyalty level")),
    Field("omnistore_points", _("omnistore: loyalty points"), "number"),
    Field("omnistore_vip", _("omnistore: VIP"), "enumeration"),
    Field("omnistore_consent_marketing_email", _("omnistore: offers by e-mail"), "enumeration"),
    Field("omnistore_consent_marketing_sms", _("omnistore: offers by SMS"), "enumeration"),
    Field("omnistore_consent_marketing_phone", _("omnistore: offers by phone"), "enumeration"),
    Field("omnistore_consent_marketing_post", _("omnistore: offers by letter"), "enumeration"),
    Field("omnistore_consent_profiling", _("omnistore: personal advice"), "enumeration"),
    Field("omnistore_consent_receipt_email", _("omnistore: receipt by e-mail"), "enumeration"),
    Field("omnistore_cart_state", _("omnistore: web cart, state")),
    Field("omnistore_cart_total", _("omnistore: web cart, total"), "number"),
    Field("omnistore_cart_currency", _("omnistore: web cart, currency")),
    Field("omnistore_cart_units", _("omnistore: web cart, units"), "number"),
    Field("omnistore_cart_changed_at", _("omnistore: web cart, last changed"), "datetime"),
)
ORDER = (
    Field(ORDER_ID, _("omnistore: order"), is_unique=True),
    Field("omnistore_channel", _("omnistore: channel")),
    Field("omnistore_kind", _("omnistore: kind of order")),
    Field("omnistore_units", _("omnistore: units"), "number"),
)
NOTE = (Field(EVENT_ID, _("omnistore: event"), is_unique=True),)
RETURN_FIELDS = (
    Field(RETURN_ID, _("omnistore: return"), is_unique=True),
    Field("number", _("Number")),
    Field("state", _("State")),
    Field("store", _("Store")),
    Field("currency", _("Currency")),
    Field("amount", _("Value of what came back"), "number"),
    Field("units", _("Units"), "number"),
    Field("reasons", _("Reasons")),
    Field("refunds_paid", _("Refunds paid"), "number"),
    Field("refunds_failed", _("Refunds failed"), "number"),
    Field("exchanged_for", _("New goods in exchange"), "number"),
    Field("submitted_at", _("Accepted"), "datetime"),
    Field("settled_at", _("Settled"), "datetime"),
)
OF_HUBSPOT = {"contacts": CONTACT, "orders": ORDER, "notes": NOTE}
# Somebody made it meanwhile.
THERE_ALREADY = re.compile(r"ALREADY_EXISTS|\balready exists\b", re.IGNORECASE)
FORM_FIELDS = {"string": "text", "number": "number", "datetime": "date", "enumeration": "select"}


def prepare(api: Api, *, with_returns: bool) -> int:
    """Make what is missing and return how much that was. Safe to call twice, and at once."""
    with translation.override(settings.LANGUAGE_CODE):
        made = sum(_ensure(api, kind, fields) for kind, fields in OF_HUBSPOT.items())
        return made + (_ensure_returns(api) if with_returns else 0)


def return_type(api: Api) -> str:
    """Return HubSpot's number of our kind of record, as `2-123`; empty when it has none."""
    for schema in api.get("/crm-object-schemas/v3/schemas").get("results", []):
        if schema.get("name") == RETURN:
            return str(schema.get("objectTypeId") or schema.get("fullyQualifiedName") or "")
    return ""


def _ensure(api: Api, kind: str, fields: Sequence[Field]) -> int:
    has = {one.get("name"): one for one in api.get(f"/crm/v3/properties/{kind}").get("results", [])}
    for field in fields:
        if field.is_unique and has.get(field.name, {}).get("hasUniqueValue") is False:
            words = _("%(name)s of %(kind)s was made by hand and is not unique: delete it there.")
            named = {"name": field.name, "kind": kind}
            raise Refused(answers.dead(words % named, 400))
    missing = [_property(field, GROUP) for field in fields if field.name not in has]
    if not missing:
        return 0
    _ensure_group(api, kind)
    _make(api, f"/crm/v3/properties/{kind}/batch/create", {"inputs": missing})
    return len(missing)


def _ensure_group(api: Api, kind: str) -> None:
    path = f"/crm/v3/properties/{kind}/groups"
    if GROUP not in {one.get("name") for one in api.get(path).get("results", [])}:
        _make(api, path, {"name": GROUP, "label": GROUP, "displayOrder": -1})


def _ensure_returns(api: Api) -> int:
    found = return_type(api)
    if found:
        return _ensure(api, found, RETURN_FIELDS)
    _make(api, "/crm-object-schemas/v3/schemas", schema_of_returns())
    return 1


def _make(api: Api, path: str, content: dict[str, Any]) -> None:
    try:
        heard = api.post(path, content)
    except Refused as refusal:
        # Somebody made it meanwhile: another worker, or a person.
        if refusal.answer.status != 409:
            raise
    else:
        _check_all_made(heard)


def _check_all_made(heard: Record) -> None:
    """Of a batch, some may be made and others refused."""
    for error in heard.get("errors") or []:
        if not THERE_ALREADY.search(f"{error.get('category')} {error.get('message')}"):
            raise Refused(answers.dead(str(error.get("message") or error.get("category")), 400))


def schema_of_returns() -> dict[str, Any]:
    """Return the kind of record that a return is."""
    return {
        "name": RETURN,
        "description": str(_("Returns and exchanges taken in the shop, told by omnistore.")),
        "labels": {"singular": str(_("Return")), "plural": str(_("Returns"))},
        "primaryDisplayProperty": "number",
        "secondaryDisplayProperties": ["state"],
        "requiredProperties": [RETURN_ID],
        "searchableProperties": ["number"],
        "properties": [_property(field) for field in RETURN_FIELDS],
        "associatedObjects": list(RETURN_JOINS),
    }


def _property(field: Field, group: str = "") -> dict[str, Any]:
    return {
        "name": field.name,
        "label": str(field.label),
        "type": field.type,
        "fieldType": FORM_FIELDS[field.type],
        "hasUniqueValue": field.is_unique,
        **({"groupName": group} if group else {}),
        **({"options": _yes_or_no()} if field.type == "enumeration" else {}),
    }


def _yes_or_no() -> Sequence[dict[str, Any]]:
    labels = ((YES, _("yes")), (NO, _("no")))
    return [
        {"value": value, "label": str(label), "displayOrder": place, "hidden": False}
        for place, (value, label) in enumerate(labels)
    ]
