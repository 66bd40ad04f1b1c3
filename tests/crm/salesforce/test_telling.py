"""Salesforce holds what our customers are and do now, as far as they allow, and each once."""

import re
from datetime import timedelta

import pytest

from customers.models import Customer, LoyaltyEntry
from omnistore.crm.models import Link
from omnistore.outbox.models import Delivery
from orders.facts import CartChanged
from tests.crm.fakes.salesforce import Salesforce
from tests.crm.salesforce import shop
from tests.crm.salesforce.shop import (
    again,
    answer,
    bought,
    camille,
    happen,
    order_recorded,
    sign_up,
)
from tests.factories import (
    NOON,
    make_cart,
    make_customer,
    make_order,
    make_product,
)
from tests.outbox.conftest import Post


def test_makes_a_contact_of_whoever_signs_up(service: Post, there: Salesforce) -> None:
    customer = camille(language="fr", country="FR")
    sign_up(customer)

    service.send()

    contact = there.org.only("Contact")
    assert shop.states(service) == ["DELIVERED"]
    assert contact["Omnistore_Id__c"] == str(customer.pk)
    assert (contact["FirstName"], contact["LastName"]) == ("Camille", "Moreau")
    assert (contact["Email"], contact["MobilePhone"]) == ("camille@example.org", "+33612345678")
    assert (contact["MailingCity"], contact["Omnistore_Country__c"]) == ("Lyon", "FR")
    assert Link.objects.get().remote_id == contact["Id"]


def test_for_offers_nobody_has_a_name_before_he_agrees(post: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)

    post.send()

    contact = there.org.only("Contact")
    assert contact["LastName"] == f"omnistore {customer.pk.hex[:8]}"
    assert shop.emptied(contact, ["FirstName", "Email", "MobilePhone", "MailingCity"])
    assert contact["HasOptedOutOfEmail"]
    assert not contact["Omnistore_Email_Offers__c"]


def test_a_consent_brings_what_it_is_for(post: Post, there: Salesforce) -> None:
    answer(camille(), "EMAIL", True)

    post.send()

    contact = there.org.only("Contact")
    assert (contact["LastName"], contact["Email"]) == ("Moreau", "camille@example.org")
    assert contact["MobilePhone"] is None
    assert contact["Omnistore_Email_Offers__c"]
    assert not contact["HasOptedOutOfEmail"]
    assert contact["DoNotCall"]


def test_a_consent_withdrawn_clears_what_it_was_for(post: Post, there: Salesforce) -> None:
    customer = camille()
    answer(customer, "EMAIL", True)
    post.send()

    answer(customer, "EMAIL", False, at=NOON + timedelta(minutes=1))
    post.send()

    contact = there.org.only("Contact")
    assert contact["LastName"] == f"omnistore {customer.pk.hex[:8]}"
    assert shop.emptied(contact, ["FirstName", "Email", "MailingCity"])
    assert contact["HasOptedOutOfEmail"]


def test_leaves_alone_what_it_never_wrote(post: Post, there: Salesforce) -> None:
    """A phone that people there have typed in is not ours to clear."""
    customer = camille()
    sign_up(customer)
    post.send()
    there.org.only("Contact").update(MobilePhone="+33600000000", LastName="Moreau-Petit")

    answer(customer, "EMAIL", True)
    answer(customer, "EMAIL", False, at=NOON + timedelta(minutes=1))
    post.send()

    contact = there.org.only("Contact")
    assert contact["MobilePhone"] == "+33600000000"
    assert contact["LastName"] == "Moreau-Petit"


def test_personal_advice_brings_level_and_points(post: Post, there: Salesforce) -> None:
    customer = camille(level="GOLD", is_vip=True)
    LoyaltyEntry.objects.create(customer=customer, kind="EARNED", points=120, at=NOON)
    answer(customer, "", True)

    post.send()

    contact = there.org.only("Contact")
    assert (contact["Omnistore_Level__c"], contact["Omnistore_Points__c"]) == ("GOLD", 120)
    assert contact["Omnistore_Vip__c"]

    answer(customer, "", False, at=NOON + timedelta(minutes=1))
    post.send()

    contact = there.org.only("Contact")
    assert shop.emptied(contact, ["Omnistore_Level__c", "Omnistore_Points__c"])
    assert not contact["Omnistore_Vip__c"]


