"""Contacts that were there already, were deleted or made one: followed, and never fought over."""

from datetime import timedelta

import pytest

from customers.models import Customer
from omnistore.crm.models import Link, MergeProposal
from tests.crm.fakes.salesforce import Salesforce
from tests.crm.salesforce import shop
from tests.crm.salesforce.shop import answer, bought, camille, happen, sign_up
from tests.factories import (
    NOON,
)
from tests.outbox.conftest import Post


@pytest.mark.parametrize("names_them", [True, False])
def test_takes_over_a_contact_that_is_nobodys_yet(
    service: Post, there: Salesforce, names_them: bool
) -> None:
    there.org.matches_duplicates, there.org.names_duplicates = True, names_them
    known = there.org.put(
        "Contact", LastName="Moreau", Email="camille@example.org", MailingCity="Paris"
    )
    customer = camille(city="")
    happen(bought(customer))

    service.send()

    contact = there.org.only("Contact")
    assert (contact["Id"], contact["Omnistore_Id__c"]) == (known, str(customer.pk))
    assert (contact["FirstName"], contact["MailingCity"]) == ("Camille", "Paris")
    assert there.org.only("Omnistore_Order__c")["Contact__c"] == known

    sign_up(customer)
    service.send()

    assert len(there.org.of("Contact")) == 1


def test_never_takes_over_another_customers_contact(service: Post, there: Salesforce) -> None:
    there.org.matches_duplicates = True
    other = there.org.put(
        "Contact", LastName="Moreau", Email="camille@example.org", Omnistore_Id__c="another"
    )
    customer = camille()
    sign_up(customer)

    service.send()

    mine, theirs = sorted(there.org.of("Contact"), key=lambda one: one["Id"] == other)
    assert theirs["Omnistore_Id__c"] == "another"
    assert mine["Omnistore_Id__c"] == str(customer.pk)
    assert shop.emptied(mine, ["Email", "MobilePhone"])

    sign_up(customer)
    service.send()

    assert len(there.org.of("Contact")) == 2
    assert shop.emptied(there.org.by_key("Contact", str(customer.pk))[0], ["Email"])
    assert set(shop.states(service)) == {"DELIVERED"}


def test_a_duplicate_rule_keeps_nothing_from_being_cleared(post: Post, there: Salesforce) -> None:
    """Written before somebody made a double of him there, and withdrawn since."""
    customer = camille()
    answer(customer, "EMAIL", True)
    answer(customer, "SMS", True)
    post.send()
    there.org.put("Contact", LastName="Moreau", MobilePhone="+33612345678")
    there.org.matches_duplicates = True

    answer(customer, "EMAIL", False, at=NOON + timedelta(minutes=1))
    post.send()

    contact = there.org.by_key("Contact", str(customer.pk))[0]
    assert (contact["Email"], contact["MobilePhone"]) == (None, "+33612345678")

    answer(customer, "SMS", False, at=NOON + timedelta(minutes=2))
    post.send()

    contact = there.org.by_key("Contact", str(customer.pk))[0]
    assert shop.emptied(contact, ["Email", "MobilePhone", "FirstName"])


def test_a_contact_deleted_there_is_made_anew(service: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    there.org.delete("Contact", there.org.only("Contact")["Id"])

    sign_up(customer)
    service.send()

    contact = there.org.only("Contact")
    assert contact["FirstName"] == "Camille"
    assert Link.objects.get().remote_id == contact["Id"]


def test_a_purchase_finds_its_contact_deleted_and_makes_a_new_one(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    there.org.delete("Contact", there.org.only("Contact")["Id"])

    happen(bought(customer))
    service.send()
    service.clock.move(minutes=1)
    service.send()

    assert there.org.only("Omnistore_Order__c")["Contact__c"] == there.org.only("Contact")["Id"]
    assert set(shop.states(service)) == {"DELIVERED"}


def test_a_contact_merged_there_is_followed(service: Post, there: Salesforce) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    kept = there.org.put("Contact", LastName="Moreau")
    there.org.merge(kept=kept, lost=Link.objects.get().remote_id)

    sign_up(customer)
    service.send()

    contact = there.org.only("Contact")
    assert (contact["Id"], contact["Omnistore_Id__c"]) == (kept, str(customer.pk))
    assert Link.objects.get().remote_id == kept
    assert not MergeProposal.objects.exists()


def test_two_of_ours_merged_there_are_proposed_and_stay_two(
    service: Post, there: Salesforce, made_one: tuple[Customer, Customer]
) -> None:
    first, second = made_one
    sign_up(second)
    happen(bought(second))

    service.send()
    service.send()

    contact = there.org.only("Contact")
    order = there.org.only("Omnistore_Order__c")
    proposal = MergeProposal.objects.get()
    assert (proposal.kept_id, proposal.merged_id) == (first.pk, second.pk)
    assert (contact["Omnistore_Id__c"], contact["Email"]) == (str(first.pk), "camille@example.org")
    assert (order["Contact__c"], order["Customer_Id__c"]) == (contact["Id"], str(second.pk))


def test_who_was_merged_with_a_contact_that_is_gone_has_one_of_his_own_again(
    service: Post, there: Salesforce, made_one: tuple[Customer, Customer]
) -> None:
    _, second = made_one
    sign_up(second)
    service.send()
    there.org.delete("Contact", there.org.only("Contact")["Id"])

    happen(bought(second))
    service.send()
    service.clock.move(minutes=1)
    service.send()

    contact = there.org.only("Contact")
    assert contact["Omnistore_Id__c"] == str(second.pk)
    assert there.org.only("Omnistore_Order__c")["Contact__c"] == contact["Id"]


def test_a_purchase_of_whose_contact_was_merged_waits_for_nobody(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    kept = there.org.put("Contact", LastName="Moreau")
    there.org.merge(kept=kept, lost=Link.objects.get().remote_id)

    happen(bought(customer))
    service.send()
    service.clock.move(minutes=1)
    service.send()

    assert there.org.only("Omnistore_Order__c")["Contact__c"] == kept
    assert set(shop.states(service)) == {"DELIVERED"}


def test_two_whom_a_person_keeps_apart_have_a_contact_each_again(
    service: Post, there: Salesforce, made_one: tuple[Customer, Customer]
) -> None:
    _, second = made_one
    sign_up(second)
    service.send()
    MergeProposal.objects.update(state=MergeProposal.State.DISMISSED)

    sign_up(second)
    service.send()

    mails = {one["Email"] for one in there.org.of("Contact")}
    assert mails == {"camille@example.org", "cm@example.org"}


def test_a_link_that_is_anothers_is_given_up_for_the_contact_with_our_id(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    service.send()
    other = there.org.put("Contact", LastName="Petit")
    Link.objects.update(remote_id=other)

    sign_up(customer)
    service.send()

    contact = there.org.by_key("Contact", str(customer.pk))[0]
    assert Link.objects.get().remote_id == contact["Id"] != other
    assert there.org.records["Contact"][other]["LastName"] == "Petit"


def test_two_contacts_with_one_id_are_given_up_with_their_words(
    service: Post, there: Salesforce
) -> None:
    customer = camille()
    for _ in range(2):
        there.org.put("Contact", LastName="Copy", Omnistore_Id__c=str(customer.pk))
    sign_up(customer)

    service.send()

    assert shop.states(service) == ["DEAD"]
    assert shop.words(service)[0].startswith("DUPLICATE_EXTERNAL_ID")
