"""Segment hears what happened by its own specs: once, in order, and no more than it may know."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.timezone import now

from customers import consent, privacy
from customers.facts import CustomerSignedUp
from customers.models import ConsentWording, Customer
from omnistore.crm import segment_mapping as mapping
from omnistore.outbox import connections, events, sending, trials
from omnistore.outbox.answers import Verdict
from omnistore.outbox.messages import Message, key
from omnistore.outbox.models import Connection, Delivery
from orders import refunds, returns
from orders.facts import CartChanged, OrderRecorded
from orders.models import Cart, Order, Product, Refund
from stores.models import Tablet
from tests.crm.fakes.segment import TOKEN, WRITE_KEY, Segment, listening
from tests.crm.fakes.served import Said
from tests.factories import (
    NOON,
    WEBHOOK_SECRET,
    make_cart,
    make_customer,
    make_order,
    make_policy,
    make_product,
)
from tests.orders.test_returns import draft_of, the_line, wants
from tests.outbox.conftest import Post

EXAMPLES = settings.BASE_DIR / "tests" / "data" / "contracts" / "segment"
State = Delivery.State


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def segment() -> Iterator[Segment]:
    with listening() as running:
        yield running


@pytest.fixture
def post(db: None, segment: Segment) -> Post:
    connection = connections.ensure(
        name="CDP", url=segment.url, secret=WEBHOOK_SECRET, kind="segment", at=NOON
    )
    connection.credentials = {"write_key": WRITE_KEY}
    connection.options = {"regulations_url": segment.url}
    connection.save()
    return Post(connection)


@pytest.fixture
def camille(db: None) -> Customer:
    consent.default_wordings(at=NOON)
    return make_customer(
        email="camille@example.fr", phone="+33612345678", city="Lyon", country="FR"
    )


def says(customer: Customer, purpose: str, channel: str = "", *, is_given: bool = True) -> None:
    wording = ConsentWording.objects.get(purpose=purpose, channel=channel, language="en")
    consent.record(
        customer=customer,
        wording=wording,
        is_given=is_given,
        source="TEST",
        store=None,
        tablet=None,
        clerk=None,
        at=NOON,
    )


def sign_up(customer: Customer) -> None:
    fact = CustomerSignedUp(
        customer_id=customer.pk, store_code="lyo", kinds=["EMAIL"], source="COUNTER", language="fr"
    )
    with transaction.atomic():
        events.record(fact, at=NOON)


def buy(customer: Customer | None, *, lines: int = 1, name: str = "Sac", **fields: Any) -> Order:
    articles = [
        Product.objects.filter(sku=f"A{n}").first() or make_product(f"A{n}", name=name)
        for n in range(lines)
    ]
    order = make_order(customer, [(article, 2, 1990) for article in articles], **fields)
    with transaction.atomic():
        events.record(recorded(order), at=NOON)
    return order


def recorded(order: Order) -> OrderRecorded:
    return OrderRecorded(
        customer_id=order.customer_id,
        store_code="lyo",
        order_id=order.pk,
        number=order.number,
        channel=order.channel,
        units=1,
        total=order.total,
        currency=order.currency,
    )


def bring_back(order: Order, tablet: Tablet, **fields: Any) -> None:
    """Two units come back, and the register pays everything."""
    make_policy()
    returns.take(draft=draft_of(order, wants(the_line(order), 2, **fields), tablet=tablet), at=NOON)
    for refund in Refund.objects.all():
        with transaction.atomic():
            refunds.paid(refund, reference="T-1", at=NOON)


def fits(given: Any, example: Any) -> bool:
    """Whether everything that both have is of the same JSON type."""
    if isinstance(example, dict):
        return isinstance(given, dict) and all(
            fits(given[name], example[name]) for name in given.keys() & example.keys()
        )
    if isinstance(example, list):
        return isinstance(given, list) and all(fits(item, example[0]) for item in given)
    if isinstance(example, int | float):
        return isinstance(given, int | float) and not isinstance(given, bool)
    return isinstance(given, type(example))


def example_of(event: dict[str, Any]) -> dict[str, Any]:
    name = event["event"].lower().replace(" ", "_")
    example: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return example


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


# --- what is said --------------------------------------------------------------------------------


def test_tells_an_order_as_the_spec_has_it(post: Post, segment: Segment, camille: Customer) -> None:
    says(camille, "PROFILING")
    order = buy(camille, discount=100)

    post.send()

    (event,) = segment.tracks("Order Completed")
    assert event["userId"] == str(camille.pk)
    assert event["properties"] == {
        "order_id": order.number,
        "affiliation": "shop",
        "total": 38.8,
        "revenue": 32.33,
        "tax": 6.47,
        "discount": 1,
        "currency": "EUR",
        "products": [
            {
                "product_id": "A0",
                "sku": "A0",
                "name": "Sac",
                "position": 1,
                "price": 19.9,
                "quantity": 2,
            }
        ],
    }
    assert fits(event, example_of(event))


def test_tells_a_refund_once_with_all_that_was_paid_back(
    post: Post, segment: Segment, camille: Customer, tablet: Tablet
) -> None:
    says(camille, "PROFILING")
    order = buy(camille, tenders={"CARD": 3000, "CASH": 980})
    bring_back(order, tablet)

    post.send()

    (event,) = segment.tracks("Order Refunded")
    assert (event["properties"]["order_id"], event["properties"]["total"]) == (order.number, 39.8)
    assert event["properties"]["products"][0]["quantity"] == 2
    assert fits(event, example_of(event))
    (accepted,) = segment.tracks("Return Accepted")
    assert accepted["properties"]["products"][0]["reason"] == "CHANGED_MIND"


def test_tells_an_exchange_as_the_first_order_changed(
    post: Post, segment: Segment, camille: Customer, tablet: Tablet
) -> None:
    says(camille, "PROFILING")
    order = buy(camille)
    black = make_product("A0BLACK", model=the_line(order).product.model, name="Sac noir")
    bring_back(order, tablet, resolution="EXCHANGE", replacement_id=black.pk)

    post.send()

    (event,) = segment.tracks("Order Updated")
    assert event["properties"]["order_id"] == order.number
    assert event["properties"]["products"][0]["name"] == "Sac noir"
    assert fits(event, example_of(event))


def test_tells_an_open_cart_and_no_closed_one(
    post: Post, segment: Segment, camille: Customer
) -> None:
    says(camille, "PROFILING")
    for state in (Cart.State.OPEN, Cart.State.ORDERED):
        cart = make_cart(camille, [(make_product(f"C-{state}"), 1, 500)], state=state)
        fact = CartChanged(
            customer_id=camille.pk,
            store_code="",
            cart_id=cart.pk,
            source="shop",
            state=state,
            units=1,
            total=500,
            currency="EUR",
        )
        with transaction.atomic():
            events.record(fact, at=NOON)

    post.send()

    (event,) = segment.tracks("Cart Viewed")
    assert event["properties"]["products"][0]["product_id"] == "C-OPEN"
    assert fits(event, example_of(event))
    assert set(states()) == {State.DELIVERED}


def test_an_order_of_nobody_goes_under_the_events_own_id(post: Post, segment: Segment) -> None:
    buy(None)

    post.send()

    (event,) = segment.tracks()
    assert "userId" not in event
    assert event["anonymousId"] == str(Delivery.objects.get().event_id)


# --- what may be known ---------------------------------------------------------------------------


def test_without_consent_an_order_is_ids_and_amounts(
    post: Post, segment: Segment, camille: Customer
) -> None:
    buy(camille)

    post.send()

    (event,) = segment.tracks()
    assert "products" not in event["properties"]
    assert "traits" not in event["context"]


def test_a_receiver_for_service_hears_of_the_goods_without_consent(
    post: Post, segment: Segment, camille: Customer
) -> None:
    Connection.objects.update(purpose=Connection.Purpose.SERVICE)
    buy(camille)

    post.send()

    (event,) = segment.tracks()
    assert event["properties"]["products"]
    assert event["context"]["traits"] == {"email": "camille@example.fr", "phone": "+33612345678"}


def test_a_consent_withdrawn_blanks_the_traits_that_it_allowed(
    post: Post, segment: Segment, camille: Customer
) -> None:
    says(camille, "MARKETING", "EMAIL")
    post.send()
    profile = segment.profiles[str(camille.pk)]
    assert (profile["email"], profile["firstName"]) == ("camille@example.fr", "Camille")
    assert profile["phone"] is None

    says(camille, "MARKETING", "EMAIL", is_given=False)
    post.send()

    profile = segment.profiles[str(camille.pk)]
    assert (profile["email"], profile["firstName"], profile["address"]["city"]) == (None,) * 3
    last = list(segment.events.values())[-1]
    assert last["context"]["consent"] == {"categoryPreferences": {"marketing_email": False}}


def test_an_erased_person_is_deleted_by_the_public_api(
    post: Post, segment: Segment, camille: Customer
) -> None:
    post.connection.credentials |= {"token": TOKEN}
    post.connection.save()
    says(camille, "MARKETING", "EMAIL")
    post.send()

    privacy.erase(customer=camille, at=NOON)
    post.send()

    assert segment.deleted == {str(camille.pk)}
    assert not segment.profiles


def test_without_a_token_an_erased_person_is_blanked(
    post: Post, segment: Segment, camille: Customer
) -> None:
    says(camille, "MARKETING", "EMAIL")
    post.send()

    privacy.erase(customer=camille, at=NOON)
    post.send()

    profile = segment.profiles[str(camille.pk)]
    assert set(profile.pop("address").values()) == set(profile.values()) == {None}
    assert segment.tracks("User Erased")


def test_what_still_waits_of_an_erased_person_is_not_sent(
    post: Post, segment: Segment, camille: Customer
) -> None:
    sign_up(camille)
    post.send()
    buy(camille)
    privacy.erase(customer=camille, at=NOON)

    post.send()

    assert not segment.tracks("Order Completed")
    assert "erased: nothing is sent" in Delivery.objects.values_list("last_words", flat=True)


# --- how it is sent ------------------------------------------------------------------------------


def test_a_call_sent_twice_is_one_event_there(
    post: Post, segment: Segment, camille: Customer
) -> None:
    buy(camille)
    post.send()

    # As after a crash between the call and the mark: the same message, by a sender made anew.
    sending.connector_of(post.connection).send([message_of(Delivery.objects.get())], NOON)

    assert len(segment.events) == 1


def message_of(delivery: Delivery) -> Message:
    event = delivery.event
    return Message(
        delivery_id=delivery.pk,
        event_id=event.pk,
        stream_id=delivery.stream_id,
        key=key(event.pk, delivery.connection_id),
        sequence=event.sequence,
        kind=event.kind,
        topic=event.topic,
        name=event.name,
        customer_id=event.customer_id,
        payload=event.payload,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
    )


def test_keeps_the_order_of_a_customer_in_one_request(
    post: Post, segment: Segment, camille: Customer
) -> None:
    numbers = [buy(camille).number for _ in range(5)]

    post.send()

    assert [event["properties"]["order_id"] for event in segment.tracks()] == numbers
    assert len(segment.requests) == 1


def test_cuts_batches_to_what_segment_takes(post: Post, segment: Segment) -> None:
    for _ in range(18):
        buy(None, lines=160, name="Sac " * 25)

    post.send()

    assert len(segment.tracks()) == 18
    assert len(segment.requests) == 2
    assert max(segment.requests) <= mapping.LARGEST_BATCH


def test_an_event_too_large_goes_without_its_products(post: Post, segment: Segment) -> None:
    order = buy(None, lines=200, name="Sac " * 25)

    post.send()

    (event,) = segment.tracks()
    assert event["properties"]["products_omitted"] == 200
    assert event["properties"]["order_id"] == order.number


def test_an_event_that_never_fits_is_none() -> None:
    assert mapping.fitted({"event": "x" * 40_000}) is None


def test_a_bad_event_is_found_and_the_others_arrive(post: Post, segment: Segment) -> None:
    segment.refuses = "W-BAD"
    for number in ("W-1", "W-BAD", "W-2", "W-3"):
        buy(None, number=number)

    post.send()

    # All are of one stream, a store's: what is behind the bad one waits for a person.
    assert [event["properties"]["order_id"] for event in segment.tracks()] == ["W-1"]
    dead = Delivery.objects.get(state=State.DEAD)
    assert "malformed event" in dead.last_words


def test_a_receiver_that_asks_for_years_is_asked_again_within_an_hour(
    post: Post, segment: Segment
) -> None:
    segment.answers = [Said(429, b"slow down", {"Retry-After": "999999999"})]

    assert not trials.run(connection=post.connection, at=now()).is_well

    post.connection.refresh_from_db()
    wait = post.connection.next_call_at - now().timestamp()
    assert 3590 < wait <= 3600


def test_comes_back_when_segment_says(post: Post, segment: Segment, camille: Customer) -> None:
    segment.answers = [Said(429, b"slow down", {"Retry-After": "60"})]
    buy(camille)

    post.send()

    delivery = post.only()
    assert (delivery.state, delivery.last_status) == (State.WAITING, 429)
    assert delivery.due_at == NOON + timedelta(seconds=60)


def test_comes_back_after_a_failure(post: Post, segment: Segment, camille: Customer) -> None:
    segment.answers = [Said(500, b"oops")]
    buy(camille)

    post.send()
    post.clock.move(seconds=5)
    post.send()

    assert post.only().state == State.DELIVERED
    assert len(segment.tracks()) == 1


def test_an_old_key_counts_until_the_new_one_is_taken(
    post: Post, segment: Segment, camille: Customer
) -> None:
    connections.rotate(
        connection=post.connection, credentials={"write_key": "new"}, at=NOON + timedelta(days=9999)
    )
    buy(camille)

    post.send()

    assert post.only().state == State.DELIVERED


def test_a_key_refused_pauses_the_connection(
    post: Post, segment: Segment, camille: Customer
) -> None:
    segment.keys = {"another"}
    buy(camille)

    post.send()

    post.connection.refresh_from_db()
    assert post.connection.state == Connection.State.REFUSED


def test_a_test_says_what_it_shows(post: Post, segment: Segment) -> None:
    answer = sending.connector_of(post.connection).test(NOON)

    assert answer.verdict is Verdict.DONE
    assert "debugger" in answer.words
    assert segment.tracks("omnistore Test")


def test_a_test_tries_the_token(post: Post, segment: Segment) -> None:
    post.connection.credentials |= {"token": "wrong"}

    answer = sending.connector_of(post.connection).test(NOON)

    assert answer.verdict is Verdict.PAUSE
    assert "invalid token" in answer.words
