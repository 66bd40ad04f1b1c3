"""What Salesforce tells us: opt-outs, merges and deletions, signed by the trigger there."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from customers import consent
from customers.models import Consent, Customer
from omnistore.crm.models import Link, MergeProposal
from omnistore.outbox import connections
from omnistore.outbox.models import Event
from tests.crm.fakes.salesforce import Salesforce
from tests.crm.salesforce.shop import answer, camille, sign_up
from tests.factories import NOON, WEBHOOK_SECRET, make_customer
from tests.outbox.conftest import Post

FORGED = "whsec_" + "A" * 32
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def customer(post: Post) -> Customer:
    """Camille, who wants offers by e-mail and SMS, and whom Salesforce knows."""
    customer = camille()
    answer(customer, "EMAIL", True)
    answer(customer, "SMS", True)
    post.send()
    return customer


@pytest.fixture
def client() -> Client:
    return Client()


def tell(client: Client, post: Post, body: Any, *, secret: str = WEBHOOK_SECRET) -> int:
    """Post the body as the trigger does, and return the status."""
    text = json.dumps(body)
    at = now()
    response = client.post(
        f"/crm/salesforce/{post.connection.pk}/",
        text,
        content_type="application/json",
        headers={
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign("msg_1", at, text),
        },
    )
    return response.status_code


def remote_id(customer: Customer) -> str:
    return Link.objects.get(local_id=customer.pk, kind="CUSTOMER").remote_id


def opt_out(
    customer: Customer, field: str = "HasOptedOutOfEmail", at: datetime = LATER, **extra: Any
) -> dict[str, Any]:
    return {
        "type": "contact.optout",
        "ids": [remote_id(customer)],
        "externalIds": [str(customer.pk)],
        "field": field,
        "at": at.isoformat(),
        **extra,
    }


@pytest.mark.parametrize(
    ("field", "channel"),
    [
        ("HasOptedOutOfEmail", "EMAIL"),
        ("Omnistore_Email_Offers__c", "EMAIL"),
        ("Omnistore_Sms_Offers__c", "SMS"),
    ],
)
def test_an_opt_out_there_withdraws_the_consent_here(
    client: Client, post: Post, customer: Customer, field: str, channel: str
) -> None:
    assert tell(client, post, [opt_out(customer, field)]) == 204

    last = Consent.objects.latest("pk")
    assert (last.is_given, last.wording.channel, last.at) == (False, channel, LATER)
    assert (last.source, last.proof) == ("CRM:salesforce", f"Salesforce: {field}")
    assert not consent.allows(customer, "MARKETING", channel)


def test_an_opt_out_told_twice_is_written_once(
    client: Client, post: Post, customer: Customer
) -> None:
    tell(client, post, opt_out(customer))
    tell(client, post, opt_out(customer))

    assert Consent.objects.filter(is_given=False).count() == 1


def test_a_late_opt_out_never_withdraws_what_was_given_after_it(
    client: Client, post: Post, customer: Customer
) -> None:
    answer(customer, "EMAIL", True, at=NOON + timedelta(hours=2))

    tell(client, post, opt_out(customer, at=NOON + timedelta(hours=1)))

    assert consent.allows(customer, "MARKETING", "EMAIL")
    assert not Consent.objects.filter(is_given=False).exists()


def test_a_clock_ahead_does_not_outweigh_tomorrow(
    client: Client, post: Post, customer: Customer
) -> None:
    Consent.objects.update(at=now() - timedelta(days=1))

    tell(client, post, opt_out(customer, at=now() + timedelta(days=30)))

    assert Consent.objects.latest("pk").at <= now()


def test_our_own_words_coming_back_change_nothing(
    client: Client, post: Post, there: Salesforce
) -> None:
    customer = camille()
    sign_up(customer)
    post.send()
    before = Event.objects.count()

    tell(client, post, opt_out(customer))

    assert not Consent.objects.exists()
    assert Event.objects.count() == before


def test_the_withdrawal_heard_is_told_to_the_contact(
    client: Client, post: Post, there: Salesforce, customer: Customer
) -> None:
    answer(customer, "SMS", False, at=NOON + timedelta(minutes=1))
    tell(client, post, opt_out(customer, at=NOON + timedelta(minutes=2)))

    post.send()

    contact = there.org.only("Contact")
    assert contact["Email"] is None
    assert not contact["Omnistore_Email_Offers__c"]


def test_knows_the_customer_by_our_id_before_there_is_a_link(
    client: Client, post: Post, customer: Customer
) -> None:
    event = opt_out(customer)
    Link.objects.all().delete()

    tell(client, post, event)

    assert not consent.allows(customer, "MARKETING", "EMAIL")


def test_a_merge_there_is_proposed_here(client: Client, post: Post, customer: Customer) -> None:
    other = make_customer("Camille", "Moreau")
    sign_up(other)
    post.send()
    event = {
        "type": "contact.merged",
        "kept": remote_id(customer),
        "ids": [remote_id(other)],
        "externalIds": [str(other.pk)],
        "at": LATER.isoformat(),
    }

    tell(client, post, event)
    tell(client, post, event)

    proposal = MergeProposal.objects.get()
    assert (proposal.kept_id, proposal.merged_id) == (customer.pk, other.pk)


def test_an_opt_out_of_a_merged_contact_is_of_all_who_were_made_one(
    client: Client, post: Post, customer: Customer
) -> None:
    other = make_customer("Camille", "Moreau", email="cm@example.org")
    answer(other, "EMAIL", True)
    post.send()
    event = {
        "type": "contact.merged",
        "kept": remote_id(customer),
        "ids": [remote_id(other)],
        "externalIds": [str(other.pk)],
        "at": LATER.isoformat(),
    }
    tell(client, post, [event, opt_out(customer)])

    assert not consent.allows(customer, "MARKETING", "EMAIL")
    assert not consent.allows(other, "MARKETING", "EMAIL")


def test_a_merge_into_a_contact_that_is_nobodys_moves_the_link(
    client: Client, post: Post, there: Salesforce, customer: Customer
) -> None:
    kept = there.org.put("Contact", LastName="Moreau")
    event = {
        "type": "contact.merged",
        "kept": kept,
        "ids": [remote_id(customer)],
        "externalIds": [str(customer.pk)],
        "at": LATER.isoformat(),
    }
    there.org.merge(kept=kept, lost=remote_id(customer))

    tell(client, post, event)
    sign_up(customer)
    post.send()

    assert there.org.only("Contact")["Omnistore_Id__c"] == str(customer.pk)
    assert remote_id(customer) == kept


def test_a_contact_deleted_there_is_no_longer_linked(
    client: Client, post: Post, customer: Customer
) -> None:
    event = {"type": "contact.deleted", "ids": [remote_id(customer)], "at": LATER.isoformat()}

    tell(client, post, event)

    assert not Link.objects.exists()


def test_hears_both_secrets_while_the_old_one_counts(
    client: Client, post: Post, customer: Customer
) -> None:
    secret = connections.renew_secret(connection=post.connection, at=now())

    assert tell(client, post, opt_out(customer), secret=WEBHOOK_SECRET) == 204
    assert tell(client, post, opt_out(customer), secret=secret) == 204


def test_whoever_did_not_sign_gets_one_plain_answer(
    client: Client, post: Post, customer: Customer
) -> None:
    assert tell(client, post, opt_out(customer), secret=FORGED) == 401
    assert client.post(f"/crm/salesforce/{post.connection.pk}/", "x", "text/plain").status_code == (
        401
    )
    assert consent.allows(customer, "MARKETING", "EMAIL")


@pytest.mark.parametrize(
    "broken",
    [
        "nonsense",
        17,
        {},
        {"type": "contact.optout"},
        {"type": "contact.optout", "ids": ["x"], "field": "DoNotCall"},
        {"type": "contact.optout", "ids": ["x"], "field": "DoNotCall", "at": "yesterday"},
        {"type": "contact.optout", "ids": ["x"], "field": [], "at": "2026-11-21T12:00:00Z"},
        {"type": "contact.optout", "ids": ["x"], "field": "Other", "at": "2026-11-21T12:00:00Z"},
        {"type": "contact.optout", "ids": ["x"], "externalIds": ["y", "z"], "field": "DoNotCall",
         "at": "2026-11-21T12:00:00Z"},
        {"type": "contact.merged", "ids": ["x"]},
        {"type": "contact.merged", "ids": ["x"], "kept": "003') OR (Id != '"},
        {"type": "contact.renamed", "ids": ["x"]},
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_leaves_the_others(
    client: Client, post: Post, customer: Customer, broken: Any
) -> None:
    assert tell(client, post, [broken, opt_out(customer)]) == 204

    assert not consent.allows(customer, "MARKETING", "EMAIL")
