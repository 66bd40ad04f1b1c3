"""The receipt on the customer's phone: opened by its square, and by nobody else."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from orders import papers, slips, squares
from orders.models import Order, Slip
from orders.views import phone
from stores.models import Store, Tablet
from tests import pdf, weight
from tests.factories import make_customer, make_order, make_policy, make_product
from tests.orders.test_slips import bring

PRICES = ("19,90", "59,70", "19.90", "59.70", "€", "EUR")


@pytest.fixture
def order(db: None, lyon: Store, recently: datetime) -> Order:
    make_policy()
    return make_order(
        make_customer(email="camille@example.fr"),
        [(make_product(name="Sac à pois"), 3, 1990)],
        placed_at=recently,
        store=lyon,
        channel="STORE",
        number="LYO-000042",
    )


@pytest.fixture
def receipt(order: Order) -> Slip:
    return slips.receipt_of(order=order, at=now())


def opened(slip: Slip, code: str = "") -> Client:
    """Return a phone that read the square of the slip."""
    client = Client(headers={"Accept-Language": "fr"})
    client.post("/receipt/", {"code": code or slips.code_of(slip)})
    return client


# --- what the customer gets ----------------------------------------------------------------------
def test_the_clerk_shows_the_square_with_one_tap(counter: Client, order: Order) -> None:
    page = counter.get(f"/orders/{order.pk}/").content.decode()
    made = counter.post(f"/orders/{order.pk}/receipt/")

    slip = Slip.objects.get(kind=Slip.Kind.RECEIPT)
    assert f'action="/orders/{order.pk}/receipt/"' in page
    assert made.headers["Location"] == f"/slips/{slip.pk}/"
    assert counter.get(f"/slips/{slip.pk}/").status_code == 200


def test_the_phone_shows_lines_taxes_and_payments_without_account_or_name(receipt: Slip) -> None:
    page = opened(receipt).get("/receipt/paper/").content.decode()

    for shown in ("000042", "Sac à pois", "59,70", "Carte bancaire", "20"):
        assert shown in page, shown
    for hidden in ("Camille", "Moreau", "example.fr"):
        assert hidden not in page


def test_a_return_ends_with_its_slip_on_the_phone(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    taken = bring(order, tablet)
    page = counter.get(f"/returns/{taken.pk}/").content.decode()

    counter.post(f"/returns/{taken.pk}/slip/")
    slip = Slip.objects.get(kind=Slip.Kind.RETURN)
    shown = opened(slip).get("/receipt/paper/").content.decode()

    assert f'action="/returns/{taken.pk}/slip/"' in page
    assert "Justificatif de retour" in shown
    assert "/receipt/gift/" not in shown
    assert "Camille" not in shown


@pytest.mark.parametrize("kind", [Slip.Kind.RECEIPT, Slip.Kind.GIFT])
def test_the_square_leads_a_phone_to_the_page_on_screen_and_on_paper(
    counter: Client, order: Order, kind: str
) -> None:
    make = slips.receipt_of if kind == Slip.Kind.RECEIPT else slips.gift_of
    slip = make(order=order, at=now())

    shown = counter.get(f"/slips/{slip.pk}/").context["paper"]
    printed = papers.of(slip, store=None, now=now(), opens_at="https://shop.example/receipt/#")

    assert shown.square == squares.of(f"http://testserver/receipt/#{slips.code_of(slip)}")
    assert printed.square == squares.of(f"https://shop.example/receipt/#{slips.code_of(slip)}")


def test_every_page_has_one_heading(receipt: Slip) -> None:
    client = opened(receipt)

    for answer in (
        client.get("/receipt/"),
        client.get("/receipt/paper/"),
        Client().post("/receipt/"),
    ):
        assert answer.content.count(b"<h1") == 1


def test_a_page_with_all_that_it_loads_weighs_less_than_60_kilobytes(receipt: Slip) -> None:
    client = opened(receipt)

    for place in ("/receipt/", "/receipt/paper/"):
        assert weight.of(client.get(place)) < 60_000


def test_a_visitor_reads_it_in_the_language_of_his_phone(receipt: Slip) -> None:
    client = opened(receipt)

    page = client.get("/receipt/paper/", headers={"Accept-Language": "en-GB"}).content.decode()

    assert "Bank card" in page


def test_the_pdf_says_the_same(receipt: Slip) -> None:
    answer = opened(receipt).get("/receipt/paper.pdf")

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")


@pytest.mark.parametrize("text", ["{}", "https://shop.example/receipt/#{}"])
def test_at_the_counter_it_proves_the_purchase_as_code_and_as_address(
    counter: Client, order: Order, receipt: Slip, text: str
) -> None:
    scan = {"text": text.format(slips.code_of(receipt)), "scanned_by": "hand"}

    assert counter.post("/identify/", scan).headers["Location"] == f"/orders/{order.pk}/"


# --- the attacker --------------------------------------------------------------------------------
def test_rule_5_1_a_link_preview_opens_nothing(receipt: Slip) -> None:
    client, code = Client(), slips.code_of(receipt)

    fetched = client.get("/receipt/"), client.get("/receipt/", {"code": code})

    assert all(phone.COOKIE not in answer.cookies for answer in fetched)
    assert client.get("/receipt/paper/").status_code == 404


def test_no_address_of_the_phone_has_the_code_or_the_slip(receipt: Slip) -> None:
    client, code = Client(), slips.code_of(receipt)

    to = client.post("/receipt/", {"code": code})
    answer = client.get("/receipt/paper/")

    assert to.headers["Location"] == "/receipt/paper/"
    assert str(receipt.pk) not in answer.content.decode()


def test_rule_5_2_forged_expired_and_of_another_purpose_get_one_answer(receipt: Slip) -> None:
    code = slips.code_of(receipt)
    forged = ("B" if code[0] != "B" else "C") + code[1:]
    answers = [Client().post("/receipt/", {"code": forged})]
    Slip.objects.update(expires_at=now() - timedelta(seconds=1))
    answers.append(Client().post("/receipt/", {"code": code}))
    of_another_purpose = f"/c/{code}/", "4006381333931", "LYO-000042"
    texts = ("", "x" * 9000, "\0", *of_another_purpose)
    answers += [Client().post("/receipt/", {"code": text}) for text in texts]

    assert {answer.status_code for answer in answers} == {404}
    assert len({_without_token(answer.content.decode()) for answer in answers}) == 1
    assert all(phone.COOKIE not in answer.cookies for answer in answers)


def _without_token(page: str) -> str:
    before, _name, after = page.partition('name="csrfmiddlewaretoken"')
    return before + after.partition(">")[2]


@pytest.mark.parametrize("address", ["/receipt/paper/", "/receipt/paper.pdf"])
def test_a_cookie_that_was_forged_or_is_old_opens_nothing(
    receipt: Slip, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    forger = Client()
    forger.cookies[phone.COOKIE] = f"{receipt.pk}:1abc:forged"
    late = opened(receipt)
    monkeypatch.setattr(
        "django.core.signing.time.time", lambda: now().timestamp() + phone.LASTS + 1
    )

    assert forger.get(address).status_code == 404
    assert late.get(address).status_code == 404


def test_rule_1_8_whoever_is_handed_the_gift_finds_no_price(order: Order, receipt: Slip) -> None:
    buyer = opened(receipt)
    buyer.post("/receipt/gift/")
    gift = Slip.objects.get(kind=Slip.Kind.GIFT)

    for client in (buyer, opened(gift)):
        client.post("/receipt/gift/")
        page = client.get("/receipt/paper/").content.decode()
        paper = client.get("/receipt/paper.pdf").content
        assert "Sac à pois" in page
        assert not [price for price in PRICES if price in page]
        assert "000042" not in page
        assert not [price for price in PRICES if price in pdf.words_of(paper)]


def test_pages_are_kept_by_nobody_framed_by_nobody_and_tell_no_other_site(receipt: Slip) -> None:
    for answer in (Client().get("/receipt/"), opened(receipt).get("/receipt/paper/")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_another_site_cannot_post_a_code_of_its_choice(receipt: Slip) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/receipt/", {"code": slips.code_of(receipt)}).status_code == 403


def test_the_session_opens_no_page_of_the_counter(order: Order, receipt: Slip) -> None:
    client = opened(receipt)

    assert client.get(f"/orders/{order.pk}/").status_code != 200
    assert client.get(f"/slips/{receipt.pk}/").status_code != 200
    assert client.cookies[phone.COOKIE]["path"] == "/receipt/"
    assert client.cookies[phone.COOKIE]["httponly"]
