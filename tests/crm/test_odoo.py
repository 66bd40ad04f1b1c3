"""Odoo has each customer, order and return once, as they stand now, by either protocol."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from customers import consent, privacy
from customers.models import Customer
from omnistore.crm.models import Link, MergeProposal
from omnistore.crm.odoo import mapping
from omnistore.outbox import connections, sending
from omnistore.outbox.answers import Verdict
from omnistore.outbox.models import Connection, Delivery
from orders.models import CustomerReturn, Order, Product, ReturnLine
from stores.models import Tablet
from tests.crm.fakes.odoo import DATABASE, KEY, LOGIN, Odoo, listening
from tests.crm.fakes.served import Said
from tests.crm.test_segment import bring_back, buy, message_of, says, sign_up
from tests.factories import NOON, WEBHOOK_SECRET, make_customer, make_product
from tests.orders.test_returns import the_line
from tests.outbox.conftest import Post

State = Delivery.State
SERVICE = Connection.Purpose.SERVICE


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def odoo() -> Iterator[Odoo]:
    with listening() as running:
        yield running


@pytest.fixture
def post(db: None, odoo: Odoo) -> Post:
    connection = connections.ensure(
        name="ERP", url=odoo.url, secret=WEBHOOK_SECRET, kind="odoo", at=NOON
    )
    connection.purpose = SERVICE
    connection.credentials = {"key": KEY}
    connection.options = {"database": DATABASE, "login": LOGIN}
    connection.save()
    return Post(connection)


@pytest.fixture
def old(post: Post, odoo: Odoo) -> Odoo:
    """An Odoo before 19."""
    odoo.has_json2 = False
    return odoo


@pytest.fixture
def camille(db: None) -> Customer:
    consent.default_wordings(at=NOON)
    return make_customer(
        email="camille@example.fr", phone="+33612345678", city="Lyon", country="FR"
    )


def contacts(odoo: Odoo) -> list[dict[str, Any]]:
    return odoo.records.all("res.partner")


def orders(odoo: Odoo) -> list[dict[str, Any]]:
    return odoo.records.all("sale.order")


def lines(odoo: Odoo) -> list[tuple[Any, ...]]:
    return [
        (line["product_id"][1], line["name"], line["product_uom_qty"], line["price_unit"])
        for line in odoo.records.all("sale.order.line")
    ]


def total(odoo: Odoo) -> float:
    rows = odoo.records.all("sale.order.line")
    return round(sum(row["product_uom_qty"] * row["price_unit"] for row in rows), 2)


def send(post: Post) -> None:
    """Send until nothing is due, each customer's messages one after the other."""
    while post.send():
        pass


def links_of(customer: Customer) -> Link:
    return Link.objects.get(kind=Link.Kind.CUSTOMER, local_id=customer.pk)


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def again(post: Post) -> None:
    """Send everything once more, as after a crash between the call and the mark."""
    connector = sending.connector_of(post.connection)
    for delivery in Delivery.objects.order_by("pk"):
        connector.send([message_of(delivery)], NOON)


# --- contacts ------------------------------------------------------------------------------------


def test_makes_a_contact(post: Post, odoo: Odoo, camille: Customer) -> None:
    sign_up(camille)

    send(post)

    (contact,) = contacts(odoo)
    assert contact["name"] == "Camille Moreau"
    assert (contact["email"], contact["phone"]) == ("camille@example.fr", "+33612345678")
    assert (contact["city"], contact["country_id"][1]) == ("Lyon", "France")
    assert contact["ref"] == f"omnistore-{camille.pk.hex}"
    assert Link.objects.get().remote_id == str(contact["id"])
    assert states() == [State.DELIVERED]


def test_an_odoo_before_19_is_spoken_to_in_its_own_protocol(
    post: Post, old: Odoo, camille: Customer, tablet: Tablet
) -> None:
    sign_up(camille)
    bring_back(buy(camille), tablet)

    send(post)

    assert contacts(old)[0]["name"] == "Camille Moreau"
    assert (orders(old)[0]["state"], total(old)) == ("sale", 39.8)
    assert len(old.records.all("mail.message")) == 1
    assert set(states()) == {State.DELIVERED}
    assert Connection.objects.get().options["protocol_found"] == "xmlrpc"


