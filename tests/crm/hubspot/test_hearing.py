"""What HubSpot tells back: signed, of people we know, newer than what we know."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from hubspot.utils.signature import Signature

from customers import consent
from customers.models import Consent, Customer
from omnistore.crm.hubspot.hearing import plain
from omnistore.crm.models import Link, MergeProposal
from omnistore.outbox import connections
from omnistore.outbox.models import Connection
from tests.crm.fakes.hubspot import HubSpot
from tests.crm.hubspot.conftest import (
    MARKETING,
    PROFILING,
    SECRET,
    all_delivered,
    contact_of,
    say,
    sign_up,
)
from tests.factories import NOON, make_customer
from tests.outbox.conftest import Post


def hear(
    connection: Connection,
    *events: dict[str, Any],
    secret: str = SECRET,
    at: datetime | None = None,
    **headers: str,
) -> int:
    """Post the events as HubSpot does and return the status."""
    path = f"/crm/hubspot/{connection.pk}/"
    body = json.dumps(list(events))
    stamp = str(int((at or now()).timestamp() * 1000))
    signature = Signature.get_signature(
        secret, body, "v3", f"http://localhost:8000{path}", "POST", stamp
    )
    sent = {
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": stamp,
        **headers,
    }
    answer = Client().post(path, body, content_type="application/json", headers=sent)
    return answer.status_code


def changed(
    link: Link, name: str = "hs_email_optout", value: str = "true", **fields: Any
) -> dict[str, Any]:
    """Return a contact's change as HubSpot tells it."""
    return {
        "eventId": 100,
        "subscriptionId": 3,
        "portalId": 33,
        "appId": 4711,
        "occurredAt": int((NOON + timedelta(hours=1)).timestamp() * 1000),
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": int(link.remote_id),
        "changeSource": "CRM_UI",
        "sourceId": "userId:1",
        "propertyName": name,
        "propertyValue": value,
    } | fields


@pytest.fixture
def link(hubspot: HubSpot, post: Post, camille: Customer) -> Link:
    """Camille agreed to offers by e-mail and SMS, and HubSpot knows her."""
    say(camille, is_given=True)
    say(camille, MARKETING, "SMS", is_given=True)
    post.send()
    assert all_delivered()
    return Link.objects.get()


def allows(customer: Customer, channel: str = "EMAIL") -> bool:
    return consent.allows(customer, MARKETING, channel)


def test_who_opts_out_there_has_withdrawn_here(
    hubspot: HubSpot, post: Post, camille: Customer, link: Link
) -> None:
    assert hear(post.connection, changed(link)) == 204

    entry = Consent.objects.latest("pk")
    assert not allows(camille)
    assert allows(camille, "SMS")
    assert (entry.source, entry.proof) == ("CRM:hubspot", "HubSpot: event 100")


def test_what_was_heard_is_not_sent_back(
    hubspot: HubSpot, post: Post, camille: Customer, link: Link
) -> None:
    hear(post.connection, changed(link))
    post.clock.at = now() + timedelta(minutes=1)

    post.send()

    assert all_delivered()
    assert not hubspot.paths("/unsubscribe")
    assert "email" not in contact_of(hubspot, camille)
    assert contact_of(hubspot, camille)["omnistore_consent_marketing_email"] == "no"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hs_email_optout_77", "true"),
        ("omnistore_consent_marketing_email", "no"),
    ],
)
def test_hears_every_way_to_say_no(
    post: Post, camille: Customer, link: Link, name: str, value: str
) -> None:
    hear(post.connection, changed(link, name, value))

    assert not allows(camille)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hs_email_optout", "false"),
        ("hs_email_optout", ""),
        ("hs_email_optout_78", "true"),
        ("omnistore_consent_marketing_email", "yes"),
        ("firstname", "no"),
    ],
)
def test_a_yes_or_something_else_there_changes_nothing(
    post: Post, camille: Customer, link: Link, name: str, value: str
) -> None:
    before = Consent.objects.count()

    hear(post.connection, changed(link, name, value))

    assert Consent.objects.count() == before


def test_a_yes_there_never_gives_a_consent_here(post: Post, camille: Customer, link: Link) -> None:
    say(camille, PROFILING, "", is_given=False)

    hear(post.connection, changed(link, "omnistore_consent_profiling", "yes"))

    assert not consent.allows(camille, PROFILING, "")


def test_our_own_echo_says_nothing(post: Post, camille: Customer, link: Link) -> None:
    hear(post.connection, changed(link, changeSource="INTEGRATION", sourceId="4711"))

    assert allows(camille)


def test_another_app_is_no_echo(post: Post, camille: Customer, link: Link) -> None:
    hear(post.connection, changed(link, changeSource="INTEGRATION", sourceId="4712"))

    assert not allows(camille)


