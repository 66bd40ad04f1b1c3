"""Contacts in HubSpot: found before they are made, told what is allowed, never fought over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from customers import privacy
from customers.models import Customer
from omnistore.crm.hubspot.connector import Connector
from omnistore.crm.models import Link
from omnistore.outbox import events
from omnistore.outbox.models import Connection
from orders.facts import CartChanged
from orders.models import Cart
from tests.crm.fakes.hubspot import HubSpot
from tests.crm.hubspot.conftest import (
    MARKETING,
    PROFILING,
    again,
    all_delivered,
    contact_of,
    say,
    sign_up,
    states,
)
from tests.factories import NOON, make_cart, make_customer, make_product
from tests.outbox.conftest import Clock, Post

EMAIL, PHONE = "camille@example.fr", "+33612345678"


def test_makes_what_is_missing_on_first_use(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)

    post.send()

    assert all_delivered()
    assert "omnistore_id" in hubspot.account.properties["contacts"]
    assert [one["name"] for one in hubspot.account.schemas] == ["omnistore_return"]
    assert len(hubspot.paths("contacts/batch/upsert")) == 1


def test_without_consent_only_codes_are_told(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)

    post.send()

    assert contact_of(hubspot, camille) == {
        "omnistore_id": str(camille.pk),
        "hs_language": "fr",
        "country": "FR",
    }
    assert not hubspot.paths("subscribe")


def test_with_consent_the_name_and_the_address_are_told(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    say(camille, is_given=True)
    say(camille, PROFILING, "", is_given=True)

    post.send()

    told = contact_of(hubspot, camille)
    assert (told["firstname"], told["email"], told["omnistore_level"]) == ("Camille", EMAIL, "GOLD")
    assert (told["omnistore_consent_marketing_email"], told["omnistore_vip"]) == ("yes", "no")
    assert "phone" not in told
    assert hubspot.account.subscriptions == {(EMAIL, "77"): "SUBSCRIBED"}
    (asked,) = hubspot.bodies("/subscribe")
    assert asked["legalBasis"] == "CONSENT_WITH_NOTICE"
    assert "offres" in asked["legalBasisExplanation"]


def test_a_consent_withdrawn_clears_the_fields_and_ends_the_subscription(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    say(camille, is_given=True)
    post.send()

    say(camille, is_given=False, at=post.clock.move(minutes=1))
    post.send()

    told = contact_of(hubspot, camille)
    assert not {"firstname", "lastname", "city", "email"} & told.keys()
    assert told["omnistore_consent_marketing_email"] == "no"
    assert hubspot.account.subscriptions == {(EMAIL, "77"): "NOT_SUBSCRIBED"}
    assert all_delivered()


def test_repeats_change_nothing(hubspot: HubSpot, post: Post, camille: Customer) -> None:
    say(camille, is_given=True)
    post.send()
    before = dict(hubspot.account.contacts)

    again(post)

    assert hubspot.account.contacts == before
    assert len(hubspot.paths("/subscribe")) == 1
    assert Link.objects.count() == 1


def test_what_the_contact_holds_already_is_not_written_again(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    written = len(hubspot.paths("batch/upsert"))

    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()
    unchanged = len(hubspot.paths("batch/upsert"))
    say(camille, is_given=True, at=post.clock.move(minutes=1))
    post.send()

    assert unchanged == written
    assert contact_of(hubspot, camille)["firstname"] == "Camille"


def test_a_crash_before_the_link_is_written_leaves_one_contact(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    hubspot.cuts = ["contacts/batch/upsert"]
    post.connection.options |= {"returns": "no"}
    post.connection.save()

    post.send()
    post.clock.move(hours=1)
    post.send()

    assert all_delivered()
    assert len(hubspot.account.contacts) == 1


def test_links_the_contact_that_has_the_email(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    there = hubspot.account.add(email=EMAIL, city="Paris")
    say(camille, is_given=True)

    post.send()

    assert hubspot.account.contacts.keys() == {there}
    assert contact_of(hubspot, camille)["city"] == "Lyon"
    assert Link.objects.get().remote_id == there


def test_a_contact_that_was_linked_keeps_what_we_never_told(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    hubspot.account.add(email=EMAIL, mobilephone="+33700000000")
    sign_up(camille)
    post = Post(service)

    post.send()
    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()

    assert contact_of(hubspot, camille)["mobilephone"] == "+33700000000"


def test_links_the_only_contact_with_the_phone(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    there = hubspot.account.add(phone="06 12 34 56 78")
    hubspot.account.add(phone="+49 612 345678")
    sign_up(camille)

    Post(service).send()

    assert Link.objects.get().remote_id == there
    assert contact_of(hubspot, camille)["phone"] == PHONE


def test_does_not_link_a_phone_that_two_contacts_have(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    hubspot.account.add(phone=PHONE)
    hubspot.account.add(phone=PHONE)
    sign_up(camille)

    Post(service).send()

    assert len(hubspot.account.contacts) == 3


def test_does_not_link_a_phone_whose_contact_has_another_email(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    there = hubspot.account.add(phone=PHONE, email="someone@example.fr")
    sign_up(camille)

    Post(service).send()

    assert "omnistore_id" not in hubspot.account.contacts[there]
    assert len(hubspot.account.contacts) == 2


def test_an_email_of_another_customer_there_is_not_fought_over(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    hubspot.account.add(email=EMAIL, omnistore_id="someone-else")

    say(camille, is_given=True, at=post.clock.move(minutes=1))
    post.send()
    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()

    assert all_delivered()
    assert "email" not in contact_of(hubspot, camille)
    assert contact_of(hubspot, camille)["firstname"] == "Camille"
    by_email = [one for one in hubspot.bodies("batch/read") if one.get("idProperty") == "email"]
    assert len(by_email) == 1


@pytest.mark.parametrize("is_strict", [False, True])
def test_an_email_that_only_the_write_shows_to_be_another_customers_is_left_out(
    hubspot: HubSpot, service: Connection, camille: Customer, is_strict: bool
) -> None:
    hubspot.account.is_strict = is_strict
    hubspot.account.add(
        email="zoe@example.fr", hs_additional_emails=EMAIL, omnistore_id="someone-else"
    )
    sign_up(camille)
    sign_up(make_customer("Ann", "Other", email="ann@example.fr"))

    Post(service).send()

    assert all_delivered()
    assert "email" not in contact_of(hubspot, camille)
    assert contact_of(hubspot, camille)["phone"] == PHONE
    assert len(hubspot.account.contacts) == 3


def test_a_contact_that_only_the_write_shows_is_linked(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    there = hubspot.account.add(email="old@example.fr", hs_additional_emails=EMAIL)
    sign_up(camille)

    Post(service).send()

    assert all_delivered()
    assert hubspot.account.contacts.keys() == {there}
    assert contact_of(hubspot, camille)["email"] == EMAIL


def test_a_contact_deleted_there_is_made_anew(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    hubspot.account.contacts.clear()

    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()

    (there,) = hubspot.account.contacts
    assert Link.objects.get().remote_id == there
    assert all_delivered()


def test_a_contact_whose_id_was_taken_away_there_gets_it_again(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    (there,) = hubspot.account.contacts
    del hubspot.account.contacts[there]["omnistore_id"]

    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()

    assert hubspot.account.contacts.keys() == {there}
    assert contact_of(hubspot, camille)["country"] == "FR"


def test_who_is_known_by_phone_goes_without_an_email_that_is_anothers(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    there = hubspot.account.add(phone=PHONE)
    hubspot.account.add(
        email="zoe@example.fr", hs_additional_emails=EMAIL, omnistore_id="someone-else"
    )
    sign_up(camille)

    Post(service).send()

    assert all_delivered()
    assert Link.objects.get().remote_id == there
    assert "email" not in contact_of(hubspot, camille)


def test_a_contact_merged_there_is_followed_and_not_written_over(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    post = Post(service)
    zoe = make_customer("Zoé", "Martin", email="zoe@example.fr")
    sign_up(camille)
    sign_up(zoe)
    post.send()
    kept, gone = (Link.objects.get(local_id=one.pk).remote_id for one in (camille, zoe))
    hubspot.account.merge(kept, gone)

    sign_up(zoe, at=post.clock.move(minutes=1))
    post.send()

    assert hubspot.account.contacts.keys() == {kept}
    assert contact_of(hubspot, camille)["firstname"] == "Camille"
    assert Link.objects.get(local_id=zoe.pk).remote_id == kept
    assert all_delivered()


@pytest.mark.parametrize("whose", ["camille", "zoe"])
def test_the_no_of_one_of_two_who_were_merged_there_ends_his_address_only(
    hubspot: HubSpot, post: Post, camille: Customer, whose: str
) -> None:
    zoe = make_customer("Zoé", "Martin", email="zoe@example.fr")
    for one in (camille, zoe):
        say(one, is_given=True)
    post.send()
    links = {link.local_id: link.remote_id for link in Link.objects.all()}
    hubspot.account.merge(links[camille.pk], links[zoe.pk])
    kept = hubspot.account.contacts[links[camille.pk]]
    kept["email"] = f"{whose}@example.fr"

    say(zoe, is_given=False, at=post.clock.move(minutes=1))
    post.send()

    assert all_delivered()
    subscriptions = hubspot.account.subscriptions
    ended = {one for (one, _), state in subscriptions.items() if state == "NOT_SUBSCRIBED"}
    assert ended == ({"zoe@example.fr"} if whose == "zoe" else set())


def test_forgets_who_is_erased(hubspot: HubSpot, post: Post, camille: Customer) -> None:
    say(camille, is_given=True)
    post.send()
    say(camille, MARKETING, "SMS", is_given=True, at=post.clock.move(minutes=1))
    privacy.erase(customer=camille, at=post.clock.move(minutes=1))

    post.send()
    again(post)

    assert not hubspot.account.contacts
    assert len(hubspot.account.forgotten) == 1
    assert not Link.objects.exists()
    assert ("DELIVERED", "erased: nothing is sent") in states()
    assert all_delivered()


def test_forgetting_one_of_two_who_were_merged_there_makes_the_other_anew(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    post = Post(service)
    zoe = make_customer("Zoé", "Martin", email="zoe@example.fr")
    sign_up(camille)
    sign_up(zoe)
    post.send()
    kept, gone = (Link.objects.get(local_id=one.pk).remote_id for one in (camille, zoe))
    hubspot.account.merge(kept, gone)

    privacy.erase(customer=zoe, at=post.clock.move(minutes=1))
    post.send()
    sign_up(camille, at=post.clock.move(minutes=1))
    post.send()

    assert hubspot.account.forgotten == [kept]
    assert contact_of(hubspot, camille)["email"] == EMAIL
    assert all_delivered()


def test_a_contact_that_goes_while_it_is_linked_is_looked_for_again(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    post = Post(service)
    hubspot.account.add(email=EMAIL)
    gone = {"category": "OBJECT_NOT_FOUND", "message": "Object not found"}
    hubspot.answers = [("batch/update", 404, {}, {"status": "error", **gone})]
    sign_up(camille)

    post.send()
    first = [state for state, _ in states()]
    post.clock.move(hours=1)
    post.send()

    assert first == ["WAITING"]
    assert all_delivered()


def test_a_subscription_type_that_does_not_exist_is_said(
    hubspot: HubSpot, connection: Connection, camille: Customer
) -> None:
    connection.options["subscription_id"] = "12"
    connection.save()
    say(camille, is_given=True)

    Post(connection).send()

    ((state, words),) = states()
    assert state == "DEAD"
    assert "Subscription 12 was not found" in words


@pytest.mark.parametrize("status", [400, 404])
def test_who_is_gone_there_already_is_forgotten(
    hubspot: HubSpot, post: Post, camille: Customer, status: int
) -> None:
    sign_up(camille)
    post.send()
    hubspot.account.contacts.clear()
    gone = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No such contact"}
    hubspot.answers = [("gdpr-delete", status, {}, gone)]

    privacy.erase(customer=camille, at=post.clock.move(minutes=1))
    post.send()

    assert all_delivered()
    assert not Link.objects.exists()


def test_who_is_not_found_lacks_no_property(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    Connector(post.connection).prepare(NOON)
    gone = {
        "category": "OBJECT_NOT_FOUND",
        "message": "Object with property omnistore_id not found",
    }
    said = {"results": [], "errors": [{"status": "error", "context": {}, "links": {}, **gone}]}
    hubspot.answers = [("batch/read", 207, {}, said)]
    sign_up(camille)

    post.send()

    assert all_delivered()
    assert len(hubspot.paths("batch/read")) == 1


def test_forgets_a_contact_whose_link_was_never_written(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    Link.objects.all().delete()

    privacy.erase(customer=camille, at=post.clock.move(minutes=1))
    post.send()

    assert not hubspot.account.contacts


def test_tells_the_newest_cart_of_who_agreed(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    say(camille, PROFILING, "", is_given=True)
    cart = make_cart(camille, [(make_product(), 2, 1990)], changed_at=NOON)
    change_cart(camille, cart)

    post.send()
    told = dict(contact_of(hubspot, camille))
    say(camille, PROFILING, "", is_given=False, at=post.clock.move(minutes=1))
    post.send()

    assert (told["omnistore_cart_total"], told["omnistore_cart_units"]) == ("39.80", "2")
    assert told["omnistore_cart_changed_at"] == "2026-11-21T12:00:00.000Z"
    assert not [name for name in contact_of(hubspot, camille) if "cart" in name]


def change_cart(customer: Customer, cart: Cart) -> None:
    with transaction.atomic():
        events.record(
            CartChanged(
                customer_id=customer.pk,
                store_code="",
                cart_id=cart.pk,
                source=cart.source,
                state=cart.state,
                units=2,
                total=3980,
                currency="EUR",
            ),
            at=NOON,
        )


def test_a_cart_without_consent_is_not_told(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    change_cart(camille, make_cart(camille, [(make_product(), 2, 1990)]))

    post.send()

    assert not [name for name in contact_of(hubspot, camille) if "cart" in name]


def test_a_subscription_that_he_ended_there_himself_stays_ended(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    hubspot.account.left.add((EMAIL, "77"))
    say(camille, is_given=True)

    post.send()
    again(post)

    assert all_delivered()
    assert not hubspot.account.subscriptions
    assert len(hubspot.paths("/subscribe")) == 1


@pytest.mark.parametrize(
    "words",
    [
        "You cannot subscribe an unsubscribed address.",
        "The contact is unsubscribed from this subscription type",
        "Recipient has opted-out of all email",
    ],
)
def test_his_own_no_there_is_understood_in_all_its_wordings(
    hubspot: HubSpot, post: Post, camille: Customer, words: str
) -> None:
    refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": words}
    hubspot.answers = [("v3/subscribe", 400, {}, refusal)]
    say(camille, is_given=True)

    post.send()
    again(post)

    assert all_delivered()
    assert len(hubspot.paths("/subscribe")) == 1


def test_a_no_to_offers_is_told_of_who_may_be_written_to_about_orders(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    say(camille, is_given=False)
    sign_up(camille)

    Post(service).send()

    assert contact_of(hubspot, camille)["email"] == EMAIL
    assert hubspot.account.subscriptions == {(EMAIL, "77"): "NOT_SUBSCRIBED"}


def test_a_late_bad_record_does_not_hold_the_others(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    bad = make_customer("Bad", "Address", email="no address")
    sign_up(bad)
    sign_up(camille)

    Post(service).send()

    assert sorted(state for state, _ in states()) == ["DEAD", "DELIVERED"]
    assert "email INVALID" in "".join(words for _, words in states())
    assert contact_of(hubspot, camille)["email"] == EMAIL


def test_a_batch_refused_whole_is_halved(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    hubspot.account.is_strict = True
    people = [make_customer("Ann", str(n), email=f"ann{n}@example.fr") for n in range(4)]
    bad = make_customer("Bad", "Address", email="no address")
    for one in (*people, bad):
        sign_up(one)

    Post(service).send()

    assert sorted(state for state, _ in states()) == ["DEAD", *["DELIVERED"] * 4]
    assert len(hubspot.account.contacts) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_a_refusal_that_names_nobody_is_about_one_and_holds_no_other(
    hubspot: HubSpot, service: Connection, count: int
) -> None:
    hubspot.account.names_nobody = True
    for n in range(count):
        sign_up(make_customer("Ann", str(n), email=f"ann{n}@example.fr"))
    sign_up(make_customer("Bad", "Address", email="no address"))

    Post(service).send()

    assert sorted(state for state, _ in states()) == ["DEAD", *["DELIVERED"] * count]
    assert "email INVALID" in "".join(words for _, words in states())


def test_a_conflict_that_names_nobody_is_settled(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    hubspot.account.names_nobody = True
    other = hubspot.account.add(email="other@example.fr", hs_additional_emails=EMAIL)
    sign_up(camille)

    Post(service).send()

    assert all_delivered()
    assert hubspot.account.contacts[other]["omnistore_id"] == str(camille.pk)


@dataclass
class Busy(Clock):
    """A clock by which every look takes four seconds."""

    def __call__(self) -> datetime:
        return self.move(seconds=4)


def test_without_time_to_find_the_bad_record_nobody_is_given_up(
    hubspot: HubSpot, service: Connection, camille: Customer
) -> None:
    hubspot.account.is_strict = True
    sign_up(make_customer("Bad", "Address", email="no address"))
    sign_up(camille)
    post = Post(service)
    post.relay()

    post.clock = Busy()
    post.send()
    first = [state for state, _ in states()]
    post.clock = Clock(NOON + timedelta(hours=1))
    post.send()

    assert first == ["WAITING", "WAITING"]
    assert sorted(state for state, _ in states()) == ["DEAD", "DELIVERED"]


def test_leaves_many_subscriptions_for_the_next_calls(hubspot: HubSpot, post: Post) -> None:
    people = [make_customer("Ann", str(n), email=f"ann{n}@example.fr") for n in range(45)]
    for one in people:
        say(one, is_given=True)
    post.send()
    first = len(hubspot.account.subscriptions)

    post.clock.move(minutes=1)
    post.send()
    for one in people:
        say(one, is_given=False, at=post.clock.move(seconds=1))
    post.send()
    still_known = [one for one in hubspot.account.contacts.values() if one.get("email")]
    post.clock.move(minutes=1)
    post.send()

    assert first == 40
    assert len(still_known) == 5
    assert set(hubspot.account.subscriptions.values()) == {"NOT_SUBSCRIBED"}
    assert not [one for one in hubspot.account.contacts.values() if one.get("email")]
    assert all_delivered()


def test_keeps_no_address_of_what_hubspot_says(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    words = f'Invalid: \\"{EMAIL}\\", {PHONE} and ({EMAIL})'
    hubspot.answers = [("/subscribe", 400, {}, {"category": "VALIDATION_ERROR", "message": words})]
    say(camille, is_given=True)

    post.send()

    ((state, said),) = states()
    assert state == "DEAD"
    assert "Invalid" in said
    assert "example" not in said
    assert "336" not in said


def test_many_customers_go_out_in_batches_of_a_hundred(
    hubspot: HubSpot, service: Connection
) -> None:
    for number in range(120):
        phone = f"+336123{number:05d}"
        sign_up(make_customer("Ann", str(number), email=f"ann{number}@example.fr", phone=phone))
    post = Post(service)

    post.send()
    post.clock.move(hours=1)
    post.send()

    assert all_delivered()
    assert len(hubspot.account.contacts) == 120
    assert len(hubspot.asked) < 40
