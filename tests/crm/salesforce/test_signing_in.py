"""Who we say we are, with which key, and to which host we send the token."""

import pytest
from django.utils.timezone import now

from omnistore.crm.salesforce import signin
from omnistore.outbox import connections
from tests.crm.fakes.salesforce import Salesforce, private_key
from tests.crm.salesforce import shop
from tests.crm.salesforce.shop import camille, sign_up
from tests.factories import (
    make_customer,
)
from tests.outbox.conftest import Post


def test_signs_in_once_for_many_calls(service: Post, there: Salesforce) -> None:
    for name in ("Alice", "Bob"):
        sign_up(make_customer(name))
        service.send()

    assert there.sign_ins == 1


def test_signs_in_anew_when_the_session_is_over(service: Post, there: Salesforce) -> None:
    sign_up(make_customer("Alice"))
    service.send()
    there.sessions.clear()

    sign_up(make_customer("Bob"))
    service.send()

    assert there.sign_ins == 2
    assert set(shop.states(service)) == {"DELIVERED"}


def test_a_session_that_never_holds_pauses_the_connection(service: Post, there: Salesforce) -> None:
    there.answers = [(401, {}, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}])] * 2
    sign_up(camille())

    service.send()

    service.connection.refresh_from_db()
    assert (service.connection.state, there.sign_ins) == ("REFUSED", 2)


def test_the_old_key_is_good_until_its_time_is_over(service: Post, there: Salesforce) -> None:
    there.trusts = [private_key("old")]
    service.connection.credentials = {"private_key": private_key("old")}
    service.connection.save()
    connections.rotate(
        connection=service.connection, credentials={"private_key": private_key()}, at=now()
    )
    sign_up(camille())

    service.send()

    assert shop.states(service) == ["DELIVERED"]

    there.trusts = [private_key()]
    there.sessions.clear()
    sign_up(make_customer("Bob"))
    service.send()

    assert shop.states(service) == ["DELIVERED", "DELIVERED"]


def test_a_key_they_do_not_know_pauses_the_connection(service: Post, there: Salesforce) -> None:
    there.trusts = [private_key("another")]
    sign_up(camille())

    service.send()

    service.connection.refresh_from_db()
    assert service.connection.state == "REFUSED"
    assert service.connection.state_reason == "invalid_grant: invalid assertion"
    assert service.only().attempts == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example",
        "https://evil.example/.salesforce.com",
        "https://shop.my.salesforce.com@evil.example",
        "https://salesforce.com.evil.example",
        "https://evilsalesforce.com",
        "http://shop.my.salesforce.com",
        "https://evil.my.site.com",
        "",
    ],
)
def test_the_token_goes_to_salesforce_only(service: Post, there: Salesforce, url: str) -> None:
    there.instance_url = url or "nonsense"
    sign_up(camille())

    service.send()

    service.connection.refresh_from_db()
    assert service.connection.state == "REFUSED"
    assert "instance_url" in service.connection.state_reason
    assert not there.requests


@pytest.mark.parametrize(
    "url", ["https://shop.my.salesforce.com", "https://shop--uat.sandbox.my.salesforce.com"]
)
def test_salesforces_own_hosts_are_trusted(url: str) -> None:
    assert signin.is_theirs(url)


def test_says_what_is_wrong_with_the_new_key_and_not_with_the_old(
    service: Post, there: Salesforce
) -> None:
    there.trusts = []
    connections.rotate(
        connection=service.connection, credentials={"private_key": "nonsense"}, at=now()
    )
    sign_up(camille())

    service.send()

    service.connection.refresh_from_db()
    assert service.connection.state_reason == "omnistore: the private key cannot be read"