def test_an_order_hangs_on_its_contact(service: Post, there: Salesforce) -> None:
    happen(bought(camille()))

    service.send()

    order = there.org.only("Omnistore_Order__c")
    assert order["Contact__c"] == there.org.only("Contact")["Id"]
    assert (order["Total__c"], order["Currency__c"], order["Units__c"]) == (39.8, "EUR", 2)
    assert order["Placed_At__c"] == "2026-11-16T12:00:00.000Z"
    assert order["Articles__c"].startswith("2 × SKU")


def test_for_offers_articles_are_not_passed_on(post: Post, there: Salesforce) -> None:
    happen(bought(camille()))

    post.send()

    assert there.org.only("Omnistore_Order__c")["Articles__c"] is None


def test_a_purchase_without_a_customer_is_nobodys_business(
    service: Post, there: Salesforce
) -> None:
    order = make_order(None, [(make_product(), 1, 1990)])
    happen(order_recorded(order))

    service.send()

    assert shop.words(service) == ["nobody is known: nothing is sent"]
    assert not there.org.records


def test_a_purchase_writes_the_contact_only_when_something_is_new(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    happen(bought(customer))
    service.send()
    there.org.only("Contact")["MailingCity"] = "Villeurbanne"

    happen(order_recorded(make_order(customer, [(make_product(), 1, 500)])))
    service.send()

    assert there.org.only("Contact")["MailingCity"] == "Villeurbanne"
    assert len(there.org.of("Omnistore_Order__c")) == 2


def test_a_return_is_shown_as_it_stands_now(
    service: Post, there: Salesforce, taken_back: Customer
) -> None:
    service.send()

    order, returned = there.org.only("Omnistore_Order__c"), there.org.only("Omnistore_Return__c")
    contact = there.org.only("Contact")
    assert set(shop.states(service)) == {"DELIVERED"}
    assert (returned["Order__c"], returned["Contact__c"]) == (order["Id"], contact["Id"])
    assert (returned["State__c"], returned["Reasons__c"]) == ("SETTLED", "TOO_SMALL")
    assert (returned["Amount__c"], returned["Refunded__c"]) == (19.9, 19.9)
    told = there.org.of("Omnistore_Event__c")
    assert [(event["Kind__c"], event["Detail__c"], event["Amount__c"]) for event in told] == [
        ("customers.advertising.stopped", "85099B", None),
        ("orders.refund.paid", "CARD", 19.9),
        ("orders.satisfaction.asked", "LYO-R000001", None),
    ]


def test_for_offers_it_is_not_told_which_article_not_to_advertise_before_he_agrees(
    post: Post, there: Salesforce, taken_back: Customer
) -> None:
    post.send()

    kinds = {event["Kind__c"] for event in there.org.of("Omnistore_Event__c")}
    assert "orders.refund.paid" in kinds
    assert "customers.advertising.stopped" not in kinds


def test_a_cart_is_one_entry_however_often_it_changes(service: Post, there: Salesforce) -> None:
    customer = camille()
    cart = make_cart(customer, [(make_product(), 1, 1990)])
    for units in (1, 2):
        happen(
            CartChanged(
                customer_id=customer.pk,
                store_code="",
                cart_id=cart.pk,
                source="shop",
                state="OPEN",
                units=units,
                total=1990,
                currency="EUR",
            )
        )
        service.send()

    entry = there.org.only("Omnistore_Event__c")
    assert (entry["Detail__c"], entry["Amount__c"]) == ("OPEN", 19.9)


def test_repeats_change_nothing(service: Post, there: Salesforce, taken_back: Customer) -> None:
    service.send()
    before = {kind: there.org.of(kind) for kind in there.org.records}

    again(service)

    assert {kind: there.org.of(kind) for kind in there.org.records} == before
    assert set(shop.states(service)) == {"DELIVERED"}


def test_a_crash_before_anything_was_noted_leaves_one_record(post: Post, there: Salesforce) -> None:
    """And what was told before the crash is cleared, though nobody remembers that it was told."""
    customer = camille()
    answer(customer, "EMAIL", True)
    happen(bought(customer))
    post.send()
    Link.objects.all().delete()
    answer(customer, "EMAIL", False, at=NOON + timedelta(minutes=1))

    again(post)

    contact = there.org.only("Contact")
    assert contact["Email"] is None
    assert contact["LastName"] == f"omnistore {customer.pk.hex[:8]}"
    assert len(there.org.of("Omnistore_Order__c")) == 1
    assert Link.objects.get(kind="CUSTOMER").remote_id == contact["Id"]


def test_one_bad_record_never_fails_the_others(service: Post, there: Salesforce) -> None:
    sign_up(camille())
    sign_up(make_customer("Louis", "Petit", email="nonsense"))

    service.send()

    assert sorted(shop.states(service)) == ["DEAD", "DELIVERED"]
    assert there.org.only("Contact")["FirstName"] == "Camille"
    (refusal,) = Delivery.objects.filter(state="DEAD")
    assert refusal.last_words.startswith("INVALID_EMAIL_ADDRESS: Email")


def test_a_refused_contact_takes_its_purchase_with_it(service: Post, there: Salesforce) -> None:
    happen(bought(make_customer("Louis", "Petit", email="nonsense")))

    service.send()

    assert shop.states(service) == ["DEAD"]
    assert not there.org.of("Omnistore_Order__c")


def test_a_request_refused_as_a_whole_is_halved(service: Post, there: Salesforce) -> None:
    for name in ("Alice", "Bob"):
        sign_up(make_customer(name))
    there.answers = [
        (400, {}, [{"errorCode": "JSON_PARSER_ERROR", "message": "Unexpected", "fields": []}])
    ]

    service.send()

    assert shop.states(service) == ["DELIVERED", "DELIVERED"]


def test_a_locked_record_is_written_later(service: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)
    there.org.locked = {str(customer.pk)}
    service.send()

    assert shop.states(service) == ["WAITING"]
    assert shop.words(service)[0].startswith("UNABLE_TO_LOCK_ROW")

    there.org.locked = set()
    service.clock.move(minutes=5)
    service.send()

    assert there.org.only("Contact")["FirstName"] == "Camille"


@pytest.mark.parametrize(
    ("said", "wait"),
    [("TotalRequests Limit exceeded.", 15), ("ConcurrentRequests Limit exceeded.", 1)],
)
def test_a_limit_of_calls_is_no_refusal(
    service: Post, there: Salesforce, said: str, wait: int
) -> None:
    sign_up(camille())
    there.answers = [(403, {}, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": said}])]

    service.send()

    service.connection.refresh_from_db()
    assert service.connection.is_running
    assert service.only().due_at == NOON + timedelta(minutes=wait)


@pytest.mark.parametrize(
    ("status", "headers", "wait"), [(429, {"Retry-After": "120"}, 120), (500, {}, 5), (503, {}, 5)]
)
def test_comes_back_later_when_asked_to(
    service: Post, there: Salesforce, status: int, headers: dict[str, str], wait: int
) -> None:
    sign_up(camille())
    there.answers = [(status, headers, [])]

    service.send()

    delivery = service.only()
    assert (delivery.state, delivery.last_status) == ("WAITING", status)
    assert delivery.due_at == NOON + timedelta(seconds=wait)


def test_what_is_kept_of_what_was_told_is_nothing_personal(
    service: Post, there: Salesforce
) -> None:
    sign_up(camille())

    service.send()

    told = Link.objects.get().told
    assert told.keys() == {"sent", "said"}
    assert told["sent"] == ["Email", "FirstName", "LastName", "MailingCity", "MobilePhone"]
    assert re.fullmatch("[0-9a-f]{64}", told["said"])
