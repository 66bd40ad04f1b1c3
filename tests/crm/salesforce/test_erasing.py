"""Who is forgotten here is forgotten there."""

import pytest

from customers import privacy
from customers.models import Customer
from omnistore.crm.models import Link
from tests.crm.fakes.salesforce import Salesforce
from tests.crm.salesforce import shop
from tests.crm.salesforce.shop import again, bought, camille, happen, sign_up
from tests.factories import (
    NOON,
)
from tests.outbox.conftest import Post


def test_who_is_erased_is_forgotten_there_too(
    service: Post, there: Salesforce, taken_back: Customer
) -> None:
    service.send()

    privacy.erase(customer=taken_back, at=NOON)
    service.send()

    assert not there.org.of("Contact")
    (in_the_bin,) = there.org.deleted.values()
    assert in_the_bin["LastName"] == "omnistore: erased"
    assert shop.emptied(in_the_bin, ["FirstName", "Email", "MobilePhone", "MailingCity"])
    order = there.org.only("Omnistore_Order__c")
    leads = ["Contact__c", "Customer_Id__c", "Number__c", "Articles__c"]
    assert shop.emptied(order, leads)
    assert order["Total__c"] == 39.8
    assert shop.emptied(there.org.only("Omnistore_Return__c"), [*leads, "Reasons__c"])
    assert not Link.objects.filter(kind="CUSTOMER").exists()


def test_nothing_but_the_erasure_is_done_about_an_erased_person(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    happen(bought(customer))
    privacy.erase(customer=customer, at=NOON)

    service.send()
    service.send()

    assert "erased: nothing is sent" in shop.words(service)
    assert "erased" in shop.words(service)
    assert not there.org.of("Contact")
    assert not there.org.of("Omnistore_Order__c")


def test_an_erasure_of_whom_they_do_not_know_is_done(service: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    there.org.delete("Contact", there.org.only("Contact")["Id"])
    privacy.erase(customer=customer, at=NOON)

    service.send()
    again(service)

    assert set(shop.states(service)) == {"DELIVERED"}


def test_a_contact_that_cannot_be_deleted_is_left_blank(service: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    there.org.has_cases = {there.org.only("Contact")["Id"]}
    privacy.erase(customer=customer, at=NOON)

    service.send()

    contact = there.org.only("Contact")
    assert contact["LastName"] == "omnistore: erased"
    assert shop.emptied(contact, ["FirstName", "Email", "MobilePhone", "Omnistore_Id__c"])
    assert "cannot be deleted" in shop.words(service)[-1]


def test_an_erasure_leaves_the_contact_of_the_customer_merged_with(
    service: Post, there: Salesforce, made_one: tuple[Customer, Customer]
) -> None:
    first, second = made_one
    sign_up(second)
    service.send()
    happen(bought(second))
    service.send()
    assert there.org.only("Omnistore_Order__c")["Contact__c"]
    privacy.erase(customer=second, at=NOON)

    service.send()

    assert there.org.only("Contact")["Omnistore_Id__c"] == str(first.pk)
    assert there.org.only("Omnistore_Order__c")["Contact__c"] is None


def test_two_contacts_with_one_id_are_for_a_person_to_look_at(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    there.org.put("Contact", LastName="Copy", Omnistore_Id__c=str(customer.pk))
    privacy.erase(customer=customer, at=NOON)

    service.send()

    assert shop.states(service)[-1] == "DEAD"
    assert shop.words(service)[-1].startswith("MULTIPLE_CHOICES")


def test_what_there_is_no_time_for_goes_out_with_the_next_call(
    service: Post, there: Salesforce, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    privacy.erase(customer=customer, at=NOON)
    with monkeypatch.context() as hurry:
        hurry.setattr("omnistore.crm.salesforce.api.ENOUGH_TIME", 60)
        service.send()
    assert (shop.states(service)[-1], len(there.org.of("Contact"))) == ("WAITING", 1)

    service.send()

    assert not there.org.of("Contact")
