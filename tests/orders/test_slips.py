"""Slips: what stands on them, what never does, and codes that lead back and nowhere else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from customers.models import Customer
from omnistore.errors import Refused
from orders import papers, printing, returns, slips
from orders.models import Adjustment, CustomerReturn, Exchange, Order, OrderLine, Product, Slip
from orders.printing import Size
from orders.quotes import Choice
from stores.models import Store, Tablet
from tests import pdf
from tests.factories import NOON, make_customer, make_order, make_policy, make_product


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(email="camille@example.fr")


@pytest.fixture
def order(camille: Customer, lyon: Store) -> Order:
    """Two bags at 19,90 € and a book at 10,55 € taxed at 5.5 %, in the store, card and cash."""
    make_policy()
    book = make_product("BOOK1", 1055, name="Livre", tax_rate=Decimal("0.055"))
    lines = [(make_product(name="Sac à pois"), 2, 1990), (book, 1, 1055)]
    return make_order(
        camille,
        lines,
        tenders={"CARD": 4000, "CASH": 1035},
        store=lyon,
        channel="STORE",
        number="LYO-000042",
    )


def bring(order: Order, tablet: Tablet, **fields: object) -> CustomerReturn:
    """Take a return of one unit of every line."""
    choices = [
        Choice(line.pk, 1, **{"reason": "CHANGED_MIND", "condition": "AS_NEW"} | fields)  # type: ignore[arg-type]
        for line in order.lines.order_by("position")
    ]
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    returns.choose(draft=draft, choices=choices)
    return returns.take(draft=draft, clerk=tablet.clerk, at=NOON)


def printed(slip: Slip, store: Store, size: Size = Size.ROLL, language: str = "en") -> bytes:
    with translation.override(language):
        paper = papers.of(slip, store=store, now=NOON)
        return printing.pdf(paper, size=size, made_at=slip.made_at, is_packed=False)


def words(slip: Slip, store: Store, **asked: object) -> str:
    return pdf.words_of(printed(slip, store, **asked))  # type: ignore[arg-type]


def refusal(code: str, at: object = NOON, **asked: object) -> str:
    with pytest.raises(Refused) as refused:
        slips.read(code=code, at=at, **asked)  # type: ignore[arg-type]
    return refused.value.code


# --- codes ---------------------------------------------------------------------------------------
def test_a_reprint_shows_the_same_code_and_the_database_has_only_its_hash(
    order: Order, lyon: Store
) -> None:
    first = slips.gift_of(order=order, at=NOON)
    again = slips.gift_of(order=order, at=NOON + timedelta(days=3))

    code = slips.code_of(first)
    assert again == first
    assert slips.code_of(again) == code
    assert len(code) == 26
    assert code not in str(Slip.objects.values().get())


def test_two_slips_of_one_order_have_codes_of_their_own(order: Order) -> None:
    gift, receipt = (make(order=order, at=NOON) for make in (slips.gift_of, slips.receipt_of))

    assert slips.code_of(gift) != slips.code_of(receipt)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\r\n"])
def test_a_code_leads_back_however_it_is_typed(order: Order, typed: str) -> None:
    slip = slips.gift_of(order=order, at=NOON)
    code = slips.code_of(slip)
    groups = " ".join(code[at : at + 4] for at in range(0, 26, 4)).lower()

    assert slips.read(code=typed.format(code), at=NOON) == slip
    assert slips.read(code=typed.format(groups), at=NOON) == slip


def test_every_code_has_a_digit_so_that_no_name_is_taken_for_one(order: Order) -> None:
    slip = Slip(kind=Slip.Kind.GIFT)
    codes = [slips.derived(f"key {number}", str(slip.pk)) for number in range(2_000)]

    assert all(any(letter.isdigit() for letter in code) for code in codes)
    assert slips.form_of("A" * 26) == ""


def test_rule_5_2_forged_expired_and_wrong_purpose_get_one_answer_and_a_log_line_without_the_code(
    order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    slip = slips.gift_of(order=order, at=NOON)
    code = slips.code_of(slip)
    forged = code[:-2] + ("A" if code[-2] != "A" else "B") + code[-1]

    answers = [
        refusal(forged),
        refusal(code, at=slip.expires_at),
        refusal(code, kinds=[Slip.Kind.RETURN]),
        refusal("LYO-000042"),
    ]

    assert set(answers) == {"unknown_code"}
    assert len(caplog.records) == 4
    assert len({record.getMessage() for record in caplog.records}) == 1
    assert code not in caplog.text and forged not in caplog.text


def test_a_code_outlives_a_new_key_and_not_the_loss_of_its_own(
    order: Order, settings: object
) -> None:
    slip = slips.gift_of(order=order, at=NOON)
    old = settings.ENCRYPTION_KEYS[0]  # type: ignore[attr-defined]
    code = slips.code_of(slip)

    settings.ENCRYPTION_KEYS = ["a new key in front", old]  # type: ignore[attr-defined]
    assert slips.code_of(slip) == code

    settings.ENCRYPTION_KEYS = ["a new key alone"]  # type: ignore[attr-defined]
    with pytest.raises(slips.KeyGone):
        slips.code_of(slip)
    assert slips.read(code=code, at=NOON) == slip


def test_a_draft_has_no_slip(order: Order, tablet: Tablet) -> None:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)

    with pytest.raises(slips.NoSlipYet):
        slips.for_return(taken=draft, at=NOON)


def test_postage_alone_is_no_gift(camille: Customer) -> None:
    postage = make_product("POST", 490, kind=Product.Kind.SERVICE)
    order = make_order(camille, [(postage, 1, 490)])

    with pytest.raises(slips.NothingToGive):
        slips.gift_of(order=order, at=NOON)


# --- gift receipts -------------------------------------------------------------------------------
@pytest.mark.parametrize("size", list(Size))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_rule_1_8_a_gift_receipt_shows_no_price_no_name_and_no_number_of_the_order(
    order: Order, lyon: Store, size: Size, language: str
) -> None:
    slip = slips.gift_of(order=order, at=NOON)

    text = words(slip, lyon, size=size, language=language)
    text, _code = text.rsplit("\n", 1)

    assert "2 × Sac à pois" in text
    assert "Lyon Bellecour" in text
    for hidden in ("€", "EUR", "19", "39", "50", "10,", "10.", "Camille", "Moreau", "000042"):
        assert hidden not in text, hidden


def test_rule_1_8_a_gift_receipt_lists_what_was_sold_as_a_gift_when_the_till_said_so(
    order: Order, lyon: Store
) -> None:
    OrderLine.objects.filter(order=order, product__sku="BOOK1").update(is_gift=True)

    text = words(slips.gift_of(order=order, at=NOON), lyon)

    assert "Livre" in text
    assert "Sac" not in text


def test_a_gift_of_the_web_bears_the_address_of_the_store_that_prints_it(
    camille: Customer, lyon: Store
) -> None:
    make_policy()
    web = make_order(camille, [(make_product(), 1, 1990)])

    assert "Lyon Bellecour" in words(slips.gift_of(order=web, at=NOON), lyon)


# --- returns and exchanges -----------------------------------------------------------------------
def test_a_return_slip_says_number_right_tenders_with_their_states_and_tax_by_rate(
    order: Order, tablet: Tablet, lyon: Store
) -> None:
    taken = bring(order, tablet)

    text = words(slips.for_return(taken=taken, at=NOON), lyon, size=Size.A4)

    tax = [line.tax for line in taken.lines.order_by("position")]
    assert taken.number and taken.number in text
    assert "1 × Sac à pois" in text and "€19.90" in text
    assert "from LYO-000042" in text
    assert "the shop's announced policy" in text
    assert "€30.45" in text  # 19,90 and 10,55
    assert "Bank card" in text and "Cash" in text
    assert "20%" in text and "5.5%" in text
    assert f"€0.{tax[1]:02d}" in text


def test_a_fee_stands_beside_the_articles(order: Order, tablet: Tablet, lyon: Store) -> None:
    taken = bring(order, tablet)
    Adjustment.objects.create(
        customer_return=taken, order=order, position=1, kind="FEE", rule="fee", amount=-290
    )

    text = words(slips.for_return(taken=taken, at=NOON), lyon)

    assert "Fee" in text
    assert "2.90" in text


def test_no_paper_has_the_name_or_address_of_the_customer(
    order: Order, tablet: Tablet, lyon: Store
) -> None:
    taken = bring(order, tablet)

    for slip in (slips.for_return(taken=taken, at=NOON), slips.receipt_of(order=order, at=NOON)):
        text = words(slip, lyon)
        assert not [word for word in ("Camille", "Moreau", "example.fr", "Nadia") if word in text]


def test_an_exchange_slip_says_what_was_handed_over_and_its_receipt(
    order: Order, tablet: Tablet, lyon: Store
) -> None:
    bag = order.lines.order_by("position")[0].product
    order.lines.exclude(product=bag).update(handed_over=0)
    order.lines.exclude(product=bag).delete()
    taken = bring(order, tablet, resolution="EXCHANGE", replacement_id=bag.pk)
    exchange = Exchange.objects.get(customer_return=taken)

    slip = slips.for_exchange(exchange=exchange, at=NOON)

    text = words(slip, lyon)
    assert "Exchange slip" in text
    assert f"receipt {exchange.order.number}" in text.replace("\n", " ")
    assert slips.read(code=slips.code_of(slip), at=NOON).customer_return == taken


def test_a_return_begun_with_a_gift_receipt_has_a_slip_without_a_price(
    order: Order, tablet: Tablet, lyon: Store
) -> None:
    taken = bring(order, tablet)
    CustomerReturn.objects.filter(pk=taken.pk).update(proof=CustomerReturn.Proof.GIFT)
    taken.refresh_from_db()

    text = words(slips.for_return(taken=taken, at=NOON), lyon)

    assert "1 × Sac à pois" in text
    assert "€" not in text
    assert "000042" not in text


@pytest.mark.parametrize("size", list(Size))
def test_the_code_on_the_pdf_is_read_by_a_scanner(
    order: Order, tablet: Tablet, lyon: Store, size: Size
) -> None:
    slip = slips.for_return(taken=bring(order, tablet), at=NOON)

    assert pdf.code_on(printed(slip, lyon, size=size)) == slips.code_of(slip)


def test_is_printed_in_both_languages_and_the_same_each_time(order: Order, lyon: Store) -> None:
    slip = slips.gift_of(order=order, at=NOON)

    french, english = (printed(slip, lyon, language=code) for code in ("fr", "en"))

    assert b"/Lang (fr)" in french
    assert b"/Lang (en)" in english
    assert printed(slip, lyon, language="fr") == french


def test_letters_that_the_font_does_not_have_are_question_marks(lyon: Store, db: None) -> None:
    make_policy()
    order = make_order(None, [(make_product(name="Thé 茶 Łódź"), 1, 1990)])

    assert "Thé ? Łódź" in words(slips.gift_of(order=order, at=NOON), lyon)


def test_a_return_of_two_hundred_lines_fits(camille: Customer, lyon: Store, tablet: Tablet) -> None:
    make_policy()
    lines = [(make_product(f"ART{number:03d}"), 1, 100) for number in range(200)]
    order = make_order(camille, lines, store=lyon, channel="STORE")
    slip = slips.for_return(taken=bring(order, tablet), at=NOON)

    for size in Size:
        assert "ART199" in words(slip, lyon, size=size)


def test_a_paper_takes_the_same_queries_for_one_line_and_for_many(
    camille: Customer, lyon: Store, tablet: Tablet
) -> None:
    make_policy()
    counts = []
    for many in (1, 30):
        lines = [(make_product(f"Q{many}-{number}"), 1, 100) for number in range(many)]
        slip = slips.for_return(taken=bring(make_order(camille, lines), tablet), at=NOON)
        with CaptureQueriesContext(connection) as queries:
            papers.of(Slip.objects.get(pk=slip.pk), store=lyon, now=NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]
