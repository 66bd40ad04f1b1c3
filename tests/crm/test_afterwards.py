"""What a return leaves behind, as each system is told: in its words, and only where it may know."""

from typing import Any

import pytest
from django.utils import translation

from customers.models import ConsentWording
from omnistore.crm import people, sales
from omnistore.crm import segment_mapping as segment
from omnistore.crm.hubspot import mapping as hubspot
from omnistore.crm.people import Person, Said
from omnistore.crm.salesforce import mapping as salesforce
from omnistore.crm.salesforce import records
from omnistore.outbox.models import Connection
from tests.crm.test_webhook import make_message
from tests.factories import NOON
from tests.outbox.conftest import ALICE

Purpose = Connection.Purpose
STOPPED = {
    "sku": "85099B",
    "model": "85099",
    "reason": "TOO_SMALL",
    "return_id": "0b5c0000-0000-4000-8000-000000000009",
}
CREDIT = {"kind": "GIFT_CARD", "amount": 1990, "left": 500, "currency": "EUR", "credit_id": 4}
ANSWER = {"number": "LYO-R1", "scale": "CSAT", "score": 2, "highest": 5, "order_id": None}


def person(*, allows: bool) -> Person:
    said = [Said(ConsentWording.Purpose.MARKETING, "EMAIL", allows, "CONSENT", "", NOON)]
    return Person(id=ALICE, language="fr", country="FR", created_at=NOON, said=said)


def told(name: str, payload: dict[str, Any], *, allows: bool = True) -> list[dict[str, Any]]:
    known = segment.Known(people={ALICE: person(allows=allows)})
    return segment.events_of(make_message(name=name, payload=payload), known)


def test_segment_hears_which_article_not_to_advertise() -> None:
    (event,) = told("customers.advertising.stopped", STOPPED)

    assert event["event"] == "Advertising Stopped"
    assert event["userId"] == str(ALICE)
    assert event["properties"] == {
        "product_id": "85099B",
        "sku": "85099B",
        "model": "85099",
        "reason": "TOO_SMALL",
    }


def test_segment_hears_of_no_article_of_somebody_who_allows_nothing() -> None:
    assert told("customers.advertising.stopped", STOPPED, allows=False) == []


@pytest.mark.parametrize(
    ("name", "payload", "event"),
    [
        ("orders.satisfaction.asked", {"number": "LYO-R1"}, "Satisfaction Asked"),
        ("orders.satisfaction.answered", ANSWER, "Satisfaction Answered"),
        ("orders.return.cancelled", {"number": "LYO-R1"}, "Return Cancelled"),
        ("orders.withdrawal.declared", {"number": "W-1"}, "Withdrawal Declared"),
        ("orders.credit.issued", CREDIT, "Store Credit Issued"),
        ("orders.credit.used", CREDIT, "Store Credit Used"),
        ("orders.credit.restored", CREDIT, "Store Credit Restored"),
    ],
)
def test_segment_hears_what_else_follows(name: str, payload: dict[str, Any], event: str) -> None:
    (sent,) = told(name, payload)

    assert sent["event"] == event


def test_segment_hears_credit_in_major_units() -> None:
    (event,) = told("orders.credit.used", CREDIT)

    assert event["properties"] == {
        "kind": "GIFT_CARD",
        "value": 19.9,
        "left": 5.0,
        "currency": "EUR",
    }


@pytest.mark.parametrize("name", ["orders.stock.changed", "orders.review.opened"])
def test_segment_hears_nothing_of_what_is_the_shops_own_business(name: str) -> None:
    assert told(name, {"number": "LYO-R1"}) == []


@pytest.mark.parametrize(
    ("name", "payload", "words"),
    [
        ("customers.advertising.stopped", STOPPED, "85099B"),
        ("customers.advertising.resumed", STOPPED | {"order_id": None}, "85099B"),
        ("orders.satisfaction.asked", {"number": "LYO-R1"}, "LYO-R1"),
        ("orders.satisfaction.asked", {"number": "LYO-R1", "channel": "EMAIL"}, "LYO-R1"),
        ("orders.satisfaction.answered", ANSWER, "2 sur 5"),
        ("orders.return.cancelled", {"number": "LYO-R1"}, "LYO-R1"),
        ("orders.withdrawal.declared", {"number": "W-1"}, "W-1"),
        ("orders.credit.used", CREDIT, "5,00"),
        (
            "orders.refund.rerouted",
            {"amount": 1990, "currency": "EUR", "tender": "STORE_CREDIT"},
            "19,90",
        ),
    ],
)
def test_hubspot_gets_a_note(name: str, payload: dict[str, Any], words: str) -> None:
    note = hubspot.note(make_message(name=name, payload=payload))

    assert words in note["hs_note_body"]


@pytest.mark.parametrize(
    ("name", "payload", "detail"),
    [
        ("customers.advertising.stopped", STOPPED, "85099B"),
        ("orders.satisfaction.asked", {"number": "LYO-R1"}, "LYO-R1"),
        ("orders.satisfaction.answered", ANSWER, "LYO-R1"),
        ("orders.credit.used", CREDIT, "GIFT_CARD"),
    ],
)
def test_salesforce_gets_an_entry_of_the_history(
    name: str, payload: dict[str, Any], detail: str
) -> None:
    entry = salesforce.event(make_message(name=name, payload=payload), {})

    assert name in records.HISTORY
    assert (entry["Kind__c"], entry["Detail__c"]) == (name, detail)


@pytest.mark.parametrize(
    ("purpose", "allows", "is_told"),
    [
        (Purpose.MARKETING, True, True),
        (Purpose.MARKETING, False, False),
        (Purpose.SERVICE, False, True),
    ],
)
def test_no_article_is_named_to_a_system_that_may_not_advertise_to_him(
    purpose: str, allows: bool, is_told: bool
) -> None:
    messages = [
        make_message(delivery_id=1, name="customers.advertising.stopped", payload=STOPPED),
        make_message(delivery_id=2, name="orders.satisfaction.asked", payload={"number": "R1"}),
    ]

    answers = people.untold(messages, {ALICE: person(allows=allows)}, purpose)

    assert set(answers) == (set() if is_told else {1})


def test_a_word_without_an_order_speaks_of_none() -> None:
    resumed = make_message(name="customers.advertising.resumed", payload={"order_id": None})

    assert sales.order_ids([resumed]) == set()


@pytest.mark.parametrize(
    ("wants", "hears"), [([], False), (["orders.stock.*"], True), (["orders.*"], True)]
)
def test_a_system_hears_of_stock_only_when_it_asks(wants: list[str], hears: bool) -> None:
    connection = Connection(wants=wants)

    assert connection.wants_fact("orders.stock.changed") is hears
    assert connection.wants_fact("orders.return.accepted") is ("orders.stock.*" not in wants)


def test_notes_are_in_the_shops_language() -> None:
    with translation.override("en"):
        note = hubspot.note(make_message(name="orders.credit.used", payload=CREDIT))

    assert "5,00" in note["hs_note_body"]
