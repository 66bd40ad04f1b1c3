"""The connection to HubSpot: let in or not, prepared or not, at which pace."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from customers.models import Customer
from omnistore.crm.hubspot import schema
from omnistore.crm.hubspot.connector import Connector, pace_of
from omnistore.outbox import connections
from omnistore.outbox.answers import Verdict
from omnistore.outbox.models import Connection
from tests.crm.fakes import hubspot_contract
from tests.crm.fakes.hubspot import HubSpot
from tests.crm.hubspot.conftest import all_delivered, sign_up, states
from tests.factories import NOON
from tests.outbox.conftest import Post, happen


def test_the_test_button_makes_what_is_missing_and_says_so(
    hubspot: HubSpot, connection: Connection
) -> None:
    first = Connector(connection).test(NOON)
    asked = len(hubspot.asked)
    second = Connector(connection).test(NOON)

    assert first.verdict is Verdict.DONE
    assert first.words == "HubSpot lets us in; made there: 21."
    assert second.words == "HubSpot lets us in; made there: 0."
    assert not [method for method, _, _ in hubspot.asked[asked:] if method == "POST"]


def test_the_test_button_names_what_does_not_exist(
    hubspot: HubSpot, connection: Connection
) -> None:
    connection.options["subscription_id"] = "12"

    answer = Connector(connection).test(NOON)

    assert answer.verdict is Verdict.DEAD
    assert answer.words == "HubSpot has no subscription type with this number."


def test_the_test_button_says_that_we_are_not_let_in(
    hubspot: HubSpot, connection: Connection
) -> None:
    hubspot.tokens = {"another"}

    answer = Connector(connection).test(NOON)

    assert (answer.verdict, answer.status) == (Verdict.PAUSE, 401)
    assert "Authentication credentials not found" in answer.words


def test_properties_that_somebody_made_meanwhile_are_no_trouble(
    hubspot: HubSpot, connection: Connection
) -> None:
    said = {"status": "error", "category": "OBJECT_ALREADY_EXISTS", "message": "exists"}
    hubspot.answers = [("batch/create", 409, {}, said), ("v3/schemas", 200, {}, {"results": []})]

    assert Connector(connection).test(NOON).verdict is Verdict.DONE


def test_a_property_of_our_name_that_is_not_unique_is_said(
    hubspot: HubSpot, connection: Connection
) -> None:
    by_hand = {"name": "omnistore_order_id", "type": "string", "hasUniqueValue": False}
    hubspot.account.properties["orders"]["omnistore_order_id"] = by_hand

    answer = Connector(connection).test(NOON)

    assert answer.verdict is Verdict.DEAD
    # In the shop's language, as what is made there.
    assert "omnistore_order_id de orders a été créée à la main" in answer.words


def test_a_property_refused_among_others_that_are_made_is_said(
    hubspot: HubSpot, connection: Connection
) -> None:
    words = "You have reached the limit of 10 unique properties"
    hubspot.answers = [("contacts/batch/create", 207, {}, batch_error("VALIDATION_ERROR", words))]

    answer = Connector(connection).test(NOON)

    assert (answer.verdict, answer.words) == (Verdict.DEAD, words)


def test_a_property_of_a_batch_that_is_there_already_is_no_trouble(
    hubspot: HubSpot, connection: Connection
) -> None:
    error = batch_error("OBJECT_ALREADY_EXISTS", "A property named 'omnistore_id' already exists.")
    hubspot.answers = [("contacts/batch/create", 207, {}, error)]

    assert Connector(connection).test(NOON).verdict is Verdict.DONE


def batch_error(category: str, message: str) -> dict[str, object]:
    """Return a batch's answer in which one was refused."""
    error = {"status": "error", "category": category, "message": message, "context": {}}
    return {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}


