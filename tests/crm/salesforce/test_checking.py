"""What the test says, and whether the package brings what we write."""

from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from omnistore.crm.salesforce import connector, schema
from omnistore.outbox.answers import Verdict
from tests.crm.fakes.salesforce import DATA, Salesforce
from tests.crm.fakes.salesforce_org import PACKAGE
from tests.crm.salesforce.shop import bought, happen
from tests.factories import (
    NOON,
    make_customer,
)
from tests.outbox.conftest import Post


def test_says_that_all_is_there(service: Post, there: Salesforce) -> None:
    said = connector.Connector(service.connection).test(NOON)

    assert said.verdict is Verdict.DONE
    assert not there.org.records


def test_says_which_field_is_missing(service: Post, there: Salesforce) -> None:
    del there.org.schema["Omnistore_Return__c"]
    del there.org.schema["Contact"]["Omnistore_Points__c"]

    said = connector.Connector(service.connection).test(NOON)

    assert said.verdict is Verdict.DEAD
    assert said.words.endswith("Contact.Omnistore_Points__c, Omnistore_Return__c")


@pytest.mark.parametrize("lacking", ["consumer_key", "username", "private_key"])
def test_says_what_is_not_filled_in(service: Post, lacking: str) -> None:
    service.connection.options.pop(lacking, None)
    service.connection.credentials.pop(lacking, None)

    said = connector.Connector(service.connection).test(NOON)

    assert said.verdict is Verdict.PAUSE
    assert said.words == f"omnistore: not filled in: {lacking}"


def test_says_that_a_key_is_none(service: Post) -> None:
    service.connection.credentials["private_key"] = "nonsense"

    said = connector.Connector(service.connection).test(NOON)

    assert said.words == "omnistore: the private key cannot be read"


def test_the_package_brings_every_field_we_write_and_the_right_to(there: Salesforce) -> None:
    package = (PACKAGE.parent / "package.xml").read_text()
    rights = (PACKAGE.parent / "permissionsets" / "Omnistore.permissionset").read_text()
    for kind, names in schema.FIELDS.items():
        assert names <= set(there.org.schema[kind])
        for name in (one for one in names if one.endswith("__c")):
            assert f"<field>{kind}.{name}</field>" in rights
            assert kind != "Contact" or f"<members>{kind}.{name}</members>" in package


def test_hundreds_go_out_in_few_requests_and_few_queries(
    service: Post,
    there: Salesforce,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(60):
        happen(bought(make_customer(f"Number {number}", id=UUID(int=number + 1))))
    service.relay()

    with django_assert_max_num_queries(60):
        service.send()

    writes = [path for method, path in there.requests if method == "PATCH"]
    assert len(there.org.of("Omnistore_Order__c")) == 60
    assert writes == [
        f"{DATA}/composite/sobjects/Contact/Omnistore_Id__c",
        f"{DATA}/composite/sobjects/Omnistore_Order__c/Omnistore_Id__c",
    ]