def test_a_repeat_changes_nothing(
    post: Post, odoo: Odoo, camille: Customer, tablet: Tablet
) -> None:
    sign_up(camille)
    bring_back(buy(camille), tablet)
    send(post)
    before = copy.deepcopy(odoo.records.tables)

    again(post)

    assert odoo.records.tables == before


def test_a_change_reaches_the_same_contact(post: Post, odoo: Odoo, camille: Customer) -> None:
    sign_up(camille)
    send(post)
    Customer.objects.update(city="Paris")
    sign_up(camille)

    send(post)

    (contact,) = contacts(odoo)
    assert contact["city"] == "Paris"


@pytest.mark.parametrize("step", ["res.partner", "sale.order", "sale.order.line", "mail.message"])
def test_an_answer_lost_with_the_work_done_leaves_one_record(
    post: Post, odoo: Odoo, camille: Customer, tablet: Tablet, step: str
) -> None:
    odoo.dies_after = f"{step}.load"
    bring_back(buy(camille), tablet)

    for _ in range(9):
        post.send()
        post.clock.move(minutes=20)

    assert not odoo.dies_after
    assert set(states()) == {State.DELIVERED}
    kinds = ("res.partner", "sale.order", "sale.order.line", "mail.message")
    assert [len(odoo.records.all(kind)) for kind in kinds] == [1, 1, 1, 1]