def test_a_property_that_cannot_be_made_ends_in_its_words_and_no_loop(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    words = 'Property \\"omnistore_id\\" does not exist (PROPERTY_DOESNT_EXIST)'
    refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": words}
    hubspot.answers = [("batch/read", 400, {}, refusal)] * 9
    sign_up(camille)

    post.send()
    first = [state for state, _ in states()]
    post.clock.move(hours=1)
    post.send()

    assert first == ["WAITING"]
    ((state, said),) = states()
    assert (state, "PROPERTY_DOESNT_EXIST" in said) == ("DEAD", True)
    assert len(hubspot.paths("batch/read")) == 4
    assert len(hubspot.paths("contacts/batch/create")) == 1


def test_what_was_made_just_now_may_take_a_moment_to_be_known(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    words = 'Property \\"omnistore_id\\" does not exist (PROPERTY_DOESNT_EXIST)'
    refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": words}
    hubspot.answers = [("batch/read", 400, {}, refusal)] * 2
    sign_up(camille)

    post.send()
    post.clock.move(hours=1)
    post.send()

    assert all_delivered()


@pytest.mark.parametrize(
    "words",
    [
        "Unable to perform read by non-unique 0-1 property omnistore_id",
        "Unable to perform update/upsert by non-unique 0-1 property",
        "Unknown property: omnistore_level",
        "omnistore_points is not a property of contacts",
        'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST"}]',
        'Property \\"omnistore_level\\" does not exist',
    ],
)
def test_makes_what_is_missing_however_hubspot_words_it(
    hubspot: HubSpot, post: Post, camille: Customer, words: str
) -> None:
    Connector(post.connection).prepare(NOON)
    refusal = {"status": "error", "category": "VALIDATION_ERROR", "message": words}
    hubspot.answers = [("batch/read", 400, {}, refusal)]
    sign_up(camille)

    post.send()

    assert all_delivered()


def test_the_old_token_counts_until_the_new_one_does(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    connections.rotate(
        connection=post.connection,
        credentials={"token": "not valid there yet"},
        keep_for=timedelta(days=1),
        at=now(),
    )
    sign_up(camille)

    post.send()

    assert all_delivered()


def test_a_refused_token_pauses_the_connection(
    hubspot: HubSpot, post: Post, camille: Customer
) -> None:
    hubspot.tokens = set()
    sign_up(camille)

    post.send()

    post.connection.refresh_from_db()
    assert post.connection.state == Connection.State.REFUSED
    assert [state for state, _ in states()] == ["WAITING"]


def test_what_is_about_nobody_needs_no_call(hubspot: HubSpot, post: Post) -> None:
    happen(None)
    happen()

    post.send()

    assert all_delivered()
    assert not hubspot.asked


@pytest.mark.parametrize(("given", "most"), [("", 190), ("100", 100), ("nonsense", 190), ("0", 10)])
def test_stays_within_the_calls_of_ten_seconds(given: str, most: int) -> None:
    pace = pace_of(Connection(options={"calls": given}))

    assert pace.calls + pace.burst == most
    assert pace.seconds == 10


def test_the_schema_of_returns_is_what_the_official_client_would_send() -> None:
    hubspot_contract.check("POST", "/crm-object-schemas/v3/schemas", schema.schema_of_returns())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/crm/v3/objects/contacts/batch/upserts", {"inputs": []}),
        ("/crm/v3/objects/contacts/batch/upsert", {}),
        ("/crm/v3/objects/contacts/batch/upsert", {"inputs": [{"id": "1"}]}),
        (
            "/crm/v3/objects/contacts/batch/upsert",
            {"inputs": [{"id": "1", "properties": {"omnistore_points": 12}}]},
        ),
        (
            "/crm/v3/objects/contacts/batch/upsert",
            {"inputs": [{"id": "1", "properties": {}, "id_property": "email"}]},
        ),
        (
            "/communication-preferences/v3/subscribe",
            {"emailAddress": "a@example.fr", "subscriptionId": "77", "legalBasis": "CONSENT"},
        ),
    ],
)
def test_the_test_account_refuses_what_the_official_client_could_not_send(
    path: str, body: object
) -> None:
    with pytest.raises(hubspot_contract.Broken):
        hubspot_contract.check("POST", path, body)
