"""The withdrawal by law, declared on the customer's phone by the receipt of a purchase online."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from customers.models import Message
from orders import declarations, papers, printing, slips
from orders.models import CustomerReturn, Declaration, Order, OrderLine, Withdrawal
from orders.views import phone
from stores.models import Store
from tests import pdf, weight
from tests.factories import make_customer, make_order, make_policy, make_product
from tests.flows.test_phone_receipt import opened

PLACE = "/receipt/withdrawal/"
CODE = "/receipt/return/code/"
WHO = {"name": "Camille Moreau", "email": "Camille@Example.fr"}


@pytest.fixture
def order(db: None, recently: datetime) -> Order:
    make_policy(days=1)
    customer = make_customer(email="camille@example.fr")
    bag, cup = make_product(name="Sac à pois"), make_product("CUP", name="Tasse bleue")
    return make_order(
        customer, [(bag, 3, 1990), (cup, 1, 500)], placed_at=recently, number="W-000042"
    )


@pytest.fixture
def bag(order: Order) -> OrderLine:
    return order.lines.order_by("position")[0]


@pytest.fixture
def camille(order: Order) -> Client:
    """A phone that read the square of the receipt."""
    return opened(slips.receipt_of(order=order, at=now()))


def told(order: Order, **said: str) -> dict[str, str]:
    lines = order.lines.all()
    taken = {f"l{line.pk}-take": "1" for line in lines}
    return WHO | taken | {f"l{line.pk}-units": str(line.quantity) for line in lines} | said


def withdraw(client: Client, order: Order, **said: str) -> Any:
    looked = client.post(PLACE, told(order, **said))
    key = looked.context["key"] if "key" in (looked.context or {}) else "k"
    return client.post(f"{PLACE}confirm/", told(order, **said) | {"key": key})


# --- what the customer gets ----------------------------------------------------------------------
def test_the_receipt_of_a_purchase_online_has_the_button_that_the_law_asks_for(
    camille: Client,
) -> None:
    receipt = camille.get("/receipt/paper/").content.decode()
    page = camille.get(PLACE)

    assert f'href="{PLACE}"' in receipt
    assert "Renoncer au contrat ici" in receipt
    assert [(row.is_taken, row.units) for row in page.context["form"].rows] == [
        (True, 3),
        (True, 1),
    ]


def test_nothing_happens_before_it_is_confirmed(camille: Client, order: Order) -> None:
    camille.get(PLACE, told(order))
    page = camille.post(PLACE, told(order)).content.decode()

    for shown in ("Confirmer la rétractation", "3 × Sac à pois", "Camille Moreau"):
        assert shown in page, shown
    assert camille.get(f"{PLACE}confirm/").status_code == 405
    assert not Withdrawal.objects.exists()
    assert not Message.objects.exists()


def test_confirmed_it_is_acknowledged_on_the_page_as_a_pdf_and_by_mail(
    camille: Client, order: Order
) -> None:
    answer = withdraw(camille, order)
    page = camille.get(answer.headers["Location"]).content.decode()
    made = Withdrawal.objects.get()

    assert answer.headers["Location"] == CODE
    for shown in (
        "Accusé de réception de votre rétractation",
        "Nous avons reçu cette déclaration le",
        "3 × Sac à pois",
        "1 × Tasse bleue",
        "Camille Moreau",
        "camille@example.fr",
        f"{now().year}",
    ):
        assert shown in page, shown
    drawn = printing.pdf(
        papers.of_withdrawal(made, Declaration.objects.get()),
        size=printing.Size.A4,
        made_at=now(),
        is_packed=False,
    )
    assert "Camille Moreau" in pdf.words_of(drawn)
    assert camille.get(f"{CODE[:-1]}.pdf").content.startswith(b"%PDF-")
    assert Message.objects.get().address == "camille@example.fr"


def test_the_code_opens_it_at_the_counter_and_the_clerk_sees_when(
    camille: Client, counter: Client, order: Order
) -> None:
    withdraw(camille, order)
    moved = timedelta(days=20)
    Order.objects.update(delivered_at=now() - moved)
    OrderLine.objects.update(withdrawn_at=now() - timedelta(days=8))
    code = camille.get(CODE).context["paper"].code

    scanned = counter.post("/identify/", {"text": code, "scanned_by": "camera"})
    page = counter.get(scanned.headers["Location"]).content.decode()

    assert scanned.headers["Location"] == f"/returns/{CustomerReturn.objects.get().pk}/"
    assert "rétractation le" in page


def test_a_part_of_it_may_be_kept(camille: Client, order: Order, bag: OrderLine) -> None:
    cup = order.lines.get(position=2)
    withdraw(camille, order, **{f"l{cup.pk}-take": "", f"l{bag.pk}-units": "2"})
    left = camille.get(PLACE).context["form"].rows

    assert Withdrawal.objects.get().lines.get().units == 2
    assert [(row.open.line, row.open.units) for row in left] == [(bag, 1), (cup, 1)]


@pytest.mark.parametrize(
    "said",
    [{"name": " "}, {"email": "camille"}, {"email": ""}, {"name": "x" * 101}],
)
def test_who_it_is_and_where_to_write_is_asked_again(
    camille: Client, order: Order, said: dict[str, str]
) -> None:
    looked = camille.post(PLACE, told(order, **said))
    confirmed = camille.post(f"{PLACE}confirm/", told(order, **said) | {"key": "k"})

    assert [looked.status_code, confirmed.status_code] == [422, 422]
    assert not Withdrawal.objects.exists()


def test_change_brings_everything_back_as_it_was(camille: Client, order: Order) -> None:
    page = camille.post(PLACE, told(order) | {"change": "1"})

    assert page.status_code == 200
    assert 'value="Camille Moreau"' in page.content.decode()


def test_every_page_has_one_heading_and_weighs_less_than_60_kilobytes(
    camille: Client, order: Order
) -> None:
    pages = [camille.get(PLACE), camille.post(PLACE, told(order))]
    withdraw(camille, order)
    pages += [camille.get(CODE), camille.get(PLACE)]

    for page in pages:
        assert page.content.count(b"<h1") == 1
        assert weight.of(page) < 60_000
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Frame-Options"] == "DENY"


# --- once, and in time ---------------------------------------------------------------------------
def test_a_double_tap_is_one_withdrawal_with_one_acknowledgement(
    camille: Client, order: Order
) -> None:
    key = camille.post(PLACE, told(order)).context["key"]
    answers = [camille.post(f"{PLACE}confirm/", told(order) | {"key": key}) for _ in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [CODE, CODE]
    assert camille.get(CODE).status_code == 200
    assert [Withdrawal.objects.count(), Message.objects.count()] == [1, 1]


def test_declared_again_later_it_says_when_it_was_and_not_by_whom(
    camille: Client, order: Order
) -> None:
    withdraw(camille, order)
    stranger = opened(slips.receipt_of(order=order, at=now()))
    again = withdraw(stranger, order)
    page = stranger.get(PLACE).content.decode()

    assert again.status_code == 422
    assert "Vous avez renoncé le" in page
    assert "Camille" not in page
    assert "example.fr" not in page
    assert stranger.get(CODE).status_code == 404
    assert Withdrawal.objects.count() == 1


def test_too_late_there_is_no_button_and_no_way_around_it(camille: Client, order: Order) -> None:
    Order.objects.update(delivered_at=now() - timedelta(days=25))

    assert PLACE not in camille.get("/receipt/paper/").content.decode()
    assert "Il n’y a plus rien sur ce ticket" in camille.get(PLACE).content.decode()
    assert withdraw(camille, order).status_code == 422
    assert not Withdrawal.objects.exists()


def test_bought_in_the_shop_there_is_none(lyon: Store, recently: datetime) -> None:
    order = make_order(
        None, [(make_product(), 1, 1990)], placed_at=recently, channel="STORE", store=lyon
    )
    client = opened(slips.receipt_of(order=order, at=now()))

    assert PLACE not in client.get("/receipt/paper/").content.decode()
    assert withdraw(client, order).status_code == 422


# --- the attacker --------------------------------------------------------------------------------
def test_a_gift_receipt_withdraws_from_nothing(order: Order) -> None:
    zoe = opened(slips.gift_of(order=order, at=now()))

    assert PLACE not in zoe.get("/receipt/paper/").content.decode()
    assert zoe.get(PLACE).status_code == 404
    assert withdraw(zoe, order).status_code == 404
    assert not Withdrawal.objects.exists()


def test_without_a_session_or_with_an_old_one_nobody_withdraws(
    camille: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "django.core.signing.time.time", lambda: now().timestamp() + phone.LASTS + 1
    )

    for client in (Client(), camille):
        assert client.get(PLACE).status_code == 404
        assert client.post(f"{PLACE}confirm/", told(order) | {"key": "k"}).status_code == 404
    assert not Withdrawal.objects.exists()


def test_another_receipts_session_shows_no_acknowledgement(camille: Client, order: Order) -> None:
    withdraw(camille, order)
    other = make_order(None, [(make_product("OTHER"), 1, 500)], placed_at=now())
    camille.post("/receipt/", {"code": slips.code_of(slips.receipt_of(order=other, at=now()))})

    assert camille.get(CODE).status_code == 404


@pytest.mark.parametrize("units", ["4", "0", "-1", "x", "9" * 30])
def test_forged_units_and_lines_are_refused_or_not_read(
    camille: Client, order: Order, bag: OrderLine, units: str
) -> None:
    other = make_order(order.customer, [(make_product("OTHER"), 1, 500)]).lines.get()
    forged = {f"l{bag.pk}-units": units, f"l{other.pk}-take": "1"}

    withdraw(camille, order, **forged)

    withdrawn = {
        line.order_line: line.units
        for made in Withdrawal.objects.all()
        for line in made.lines.all()
    }
    assert other not in withdrawn
    assert withdrawn.get(bag, 0) in (0, 3)


def test_another_site_cannot_withdraw(order: Order) -> None:
    strict = Client(enforce_csrf_checks=True)

    for place in (PLACE, f"{PLACE}confirm/"):
        assert strict.post(place, told(order)).status_code == 403


def test_its_code_is_no_limit_of_ordinary_ones(
    camille: Client, order: Order, bag: OrderLine
) -> None:
    """However many codes wait, a right of the law is declared."""
    for _ in range(declarations.MOST_OPEN):
        declarations.declare(
            order=order, choices=[declarations.Choice(bag.pk, 1)], api_key=None, at=now()
        )

    assert withdraw(camille, order).headers["Location"] == CODE
