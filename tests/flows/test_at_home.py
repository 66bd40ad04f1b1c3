"""A return prepared at home, by the receipt on the customer's phone."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from orders import declarations, papers, photos, printing, prospects, returns, slips
from orders.models import (
    CustomerReturn,
    Declaration,
    Order,
    OrderLine,
    PolicyVersion,
    ReturnPhoto,
    Slip,
)
from orders.quotes import Choice
from orders.views import phone
from stores.models import Store, Tablet
from tests import pdf, weight
from tests.factories import make_customer, make_order, make_policy, make_product, make_store
from tests.flows.test_phone_receipt import PRICES, opened

PLACE = "/receipt/return/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
GOOD = {"take": "1", "units": "2", "reason": "TOO_SMALL", "condition": "AS_NEW"}


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
        tenders={"CARD": 4000, "CASH": 1970},
    )


@pytest.fixture
def line(order: Order) -> OrderLine:
    return order.lines.get()


@pytest.fixture
def camille(order: Order) -> Client:
    """A phone that read the square of the receipt."""
    return opened(slips.receipt_of(order=order, at=now()))


@pytest.fixture
def zoe(order: Order) -> Client:
    """A phone that read the square of the gift receipt."""
    return opened(slips.gift_of(order=order, at=now()))


def said(line: OrderLine, **answers: str) -> dict[str, str]:
    return {f"l{line.pk}-{name}": value for name, value in (GOOD | answers).items()}


def declare(client: Client, line: OrderLine, **answers: str) -> Any:
    """Go through both pages as a phone does; gives the answer of the last."""
    looked = client.post(PLACE, said(line, **answers))
    key = looked.context["key"] if "key" in (looked.context or {}) else ""
    return client.post(f"{PLACE}confirm/", said(line, **answers) | {"key": key})


def code_on(client: Client) -> str:
    code: str = client.get(f"{PLACE}code/").context["paper"].code
    return code


def drawn(declared: Declaration) -> bytes:
    """Return what the phone gets as a PDF, so that it can be read as text."""
    paper = papers.of_declared(declared)
    return printing.pdf(paper, size=printing.Size.A4, made_at=now(), is_packed=False)


# --- what the customer gets ----------------------------------------------------------------------
def test_the_receipt_leads_to_its_articles_with_the_last_day_of_each(
    camille: Client, line: OrderLine
) -> None:
    page = camille.get(PLACE).content.decode()

    assert f'href="{PLACE}"' in camille.get("/receipt/paper/").content.decode()
    assert "Sac à pois" in page
    assert "nous l’échangeons ou le remboursons" in page
    assert [row.units for row in camille.get(PLACE).context["form"].rows] == [range(1, 4)]


def test_he_sees_right_amount_and_means_before_anything_happens(
    camille: Client, line: OrderLine
) -> None:
    page = camille.post(PLACE, said(line)).content.decode()

    for shown in ("2 × Sac à pois", "39,80", "26,67", "13,13", "Carte bancaire", "Espèces"):
        assert shown in page, shown
    assert not CustomerReturn.objects.exists()


def test_looking_consumes_nothing(camille: Client, line: OrderLine) -> None:
    for address in (PLACE, f"{PLACE}?l{line.pk}-take=1", f"{PLACE}code/", f"{PLACE}code.pdf"):
        camille.get(address, said(line))

    assert camille.get(f"{PLACE}confirm/").status_code == 405
    assert not CustomerReturn.objects.exists()


def test_the_code_opens_it_filled_in_by_one_scan_at_the_counter(
    camille: Client, counter: Client, line: OrderLine
) -> None:
    declare(camille, line, reason="OTHER", reason_words="La fermeture coince")
    answer = counter.post("/identify/", {"text": code_on(camille), "scanned_by": "camera"})
    page = counter.get(answer.headers["Location"]).content.decode()

    draft = CustomerReturn.objects.get()
    assert answer.headers["Location"] == f"/returns/{draft.pk}/"
    assert (draft.customer, draft.lines.get().units) == (line.order.customer, 2)
    assert "La fermeture coince" in page
    assert "39,80" in page


def test_the_page_says_until_when_it_is_good_and_what_to_bring(
    camille: Client, line: OrderLine
) -> None:
    answer = declare(camille, line)
    shown = camille.get(f"{PLACE}code/")
    declared = Declaration.objects.get()

    assert answer.headers["Location"] == f"{PLACE}code/"
    assert shown.context["paper"] == papers.of_declared(declared)
    assert declared.expires_at - declared.declared_at == timedelta(days=30)
    assert "2 × Sac à pois" in shown.content.decode()
    assert camille.get(f"{PLACE}code.pdf").content.startswith(b"%PDF-")
    assert pdf.code_on(drawn(declared)) == declarations.code_of(declared)


def test_the_database_keeps_no_code(camille: Client, line: OrderLine) -> None:
    declare(camille, line)

    assert code_on(camille) not in str(Declaration.objects.values().get())


def test_what_only_a_person_may_allow_is_said_so_and_gets_a_code(
    camille: Client, line: OrderLine
) -> None:
    Order.objects.update(delivered_at=now() - timedelta(days=60))
    page = camille.post(PLACE, said(line)).content.decode()
    answer = declare(camille, line)

    assert "une personne décide" in page
    assert "39,80" not in page
    assert answer.headers["Location"] == f"{PLACE}code/"


def test_what_nobody_may_take_back_gets_no_code(camille: Client, line: OrderLine) -> None:
    OrderLine.objects.update(is_final_sale=True)
    PolicyVersion.objects.update(rules=[{"rule": "final_sale", "level": "NOBODY"}])
    Order.objects.update(delivered_at=now() - timedelta(days=1000))

    page = camille.get(PLACE)
    answer = declare(camille, line)

    assert not page.context["may_choose"]
    assert "Rien ne peut être préparé ici" in page.content.decode()
    assert answer.status_code == 422
    assert not Declaration.objects.exists()


def test_an_article_with_a_number_of_its_own_asks_for_none_at_home(
    camille: Client, line: OrderLine
) -> None:
    line.product.tracking = "SERIAL"
    line.product.save()
    for serial in ("A1", "A2", "A3"):
        line.serials.create(serial=serial, units=1)

    page = camille.post(PLACE, said(line)).content.decode()
    declare(camille, line)

    assert "39,80" in page
    assert "A1" not in page
    assert CustomerReturn.objects.get().lines.get().serials == []


def test_what_was_not_said_is_asked_at_its_article_and_kept(
    camille: Client, line: OrderLine
) -> None:
    answer = camille.post(PLACE, said(line, condition=""))
    changed = camille.post(PLACE, said(line) | {"change": "1"}).content.decode()

    assert answer.status_code == 422
    assert "Dites dans quel état il est." in answer.content.decode()
    assert '<option value="TOO_SMALL" selected>' in answer.content.decode()
    assert '<option value="TOO_SMALL" selected>' in changed


def test_every_page_has_one_heading_and_weighs_less_than_60_kilobytes(
    camille: Client, line: OrderLine
) -> None:
    pages = [camille.get(PLACE), camille.post(PLACE, said(line))]
    declare(camille, line)
    pages.append(camille.get(f"{PLACE}code/"))

    for page in pages:
        assert page.content.count(b"<h1") == 1
        assert weight.of(page) < 60_000
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Frame-Options"] == "DENY"


# --- once is once --------------------------------------------------------------------------------
def test_rule_2_5_a_double_tap_is_one_declaration_with_a_code_that_works(
    camille: Client, line: OrderLine, lyon: Store
) -> None:
    key = camille.post(PLACE, said(line)).context["key"]
    codes = []
    for _ in range(2):
        camille.post(f"{PLACE}confirm/", said(line) | {"key": key})
        codes.append(code_on(camille))

    assert Declaration.objects.count() == 1
    assert len(set(codes)) == 1
    assert declarations.open_up(code=codes[0], store=lyon, at=now()).lines.get().units == 2


def test_the_second_tap_shows_the_code_though_the_articles_came_back_meanwhile(
    camille: Client, line: OrderLine, lyon: Store
) -> None:
    key = camille.post(PLACE, said(line, units="3")).context["key"]
    camille.post(f"{PLACE}confirm/", said(line, units="3") | {"key": key})
    draft = declarations.open_up(code=code_on(camille), store=lyon, at=now())
    CustomerReturn.objects.filter(pk=draft.pk).update(state="RECEIVED", number="R1")

    again = camille.post(f"{PLACE}confirm/", said(line, units="3") | {"key": key})

    assert again.headers["Location"] == f"{PLACE}code/"
    assert Declaration.objects.count() == 1


def test_no_receipt_is_flooded_with_codes(camille: Client, line: OrderLine) -> None:
    for _ in range(declarations.MOST_OPEN):
        assert declare(camille, line).status_code == 302

    assert declare(camille, line).status_code == 409
    assert Declaration.objects.count() == declarations.MOST_OPEN


# --- photos --------------------------------------------------------------------------------------
@pytest.fixture
def pictures(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path
    return tmp_path / "photos"


def snap(client: Client, line: OrderLine, content: bytes = b"", **told: str) -> Any:
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    photo = SimpleUploadedFile("x.jpg", content or out.getvalue(), "image/jpeg")
    return client.post(f"{PLACE}photo/", {"line": line.pk, "photo": photo} | told)


def test_four_photos_of_an_article_are_kept_for_the_clerk(
    camille: Client, counter: Client, line: OrderLine, pictures: Path
) -> None:
    declare(camille, line)
    answers = [snap(camille, line).status_code for _ in range(photos.MOST_EACH + 1)]
    page = counter.post("/identify/", {"text": code_on(camille), "scanned_by": "hand"})
    shown = counter.get(page.headers["Location"]).content.decode()

    assert answers == [302] * 4 + [409]
    assert all(f"/photos/{photo.pk}/" in shown for photo in ReturnPhoto.objects.all())
    picture = counter.get(f"/photos/{ReturnPhoto.objects.all()[0].pk}/")
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert snap(camille, line).status_code == 409


def test_what_is_no_photo_is_not_kept(camille: Client, line: OrderLine, pictures: Path) -> None:
    declare(camille, line)

    assert snap(camille, line, b"<script>").status_code == 422
    assert not ReturnPhoto.objects.exists()


def test_a_stranger_adds_no_photo_to_it_and_nobody_to_another_line(
    camille: Client, zoe: Client, line: OrderLine, pictures: Path
) -> None:
    other = make_order(None, [(make_product("OTHER"), 1, 500)]).lines.get()
    declare(camille, line)

    assert [snap(zoe, line).status_code, snap(camille, other).status_code] == [404, 404]
    assert not ReturnPhoto.objects.exists()


def test_what_nobody_opened_is_swept_with_its_photos(
    camille: Client, line: OrderLine, lyon: Store, pictures: Path
) -> None:
    declare(camille, line)
    opened_draft = declarations.open_up(code=code_on(camille), store=lyon, at=now())
    declare(camille, line)
    snap(camille, line)
    late = now() + declarations.LIFE

    assert declarations.sweep(at=now()) == 0
    assert declarations.sweep(at=late) == 1
    assert [draft.pk for draft in CustomerReturn.objects.all()] == [opened_draft.pk]
    assert list(pictures.iterdir()) == []
    assert camille.get(f"{PLACE}code/").status_code == 404


# --- the attacker --------------------------------------------------------------------------------
def test_rule_1_8_by_a_gift_receipt_no_page_shows_a_price(zoe: Client, line: OrderLine) -> None:
    rules = [{"rule": "window", "days": 30}, {"rule": "fee", "percent": 10, "per": "line"}]
    limit = {"rule": "price_limit", "amount": 1000, "currency": "EUR", "level": "APPROVER"}
    for version in (rules, [*rules, limit]):
        PolicyVersion.objects.update(rules=version)
        pages = [zoe.get(PLACE).content.decode(), zoe.post(PLACE, said(line)).content.decode()]
        declare(zoe, line)
        pages.append(zoe.get(f"{PLACE}code/").content.decode())
        pages.append(pdf.words_of(drawn(Declaration.objects.latest("pk"))))

        for page in pages:
            assert "Sac à pois" in page
            assert not [price for price in PRICES if price in page]
            assert "000042" not in page


def test_rule_1_8_a_gift_comes_back_without_its_giver(
    zoe: Client, counter: Client, line: OrderLine
) -> None:
    declare(zoe, line)
    answer = counter.post("/identify/", {"text": code_on(zoe), "scanned_by": "camera"})
    page = counter.get(answer.headers["Location"]).content.decode()

    draft = CustomerReturn.objects.get()
    assert (draft.is_gift, draft.customer, draft.via) == (True, None, None)
    assert not [price for price in PRICES if price in page]
    assert "Camille" not in page


def test_another_receipt_shows_nothing_of_it(camille: Client, line: OrderLine) -> None:
    declare(camille, line)
    other = make_order(None, [(make_product("OTHER"), 1, 500)], placed_at=now())
    camille.post("/receipt/", {"code": slips.code_of(slips.receipt_of(order=other, at=now()))})

    assert camille.get(f"{PLACE}code/").status_code == 404
    assert camille.get(f"{PLACE}code.pdf").status_code == 404


def test_handed_on_as_a_gift_it_shows_nothing_of_it(camille: Client, line: OrderLine) -> None:
    declare(camille, line)
    camille.post("/receipt/gift/")

    assert camille.get(f"{PLACE}code/").status_code == 404


def test_without_a_session_or_with_an_old_one_nothing_is_declared(
    camille: Client, line: OrderLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = said(line) | {"key": "k"}
    monkeypatch.setattr(
        "django.core.signing.time.time", lambda: now().timestamp() + phone.LASTS + 1
    )

    for client in (Client(), camille):
        assert client.get(PLACE).status_code == 404
        assert client.post(PLACE, asked).status_code == 404
        assert client.post(f"{PLACE}confirm/", asked).status_code == 404
        assert client.get(f"{PLACE}code/").status_code == 404
    assert not Declaration.objects.exists()


def test_lines_of_other_receipts_and_words_of_clerks_are_not_read(
    camille: Client, line: OrderLine
) -> None:
    other = make_order(line.order.customer, [(make_product("OTHER"), 1, 500)]).lines.get()
    forged = said(other) | {"l999999-take": "1", "lx-take": "1"}

    assert camille.post(PLACE, forged).status_code == 422
    assert camille.post(f"{PLACE}confirm/", forged | {"key": "k"}).status_code == 422
    declare(camille, line, waiver="de rien", resolution="EXCHANGE", replacement="1")
    kept = CustomerReturn.objects.get().lines.get()
    assert (kept.order_line, kept.waiver, kept.resolution) == (line, "", "REFUND")


def test_more_units_than_are_left_are_refused_in_words(
    camille: Client, line: OrderLine, tablet: Tablet
) -> None:
    draft = returns.begin(order=line.order, store=tablet.store, at=now(), tablet=tablet)
    returns.choose(draft=draft, choices=[Choice(line.pk, 2, "STYLE", "AS_NEW")])
    returns.take(draft=draft, at=now())

    looked = camille.post(PLACE, said(line))
    confirmed = camille.post(f"{PLACE}confirm/", said(line) | {"key": "k"})

    assert [looked.status_code, confirmed.status_code] == [422, 422]
    assert not Declaration.objects.exists()


@pytest.mark.parametrize("key", ["", "k", "x" * 9000, "\0"])
def test_a_key_of_ones_choice_leads_to_no_other_return(
    camille: Client, line: OrderLine, key: str
) -> None:
    draft = CustomerReturn.objects.create(
        order=line.order, currency="EUR", created_at=now(), source="counter"
    )

    camille.post(f"{PLACE}confirm/", said(line) | {"key": key or str(draft.pk)})

    assert Declaration.objects.filter(customer_return=draft).count() == 0
    assert not draft.lines.exists()


def test_another_site_cannot_declare(order: Order, line: OrderLine) -> None:
    strict = Client(enforce_csrf_checks=True)

    for place in ("", "confirm/", "photo/"):
        assert strict.post(f"{PLACE}{place}", said(line)).status_code == 403


def test_each_form_of_its_pages_carries_its_token(
    order: Order, line: OrderLine, pictures: Path
) -> None:
    strict = Client(enforce_csrf_checks=True)
    code = slips.code_of(slips.receipt_of(order=order, at=now()))
    steps = [
        ("/receipt/", "/receipt/", {"code": code}),
        (PLACE, PLACE, said(line)),
    ]
    for page, to, told in steps:
        token = TOKEN.findall(strict.get(page).content.decode())[-1]
        looked = strict.post(to, told | {"csrfmiddlewaretoken": token})
    token = TOKEN.findall(looked.content.decode())[-1]
    told = said(line) | {"key": "k", "csrfmiddlewaretoken": token}
    strict.post(f"{PLACE}confirm/", told)
    page = strict.get(f"{PLACE}code/").content.decode()

    assert len(TOKEN.findall(page)) == page.count("<form") == 1
    assert snap(strict, line, csrfmiddlewaretoken=TOKEN.findall(page)[0]).status_code == 302


def test_a_code_declared_in_one_session_leaves_the_address_clean(
    camille: Client, line: OrderLine
) -> None:
    answer = declare(camille, line)
    code, draft = code_on(camille), CustomerReturn.objects.get()

    cookie = camille.cookies["omnistore_declared"]
    assert code not in answer.headers["Location"] + cookie.value
    assert str(draft.pk) not in camille.get(f"{PLACE}code/").content.decode()
    assert (cookie["path"], cookie["httponly"]) == ("/receipt/", True)


def test_a_household_sees_its_lines_of_a_partly_given_order(zoe: Client, order: Order) -> None:
    """Of an order in which the till marked gifts, a gift receipt offers these only."""
    order.lines.update(is_gift=True)
    make_store("par")
    OrderLine.objects.create(
        order=order,
        product=make_product("OTHER", name="Théière"),
        position=2,
        quantity=1,
        handed_over=1,
        unit_price=100,
        total=100,
        tax=0,
        tax_rate=0,
    )

    offered = prospects.offers(order=order, is_gift=True, now=now())

    assert [offer.line.product.name for offer in offered] == ["Sac à pois"]
    assert "Théière" not in zoe.get(PLACE).content.decode()
    assert Slip.objects.filter(kind="GIFT").exists()
