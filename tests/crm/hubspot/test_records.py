"""Orders, returns, exchanges and refunds in HubSpot, joined to whom and what they are about."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from customers.models import Customer
from omnistore.crm.hubspot.connector import Connector
from omnistore.crm.models import Link
from omnistore.outbox import events
from omnistore.outbox.models import Connection, Delivery
from orders import refunds, returns
from orders.facts import OrderRecorded
from orders.models import CustomerReturn, Order, Refund
from orders.quotes import Choice
from stores.models import Tablet
from tests.crm.fakes.hubspot import HubSpot
from tests.crm.hubspot.conftest import again, all_delivered, contact_of, states
from tests.factories import NOON, make_customer, make_order, make_policy, make_product, spaced
from tests.outbox.conftest import Post


@pytest.fixture
def order(camille: Customer) -> Order:
    """Three bags at 19,99 € bought on the web five days ago, by card."""
    make_policy(days=30)
    return make_order(camille, [(make_product(), 3, 1999)], number="W-1")


def record(order: Order) -> None:
    """Record that the order was paid."""
    with transaction.atomic():
        events.record(
            OrderRecorded(
                customer_id=order.customer_id,
                store_code="",
                order_id=order.pk,
                number=order.number,
                channel=order.channel,
                units=3,
                total=order.total,
                currency=order.currency,
            ),
            at=NOON,
        )


def bring_back(order: Order, tablet: Tablet, *choices: Choice) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices or [one_bag(order)])
    return returns.take(draft=draft, at=NOON, clerk=tablet.clerk)


def one_bag(order: Order, **fields: object) -> Choice:
    given = {"reason": "TOO_SMALL", "condition": "AS_NEW"} | fields
    return Choice(order_line_id=order.lines.get().pk, units=1, **given)  # type: ignore[arg-type]


def pay(taken: CustomerReturn) -> None:
    with transaction.atomic():
        refunds.paid(Refund.objects.get(plan__customer_return=taken), reference="r-1", at=NOON)


def joins(hubspot: HubSpot) -> set[tuple[str, str]]:
    """Return which kinds are joined."""
    return {(one, other) for one, _, other, _ in hubspot.account.joined}


def bodies(hubspot: HubSpot) -> list[str]:
    return sorted(one["hs_note_body"] for one in hubspot.account.records["notes"].values())


def send_all(post: Post, *, rounds: Iterable[int] = range(6)) -> None:
    """Send until the ledger is through: of each customer one message goes in a call."""
    for _ in rounds:
        post.send()


def test_an_order_is_told_and_joined_to_its_contact(
    hubspot: HubSpot, post: Post, camille: Customer, order: Order
) -> None:
    record(order)

    post.send()
    again(post)

    assert all_delivered()
    told = hubspot.account.only("orders")
    assert (told["hs_total_price"], told["hs_tax"]) == ("59.97", "10.00")
    assert (told["hs_order_name"], told["hs_currency_code"]) == ("W-1", "EUR")
    assert told["hs_external_created_date"] == "2026-11-16T12:00:00.000Z"
    assert told["omnistore_units"] == "3"
    ((_, _, _, contact_id),) = hubspot.account.joined
    assert hubspot.account.contacts[contact_id] == contact_of(hubspot, camille)


def test_an_amount_without_cents_stays_whole(hubspot: HubSpot, post: Post) -> None:
    record(make_order(None, [(make_product(), 1, 1999)], currency="JPY"))

    post.send()

    assert hubspot.account.only("orders")["hs_total_price"] == "1999"
    assert not hubspot.account.joined


def test_an_order_deleted_there_is_made_anew(hubspot: HubSpot, post: Post, order: Order) -> None:
    record(order)
    post.send()
    hubspot.account.records["orders"].clear()

    again(post)

    (there,) = hubspot.account.records["orders"]
    assert Link.objects.get(kind=Link.Kind.ORDER).remote_id == there


def test_a_return_and_its_refund_are_told_noted_and_joined(
    hubspot: HubSpot, post: Post, tablet: Tablet, order: Order
) -> None:
    taken = bring_back(order, tablet)
    pay(taken)

    send_all(post)

    assert all_delivered()
    told = hubspot.account.only("omnistore_return")
    assert (told["number"], told["state"], told["reasons"]) == (
        taken.number,
        "SETTLED",
        "TOO_SMALL",
    )
    assert (told["amount"], told["refunds_paid"], told["refunds_failed"]) == (
        "19.99",
        "19.99",
        "0.00",
    )
    # In the shop's language, as its people read it; the third says to ask how it went.
    noted = [spaced(body) for body in bodies(hubspot)]
    assert len(noted) == 3
    assert "Remboursement de 19,99 € versé (carte bancaire)." in noted
    assert f"Retour {taken.number} accepté, d’une valeur de 19,99 €." in noted
    assert joins(hubspot) == {
        ("orders", "contacts"),
        ("omnistore_return", "contacts"),
        ("omnistore_return", "orders"),
        ("notes", "contacts"),
    }


def test_a_note_is_made_once_however_often_it_is_sent(
    hubspot: HubSpot, post: Post, tablet: Tablet, order: Order
) -> None:
    bring_back(order, tablet)
    send_all(post)

    again(post)
    send_all(post)

    assert len(bodies(hubspot)) == 1
    assert len(hubspot.account.records["omnistore_return"]) == 1


def test_a_failed_refund_is_told(
    hubspot: HubSpot, post: Post, tablet: Tablet, order: Order
) -> None:
    taken = bring_back(order, tablet)
    with transaction.atomic():
        refund = Refund.objects.get(plan__customer_return=taken)
        refunds.failed(refund, reason="card expired", at=NOON)

    send_all(post)

    assert hubspot.account.only("omnistore_return")["refunds_failed"] == "19.99"
    assert "Échec du remboursement de 19,99 € (carte bancaire)." in map(spaced, bodies(hubspot))


def test_an_exchange_is_told_with_both_orders(
    hubspot: HubSpot, post: Post, tablet: Tablet, order: Order
) -> None:
    other = make_product("85099C")
    bring_back(order, tablet, one_bag(order, resolution="EXCHANGE", replacement_id=other.pk))

    send_all(post)

    assert all_delivered()
    assert hubspot.account.only("omnistore_return")["exchanged_for"] == "19.99"
    assert len(hubspot.account.records["orders"]) == 2
    assert any(words.startswith("Échange ") for words in bodies(hubspot))


def test_without_custom_objects_returns_are_notes_only(
    hubspot: HubSpot, connection: Connection, tablet: Tablet, order: Order
) -> None:
    connection.options |= {"returns": "no"}
    connection.save()
    bring_back(order, tablet)

    send_all(Post(connection))

    assert all_delivered()
    assert not hubspot.account.schemas
    assert len(bodies(hubspot)) == 1


def test_returns_wait_for_a_kind_of_record_that_can_be_neither_found_nor_made(
    hubspot: HubSpot, post: Post, tablet: Tablet, order: Order
) -> None:
    Connector(post.connection).prepare(NOON)
    # Somebody put it into HubSpot's bin, which keeps its name.
    taken = {"status": "error", "category": "OBJECT_ALREADY_EXISTS", "message": "exists already"}
    none: dict[str, Any] = {"results": []}
    none_made = [(200, none), (200, none), (409, taken), (200, none)]
    hubspot.answers = [("v3/schemas", status, {}, said) for status, said in none_made]
    bring_back(order, tablet)

    post.send()
    first = states()
    post.clock.move(hours=1)
    send_all(post)

    assert ("WAITING", "HubSpot has no records of the kind omnistore_return.") in first
    assert all_delivered()
    assert len(hubspot.account.records["omnistore_return"]) == 1


def test_a_contact_deleted_between_two_requests_is_found_out_later(
    hubspot: HubSpot, post: Post, camille: Customer, order: Order
) -> None:
    record(order)
    gone = {"category": "OBJECT_NOT_FOUND", "message": "One or more objects do not exist"}
    said = {"results": [], "errors": [{"status": "error", "context": {}, "links": {}, **gone}]}
    hubspot.answers = [("batch/associate/default", 207, {}, said)]

    post.send()
    first = states()
    post.clock.move(hours=1)
    post.send()

    assert [state for state, _ in first] == ["WAITING"]
    assert all_delivered()
    assert joins(hubspot) == {("orders", "contacts")}


def test_an_order_refused_there_says_so_and_holds_nobody_else(
    hubspot: HubSpot, post: Post, order: Order
) -> None:
    zoe = make_customer("Zoé", "Martin")
    other = make_order(zoe, [(make_product("85099C"), 1, 500)])
    record(order)
    record(other)
    post.relay()
    hubspot.account.properties["orders"]["hs_currency_code"] |= {
        "type": "enumeration",
        "options": [{"value": "EUR"}],
    }
    Order.objects.filter(pk=other.pk).update(currency="XXX")

    post.send()

    assert sorted(state for state, _ in states()) == ["DEAD", "DELIVERED"]
    assert hubspot.account.only("orders")["hs_order_name"] == "W-1"


@pytest.mark.parametrize(("status", "wait"), [(429, 30), (423, 2), (500, 5)])
def test_comes_again_when_hubspot_asks_for_it(
    hubspot: HubSpot, post: Post, order: Order, status: int, wait: int
) -> None:
    record(order)
    said = {"status": "error", "category": "RATE_LIMITS", "message": "secondly limit"}
    hubspot.answers = [("orders/batch/upsert", status, {"Retry-After": str(wait)}, said)]

    post.send()
    waiting = Delivery.objects.get()

    assert waiting.state == "WAITING"
    assert waiting.last_status == status
    assert waiting.due_at >= NOON + timedelta(seconds=1)


def test_after_a_429_nothing_is_asked_until_hubspot_said(
    hubspot: HubSpot, post: Post, order: Order
) -> None:
    record(order)
    hubspot.answers = [("contacts/batch/read", 429, {"Retry-After": "600"}, {"message": "limit"})]

    post.send()
    asked = len(hubspot.asked)
    post.clock.move(hours=1)
    post.send()

    assert len(hubspot.asked) == asked
    assert [state for state, _ in states()] == ["WAITING"]