def test_hearing_it_twice_withdraws_once(post: Post, camille: Customer, link: Link) -> None:
    hear(post.connection, changed(link), changed(link))
    hear(post.connection, changed(link))

    assert Consent.objects.filter(is_given=False).count() == 1


def test_a_late_event_takes_no_newer_consent_back(
    post: Post, camille: Customer, link: Link
) -> None:
    before = int((NOON - timedelta(days=1)).timestamp() * 1000)

    hear(post.connection, changed(link, occurredAt=before))

    assert allows(camille)


def test_people_made_one_there_are_proposed_here(
    hubspot: HubSpot, post: Post, camille: Customer, link: Link
) -> None:
    zoe = make_customer("Zoé", "Martin")
    sign_up(zoe)
    post.send()
    theirs = Link.objects.get(local_id=zoe.pk).remote_id
    event = changed(
        link,
        subscriptionType="contact.merge",
        primaryObjectId=int(link.remote_id),
        mergedObjectIds=[int(theirs)],
        newObjectId=int(link.remote_id),
    )

    hear(post.connection, event)
    hear(post.connection, event)

    proposal = MergeProposal.objects.get()
    assert (proposal.kept_id, proposal.merged_id) == (camille.pk, zoe.pk)


@pytest.mark.parametrize("is_new", [False, True])
def test_a_no_of_two_who_are_one_there_is_both_theirs(
    hubspot: HubSpot, post: Post, camille: Customer, link: Link, is_new: bool
) -> None:
    zoe = make_customer("Zoé", "Martin")
    say(zoe, is_given=True)
    post.send()
    theirs = Link.objects.get(local_id=zoe.pk)
    kept = "900" if is_new else link.remote_id
    merge = changed(
        link,
        subscriptionType="contact.merge",
        primaryObjectId=int(link.remote_id),
        mergedObjectIds=[int(theirs.remote_id)],
        newObjectId=int(kept),
    )

    hear(post.connection, merge)
    hear(post.connection, changed(link, objectId=int(kept)))

    assert not allows(camille)
    assert not allows(zoe)


def test_a_merge_that_makes_a_new_contact_moves_the_links(
    post: Post, camille: Customer, link: Link
) -> None:
    event = changed(
        link,
        subscriptionType="contact.merge",
        primaryObjectId=int(link.remote_id),
        mergedObjectIds=[5],
        newObjectId=900,
    )

    hear(post.connection, event)

    link.refresh_from_db()
    assert link.remote_id == "900"


@pytest.mark.parametrize("kind", ["contact.deletion", "contact.privacyDeletion", "object.deletion"])
def test_a_contact_gone_there_is_no_link_here(
    post: Post, camille: Customer, link: Link, kind: str
) -> None:
    hear(post.connection, changed(link, subscriptionType=kind, objectTypeId="0-1"))

    assert not Link.objects.exists()


def test_what_is_unknown_says_nothing(post: Post, link: Link) -> None:
    nobody = changed(link, objectId=999_999)
    other = changed(link, subscriptionType="object.deletion", objectTypeId="0-2")

    assert hear(post.connection, nobody, other, {"subscriptionType": "deal.creation"}, {}) == 204
    assert Link.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HubSpot-Signature-v3": "bm8="},
        {"X-HubSpot-Signature-v3": ""},
        {"X-HubSpot-Request-Timestamp": "1"},
        {"X-HubSpot-Request-Timestamp": ""},
        {"X-HubSpot-Request-Timestamp": "soon"},
        {"X-HubSpot-Request-Timestamp": "-5"},
        {"X-HubSpot-Request-Timestamp": "9" * 15},
    ],
)
def test_what_is_not_signed_is_turned_away(
    post: Post, camille: Customer, link: Link, headers: dict[str, str]
) -> None:
    assert hear(post.connection, changed(link), **headers) == 401
    assert allows(camille)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_of_another_time_is_turned_away(post: Post, link: Link, minutes: int) -> None:
    assert hear(post.connection, changed(link), at=now() + timedelta(minutes=minutes)) == 401


def test_without_a_secret_nobody_is_believed(post: Post, link: Link) -> None:
    post.connection.credentials = {"token": "x"}
    post.connection.save()

    assert hear(post.connection, changed(link), secret="") == 401


def test_the_old_secret_counts_until_its_end(post: Post, camille: Customer, link: Link) -> None:
    rotated = connections.rotate(
        connection=post.connection, credentials={"client_secret": "new"}, at=now()
    )

    assert hear(rotated, changed(link)) == 204
    assert hear(rotated, changed(link), secret="new") == 204
    rotated.old_until = now() - timedelta(seconds=1)
    rotated.save()
    assert hear(rotated, changed(link)) == 401


def test_decodes_in_the_address_what_hubspot_decodes() -> None:
    assert plain("https://a.example/x?y=%3A%2f%20%2B%3D") == "https://a.example/x?y=:/%20%2B%3D"