def test_a_contact_with_the_same_address_is_linked_and_keeps_what_the_shop_wrote(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    Customer.objects.update(city="")
    there = odoo.records.add(
        "res.partner", name="C. Moreau", email="Camille@Example.fr", city="Lyon 2e", ref="C-17"
    )
    sign_up(camille)

    send(post)

    (contact,) = contacts(odoo)
    assert contact["id"] == there
    assert (contact["name"], contact["city"], contact["ref"]) == (
        "Camille Moreau",
        "Lyon 2e",
        "C-17",
    )


def test_an_archived_contact_is_the_second_choice(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    odoo.records.add("res.partner", name="Old", email="camille@example.fr", active=False)
    there = odoo.records.add("res.partner", name="New", email="camille@example.fr")
    sign_up(camille)

    send(post)

    assert links_of(camille).remote_id == str(there)


def test_a_contact_with_the_same_phone_is_linked(post: Post, odoo: Odoo, camille: Customer) -> None:
    odoo.records.add("res.partner", name="Camille", phone="+33 6 12 34 56 78")
    sign_up(camille)

    send(post)

    assert len(contacts(odoo)) == 1


def test_a_contact_of_another_customer_is_never_taken(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    sign_up(camille)
    send(post)
    other = make_customer("Alex", "Petit", phone="+33612345679")
    odoo.records.write("res.partner", [contacts(odoo)[0]["id"]], {"phone": "+33612345679"})
    sign_up(other)

    send(post)

    assert [contact["name"] for contact in contacts(odoo)] == ["Camille Moreau", "Alex Petit"]


def test_a_contact_deleted_there_is_made_anew(post: Post, odoo: Odoo, camille: Customer) -> None:
    sign_up(camille)
    send(post)
    odoo.records.delete("res.partner", contacts(odoo)[0]["id"])
    sign_up(camille)

    send(post)

    (contact,) = contacts(odoo)
    assert Link.objects.get().remote_id == str(contact["id"])


def test_a_contact_merged_into_another_is_followed(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    sign_up(camille)
    send(post)
    kept = odoo.records.add("res.partner", name="Camille M.")
    odoo.records.merge(kept=kept, gone=int(Link.objects.get().remote_id))
    sign_up(camille)

    send(post)

    (contact,) = contacts(odoo)
    assert (contact["id"], contact["name"]) == (kept, "Camille Moreau")
    assert Link.objects.get().remote_id == str(kept)


@pytest.mark.parametrize("phone", ["+33612345678", "+33612345679"])
def test_two_customers_made_one_there_are_proposed_and_not_fought_over(
    post: Post, odoo: Odoo, camille: Customer, phone: str
) -> None:
    other = make_customer("Camille", "Durand", phone="+33612345679")
    sign_up(camille)
    sign_up(other)
    send(post)
    kept, gone = (int(links_of(customer).remote_id) for customer in (camille, other))
    odoo.records.merge(kept=kept, gone=gone)
    # By the phone that Odoo kept the other one is found, or he is not.
    odoo.records.write("res.partner", [kept], {"phone": phone})

    for customer in (camille, other, camille, other):
        sign_up(customer)
        send(post)

    (contact,) = contacts(odoo)
    assert contact["name"] == "Camille Moreau"
    proposal = MergeProposal.objects.get()
    assert (proposal.kept, proposal.merged) == (camille, other)
    buy(other)
    send(post)
    assert orders(odoo)[0]["partner_id"][0] == kept


# --- what may be known ---------------------------------------------------------------------------


def test_a_consent_withdrawn_empties_what_it_allowed_and_nothing_else(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    Connection.objects.update(purpose=Connection.Purpose.MARKETING)
    says(camille, "MARKETING", "EMAIL")
    send(post)
    (contact,) = contacts(odoo)
    assert (contact["email"], contact["phone"]) == ("camille@example.fr", False)
    odoo.records.write("res.partner", [contact["id"]], {"comment": "VIP", "phone": "0612"})

    says(camille, "MARKETING", "EMAIL", is_given=False)
    send(post)

    (contact,) = contacts(odoo)
    assert (contact["email"], contact["city"]) == (False, False)
    assert contact["name"] == f"Customer {camille.pk.hex[:8]}"
    assert (contact["comment"], contact["phone"]) == ("VIP", "0612")


@pytest.mark.parametrize("has_json2", [True, False])
def test_an_erased_person_is_blanked_and_his_orders_stay(
    post: Post, odoo: Odoo, camille: Customer, has_json2: bool
) -> None:
    odoo.has_json2 = has_json2
    sign_up(camille)
    buy(camille)
    send(post)
    (contact,) = contacts(odoo)
    odoo.records.write("res.partner", [contact["id"]], {"street": "1 rue X", "comment": "nice"})

    privacy.erase(customer=camille, at=NOON)
    send(post)

    (contact,) = contacts(odoo)
    assert (contact["name"], contact["active"]) == ("Erased customer", False)
    personal = ("email", "phone", "street", "city", "country_id", "comment", "ref")
    assert not any(contact[name] for name in personal)
    assert orders(odoo)[0]["partner_id"][0] == contact["id"]
    assert not Link.objects.filter(kind=Link.Kind.CUSTOMER).exists()


def test_erases_whom_a_crash_left_without_a_link(post: Post, odoo: Odoo, camille: Customer) -> None:
    sign_up(camille)
    send(post)
    Link.objects.all().delete()

    privacy.erase(customer=camille, at=NOON)
    send(post)

    assert contacts(odoo)[0]["name"] == "Erased customer"


def test_erasing_whom_odoo_does_not_know_is_done(post: Post, odoo: Odoo, camille: Customer) -> None:
    sign_up(camille)
    send(post)
    odoo.records.delete("res.partner", contacts(odoo)[0]["id"])

    privacy.erase(customer=camille, at=NOON)
    send(post)

    assert set(states()) == {State.DELIVERED}


def test_a_contact_of_two_is_erased_by_a_person(post: Post, odoo: Odoo, camille: Customer) -> None:
    other = make_customer("Camille", "Durand", phone="+33612345679")
    sign_up(camille)
    sign_up(other)
    send(post)
    one, two = (int(links_of(customer).remote_id) for customer in (camille, other))
    odoo.records.merge(kept=one, gone=two)
    sign_up(other)
    send(post)

    privacy.erase(customer=other, at=NOON)
    send(post)

    assert contacts(odoo)[0]["name"] == "Camille Moreau"
    assert "by hand" in Delivery.objects.get(state=State.DEAD).last_words


@pytest.mark.parametrize("has_json2", [True, False])
def test_a_consent_withdrawn_goes_on_the_blacklist_until_it_is_given_anew(
    post: Post, odoo: Odoo, camille: Customer, has_json2: bool
) -> None:
    odoo.has_json2 = has_json2
    Connection.objects.update(options=post.connection.options | {"blacklist": "yes"})
    blocked = []
    for is_given in (True, False, True, False):
        says(camille, "MARKETING", "EMAIL", is_given=is_given)
        send(post)
        entries = odoo.records.all("mail.blacklist")
        blocked.append([(entry["email"], entry["active"]) for entry in entries])

    address = "camille@example.fr"
    assert blocked == [[], [(address, True)], [(address, False)], [(address, True)]]
    privacy.erase(customer=camille, at=NOON)
    send(post)
    assert not odoo.records.all("mail.blacklist")


def test_what_a_person_blocked_in_odoo_stays_blocked(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    Connection.objects.update(options=post.connection.options | {"blacklist": "yes"})
    odoo.records.add("mail.blacklist", email="camille@example.fr")

    for is_given in (True, False, True):
        says(camille, "MARKETING", "EMAIL", is_given=is_given)
        send(post)

    (entry,) = odoo.records.all("mail.blacklist")
    assert entry["active"]


def test_what_still_waits_of_an_erased_person_is_not_sent(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    sign_up(camille)
    send(post)
    buy(camille)
    privacy.erase(customer=camille, at=NOON)

    send(post)

    assert not orders(odoo)
    assert "erased: nothing is sent" in Delivery.objects.values_list("last_words", flat=True)


# --- orders --------------------------------------------------------------------------------------


def test_writes_an_order_with_its_lines(post: Post, odoo: Odoo, camille: Customer) -> None:
    odoo.records.add("product.product", name="[A0] Bag", default_code="A0")
    order = buy(camille, lines=2)

    send(post)

    (there,) = orders(odoo)
    assert (there["client_order_ref"], there["origin"]) == (order.number, "omnistore shop")
    assert (there["state"], there["date_order"]) == ("sale", "2026-11-16 12:00:00")
    assert there["partner_id"][1] == "Camille Moreau"
    assert lines(odoo) == [("[A0] Bag", "Sac", 2, 19.9), ("Other", "A1 Sac", 2, 19.9)]


def test_odd_cents_are_a_line_beside(post: Post, odoo: Odoo, camille: Customer) -> None:
    buy(camille, discount=1)

    send(post)

    assert [line[2:] for line in lines(odoo)] == [(1, 19.89), (1, 19.9)]
    assert total(odoo) == 39.79


def test_prices_go_without_tax_where_odoo_adds_it(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    Connection.objects.update(options=post.connection.options | {"prices": "excluded"})
    order = buy(camille)

    send(post)

    assert total(odoo) == (order.total - order.tax) / 100


def test_an_order_of_nobody_has_the_contact_for_those(post: Post, odoo: Odoo) -> None:
    buy(None)
    buy(None)

    send(post)

    assert {order["partner_id"][1] for order in orders(odoo)} == {"Customers without a name"}
    assert len(contacts(odoo)) == 1


def test_an_order_that_the_shop_has_from_elsewhere_is_linked(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    sign_up(camille)
    send(post)
    partner_id = contacts(odoo)[0]["id"]
    odoo.records.add(
        "sale.order", client_order_ref="W-77", origin="web shop", partner_id=partner_id
    )

    buy(camille, number="W-77")
    send(post)

    assert len(orders(odoo)) == 1
    assert not lines(odoo)


def test_the_same_number_of_another_contact_is_another_order(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    other = odoo.records.add("res.partner", name="Somebody")
    odoo.records.add("sale.order", client_order_ref="W-77", partner_id=other)

    buy(camille, number="W-77")
    send(post)

    assert len(orders(odoo)) == 2


def test_an_order_deleted_there_is_made_anew_when_it_is_sent_again(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    buy(camille)
    send(post)
    odoo.records.delete("sale.order.line", odoo.records.all("sale.order.line")[0]["id"])
    odoo.records.delete("sale.order", orders(odoo)[0]["id"])

    again(post)

    assert (len(orders(odoo)), total(odoo)) == (1, 39.8)


def test_what_people_do_with_an_order_is_not_undone(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    buy(camille)
    send(post)
    odoo.records.write("sale.order", [orders(odoo)[0]["id"]], {"state": "cancel"})

    again(post)

    assert orders(odoo)[0]["state"] == "cancel"


@pytest.mark.parametrize("step", ["", "sale.order.load", "sale.order.line.load"])
def test_quotations_wait_for_a_person_where_that_is_wanted(
    post: Post, odoo: Odoo, camille: Customer, step: str
) -> None:
    company = odoo.records.external_ids["base.main_company"][1]
    options = {"state": "draft", "company": str(company)}
    Connection.objects.update(options=post.connection.options | options)
    odoo.dies_after = step
    buy(camille)

    for _ in range(3):
        send(post)
        post.clock.move(minutes=20)

    (there,) = orders(odoo)
    assert (there["state"], there["company_id"][0], total(odoo)) == ("draft", company, 39.8)


def test_an_order_that_people_opened_again_is_left_open(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    buy(camille)
    send(post)
    odoo.records.write("sale.order", [orders(odoo)[0]["id"]], {"state": "draft"})

    again(post)

    assert orders(odoo)[0]["state"] == "draft"


def test_an_archived_product_is_the_second_choice(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    odoo.records.add("product.product", name="Old bag", default_code="A0", active=False)
    odoo.records.add("product.product", name="Bag", default_code="A0")
    buy(camille)

    send(post)

    assert lines(odoo)[0][0] == "Bag"


def test_another_currency_is_no_amount_in_ours(post: Post, odoo: Odoo, camille: Customer) -> None:
    odoo.records.currency = "USD"
    buy(camille)

    send(post)

    assert states() == [State.DEAD]
    assert "in USD, it was paid in EUR" in Delivery.objects.get().last_words
    assert (orders(odoo)[0]["state"], lines(odoo)) == ("draft", [])


def test_without_the_product_for_unknown_articles_a_person_is_told(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    odoo.records.tables["product.product"].clear()
    buy(camille)

    send(post)

    assert "internal reference OMNISTORE" in Delivery.objects.get().last_words
    assert not orders(odoo)


# --- returns -------------------------------------------------------------------------------------


def test_a_return_is_one_note_of_the_order_that_goes_on_with_it(
    post: Post, odoo: Odoo, camille: Customer, tablet: Tablet
) -> None:
    order = buy(camille)
    bring_back(order, tablet)

    send(post)

    (note,) = odoo.records.all("mail.message")
    assert (note["model"], note["res_id"]) == ("sale.order", orders(odoo)[0]["id"])
    assert note["subtype_id"][1] == "Note"
    assert "Return LYO-R000001: settled" in note["body"]
    assert "2 × A0 Sac: 39.80 EUR (changed mind, sellable as new)" in note["body"]
    assert "Refund by bank card: 39.80 EUR, paid" in note["body"]


def test_a_note_deleted_there_is_written_anew(
    post: Post, odoo: Odoo, camille: Customer, tablet: Tablet
) -> None:
    bring_back(buy(camille), tablet)
    send(post)
    odoo.records.delete("mail.message", odoo.records.all("mail.message")[0]["id"])

    again(post)

    assert len(odoo.records.all("mail.message")) == 1


def test_an_exchange_is_an_order_less_what_was_given_back(
    post: Post, odoo: Odoo, camille: Customer, tablet: Tablet
) -> None:
    order = buy(camille)
    black = make_product("A0BLACK", model=the_line(order).product.model, name="Sac noir")
    bring_back(order, tablet, resolution="EXCHANGE", replacement_id=black.pk)

    send(post)

    exchange = Order.objects.get(kind=Order.Kind.EXCHANGE)
    assert orders(odoo)[1]["client_order_ref"] == exchange.number
    assert lines(odoo)[1:] == [
        ("Other", "A0BLACK Sac noir", 2, 19.9),
        ("Other", "Goods given back in exchange", -1, 39.8),
    ]
    assert f"Exchanged: order {exchange.number}" in odoo.records.all("mail.message")[0]["body"]


def test_names_are_no_html() -> None:
    taken = CustomerReturn(number="R-1", currency="EUR", state="ACCEPTED")
    line = ReturnLine(units=1, amount=100, product=Product(sku="A", name="<b>Sac</b>"))
    taken._state.fields_cache = {"refund_plan": None, "exchange": None}
    taken._prefetched_objects_cache = {"lines": [line]}  # type: ignore[attr-defined]

    assert "&lt;b&gt;Sac" in mapping.note(taken)


# --- how it is sent ------------------------------------------------------------------------------


def test_a_bad_record_does_not_keep_the_others_back(post: Post, odoo: Odoo) -> None:
    odoo.records.refuses = {"Bad Name": "Names of two words only."}
    for first, last in (("Alice", "A"), ("Bad", "Name"), ("Bob", "B"), ("Bad", "Name")):
        sign_up(make_customer(first, last))

    send(post)

    assert [contact["name"] for contact in contacts(odoo)] == ["Alice A", "Bob B"]
    assert states() == [State.DELIVERED, State.DEAD, State.DELIVERED, State.DEAD]
    dead = Delivery.objects.filter(state=State.DEAD)
    assert {one.last_words for one in dead} == {"Names of two words only."}


def test_a_batch_takes_few_calls(post: Post, odoo: Odoo) -> None:
    post.connection.last_success_at = NOON
    for number in range(20):
        buy(make_customer("Camille", f"No{number}"))

    post.send()

    assert len(orders(odoo)) == 20
    assert len(odoo.calls) <= 9


@pytest.mark.parametrize(("status", "wait"), [(429, 60), (500, 5)])
def test_comes_back_later(
    post: Post, odoo: Odoo, camille: Customer, status: int, wait: int
) -> None:
    odoo.answers = [Said(status, b"no", {"Retry-After": "60"} if status == 429 else {})]
    sign_up(camille)

    post.send()

    delivery = post.only()
    assert (delivery.state, delivery.last_status) == (State.WAITING, status)
    assert delivery.due_at == NOON + timedelta(seconds=wait)


@pytest.mark.parametrize("has_json2", [True, False])
def test_an_old_key_counts_beside_the_new_one(
    post: Post, odoo: Odoo, camille: Customer, has_json2: bool
) -> None:
    odoo.has_json2 = has_json2
    connections.rotate(
        connection=post.connection, credentials={"key": "new"}, at=NOON + timedelta(days=9999)
    )
    sign_up(camille)

    send(post)

    assert states() == [State.DELIVERED]


@pytest.mark.parametrize("has_json2", [True, False])
def test_a_key_refused_pauses_the_connection(
    post: Post, odoo: Odoo, camille: Customer, has_json2: bool
) -> None:
    odoo.has_json2, odoo.keys = has_json2, set()
    sign_up(camille)

    send(post)

    connection = Connection.objects.get()
    assert connection.state == Connection.State.REFUSED
    assert connection.state_reason in (
        "Invalid apikey",
        "Odoo does not know this user with this key in this database.",
    )


@pytest.mark.parametrize("has_json2", [True, False])
def test_missing_rights_pause_the_connection(
    post: Post, odoo: Odoo, camille: Customer, has_json2: bool
) -> None:
    odoo.has_json2, odoo.forbidden = has_json2, {"sale.order"}
    buy(camille)

    send(post)

    connection = Connection.objects.get()
    assert connection.state == Connection.State.REFUSED
    assert connection.state_reason == "You are not allowed to access 'sale.order' records."


def test_an_address_without_odoo_pauses_the_connection(
    post: Post, odoo: Odoo, camille: Customer
) -> None:
    odoo.has_json2 = odoo.has_xmlrpc = False
    sign_up(camille)

    send(post)

    assert "no Odoo at this address" in Connection.objects.get().state_reason


def test_an_odoo_that_was_upgraded_is_spoken_to_anew(
    post: Post, old: Odoo, camille: Customer
) -> None:
    sign_up(camille)
    send(post)
    old.has_json2, old.has_xmlrpc = True, False
    sign_up(camille)
    send(post)

    connections.resume(connection=post.connection, at=post.clock())
    send(post)

    assert states() == [State.DELIVERED] * 2


def test_an_answer_with_entities_is_not_read(post: Post, old: Odoo, camille: Customer) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><methodResponse>&a;</methodResponse>'
    Connection.objects.update(options=post.connection.options | {"protocol": "xmlrpc"})
    old.answers = [Said(200, bomb, {"Content-Type": "text/xml"})]
    sign_up(camille)

    post.send()

    assert post.only().state == State.WAITING


@pytest.mark.parametrize(("has_json2", "name"), [(True, "JSON-2"), (False, "XML-RPC")])
def test_a_test_says_how_we_are_let_in(post: Post, odoo: Odoo, has_json2: bool, name: str) -> None:
    odoo.has_json2 = has_json2

    answer = sending.connector_of(post.connection).test(NOON)

    assert answer.verdict is Verdict.DONE
    assert answer.words == f"Odoo lets us in by {name}."


def test_a_test_says_what_is_missing(post: Post, odoo: Odoo) -> None:
    odoo.records.tables["product.product"].clear()

    answer = sending.connector_of(post.connection).test(NOON)

    assert "no product has the internal reference OMNISTORE" in answer.words
