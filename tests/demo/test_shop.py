"""The demo shop: real sales, invented people, every interesting case there and nameable."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Sum
from django.utils.timezone import localdate

from customers import cards, emails, phones
from customers.models import Customer, Evidence, Identifier, Touch
from omnistore.counter import recognition
from omnistore.counter.recognition import Recognition
from omnistore.demo import dates, people, shop
from omnistore.demo.people import Person
from omnistore.outbox.models import Connection, Event
from orders import barcodes, carts, history, opinions
from orders.history import PurchaseLine
from orders.models import (
    Order,
    OrderLine,
    OrderPromotion,
    Payment,
    Product,
    ReturnLine,
    Review,
    SalesImport,
    Slip,
    SoldSerial,
    StockMovement,
)
from stores.models import Clerk, Store

MORNING = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the shop once for this file; it is gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        shop.load(at=MORNING)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(built: None, db: None) -> None:
    """The demo shop, on a Saturday morning; what a test does to it is undone."""


def customer(person: Person) -> Customer:
    return Customer.objects.get(evidence__identifier__value=f"demo:{person.number}")


def find(text: str) -> Recognition:
    return recognition.find(text, store=Store.objects.get(code="lyo"), at=MORNING)


def bought(person: Person) -> list[PurchaseLine]:
    """Return the lines of his last purchase."""
    return history.of(customer(person), now=MORNING)[0].lines


def test_keeps_every_line_of_its_real_sales(demo: None) -> None:
    done = SalesImport.objects.get()

    assert (done.accepted, done.rejected, done.lines_read) == (8_001, 0, 8_001)
    assert Customer.objects.count() == 300
    assert not Order.objects.filter(is_historical=True).exists()


def test_sold_something_yesterday_and_nothing_later(demo: None) -> None:
    days = {localdate(at) for at in Order.objects.values_list("placed_at", flat=True)}

    assert max(days) == date(2026, 11, 20)
    assert not Order.objects.filter(delivered_at__gt=MORNING).exists()
    assert not Touch.objects.filter(at__gt=MORNING).exists()


def test_gives_everybody_a_name_and_something_to_be_known_by(demo: None) -> None:
    assert not Customer.objects.filter(last_name="").exists()
    assert not Customer.objects.filter(name_keys=None).exists()
    known = Customer.objects.filter(evidence__identifier__kind__in=["PHONE", "CARD", "EMAIL"])
    assert known.distinct().count() > 295


def test_holds_normalised_values_of_fictitious_ranges_only(demo: None) -> None:
    held = Identifier.objects.values_list("kind", "value")
    normal = {"PHONE": phones.normalise, "EMAIL": emails.normalise, "CARD": cards.normalise}

    for kind, value in held.exclude(kind="SOURCE"):
        args = (value, "FR") if kind == "PHONE" else (value,)
        assert normal[kind](*args) == value
        if kind == "PHONE":
            assert value.startswith(("+3363998", "+3319900", "+3346571", "+447700900"))
        if kind == "EMAIL":
            assert value.endswith(("@example.fr", "@example.com"))


def test_pays_every_order_to_the_cent(demo: None) -> None:
    orders = Order.objects.annotate(captured=Sum("payments__amount"))

    assert not orders.exclude(captured=F("total")).exists()
    split = orders.annotate(tenders=Count("payments")).filter(tenders=2)
    assert split.count() > 5
    payments = Payment.objects.annotate(back=Sum("refunds__amount"))
    assert not payments.filter(back__gt=F("amount")).exists()


def test_has_sales_on_three_channels_in_two_stores(demo: None) -> None:
    channels = dict(Order.objects.values_list("channel").annotate(Count("pk")))

    assert channels.keys() == {"STORE", "WEB", "PHONE"}
    assert min(channels.values()) > 30
    assert Order.objects.filter(channel="STORE", store=None).count() == 0
    assert Order.objects.filter(number__regex=r"^(LYO|PAR)-0\d{5}$").count() == channels["STORE"]
    taken = ReturnLine.objects.exclude(customer_return__state="REVIEW")
    assert set(taken.values_list("restocked_in__code", flat=True)) == {"lyo", "par"}


def test_finds_everybody_of_the_tour_by_his_phone(demo: None) -> None:
    for person in people.NAMED:
        found = find(person.phones[0])

        assert customer(person) in [candidate.customer for candidate in found.customers]


def test_lists_the_household_and_the_namesakes(demo: None) -> None:
    household = find("01 99 00 02 02").customers
    namesakes = find("marie martin").customers

    assert sorted(one.customer.first_name for one in household) == ["Awa", "Ibrahima", "Moussa"]
    assert {one.customer.city for one in namesakes} == {"Lyon", "Vincennes"}


@pytest.mark.parametrize("text", ["li", "wu", "ba", "de la tour", "D’AUBIGNE", "nguyen"])
def test_finds_names_of_two_letters_accents_and_particles(demo: None, text: str) -> None:
    assert find(text).customers


def test_finds_nobody_by_the_shops_own_phone(demo: None) -> None:
    found = find("01 99 00 00 00")

    assert found.is_empty
    assert found.problem is not None


def test_finds_the_anonymous_receipt(demo: None) -> None:
    (order,) = find(people.ANONYMOUS_RECEIPT).orders

    assert order.customer is None


def test_gives_camille_a_cart_and_three_of_an_article_to_bring_back(demo: None) -> None:
    (cart,) = carts.open_of(customer(people.CAMILLE), MORNING)
    lines = bought(people.CAMILLE)

    assert len(cart.lines) == 4
    assert sum(line.has_price_changed for line in cart.lines) == 1
    assert any(
        line.line.quantity == 3 and line.decision.until == date(2026, 12, 4) for line in lines
    )
    assert all(line.decision.right == "WITHDRAWAL" for line in lines)


def test_sold_thomas_something_for_good(demo: None) -> None:
    final = [line for line in bought(people.THOMAS) if line.line.is_final_sale]

    assert [line.decision.right for line in final] == ["CONFORMITY"]


def test_leaves_odile_her_legal_guarantee_only(demo: None) -> None:
    rights = {line.decision.right for line in bought(people.ODILE) if line.line.product.is_goods}

    assert rights == {"CONFORMITY"}


def test_took_one_of_two_units_back_from_amadou(demo: None) -> None:
    lines = bought(people.AMADOU)

    assert any(line.left_units == 1 and line.line.quantity == 2 for line in lines)


def test_let_zoe_pay_with_two_tenders(demo: None) -> None:
    order = bought(people.ZOE)[0].line.order

    assert set(order.payments.values_list("tender", flat=True)) == {"CARD", "GIFT_CARD"}


def test_took_ten_euros_off_a_receipt_of_helene_from_an_amount_on(demo: None) -> None:
    promotion = OrderPromotion.objects.get()

    assert promotion.order.customer == customer(people.HELENE)
    assert promotion.label == "10 € dès 30 €"
    assert sum(promotion.shares.values_list("amount", flat=True)) == promotion.amount == 1000


def test_asks_marc_about_an_old_article_of_a_vip(demo: None) -> None:
    reviews = Review.objects.select_related("customer_return")

    assert {review.customer_return.customer for review in reviews} == {customer(people.HELENE)}
    assert "vip" in {review.rule for review in reviews}
    assert all(review.is_open and not review.is_for_head_office for review in reviews)


def test_has_both_receipts_numbered_units_and_colours(demo: None) -> None:
    assert set(Slip.objects.values_list("kind", flat=True)) == {"GIFT", "RECEIPT"}
    line = OrderLine.objects.get(
        pk=SoldSerial.objects.values("order_line").distinct().get()["order_line"]
    )
    assert line.product.is_tracked
    assert line.serials.count() == line.quantity
    assert Product.objects.exclude(colour="").count() > 10


def test_has_not_delivered_to_ines_yet(demo: None) -> None:
    lines = bought(people.INES)

    assert lines[0].line.order.delivered_at is None
    assert {line.decision.right for line in lines} == {""}


def test_served_julien_on_three_channels(demo: None) -> None:
    orders = customer(people.JULIEN).orders

    assert set(orders.values_list("channel", flat=True)) == {"STORE", "WEB", "PHONE"}


def test_speaks_english_with_emily_and_knows_its_vip(demo: None) -> None:
    assert customer(people.EMILY).language == "en"
    assert customer(people.HELENE).is_vip
    assert customer(people.HELENE).level == "GOLD"


def test_shows_every_article_with_a_quiet_name_and_a_picture(demo: None) -> None:
    for name, picture in Product.objects.values_list("name", "picture"):
        assert name != name.upper() or not any(letter.isalpha() for letter in name)
        assert (settings.BASE_DIR / picture.lstrip("/")).is_file()


def test_tells_nobody_of_the_past(demo: None) -> None:
    assert not Event.objects.exists()


def test_moves_everything_so_that_the_last_sale_was_yesterday(demo: None) -> None:
    line = OrderLine.objects.filter(order__customer=customer(people.CAMILLE)).latest("pk")
    before = line.order.delivered_at
    visit = Touch.objects.create(channel="STORE", at=MORNING + timedelta(hours=5))
    later = MORNING + timedelta(days=3)

    moved = dates.refresh(source=shop.SOURCE, now=later)

    line.order.refresh_from_db()
    visit.refresh_from_db()
    assert moved == timedelta(days=3)
    assert line.order.delivered_at == before + moved
    assert visit.at == later
    assert dates.refresh(source=shop.SOURCE, now=later) == timedelta()


def test_leaves_ledgers_as_they_are_when_it_moves_the_dates(demo: None) -> None:
    """The database refuses to change them: the next day the shop would not start."""
    counted = StockMovement.objects.latest("pk")

    dates.refresh(source=shop.SOURCE, now=MORNING + timedelta(days=3))

    assert StockMovement.objects.get(pk=counted.pk).at == counted.at


def test_lets_nothing_happen_by_moving_the_dates(demo: None) -> None:
    on_the_way = Order.objects.filter(delivered_at=None).count()
    held = Evidence.objects.filter(ended_at=None).count()

    dates.refresh(source=shop.SOURCE, now=MORNING + timedelta(days=3))

    assert Order.objects.filter(delivered_at=None).count() == on_the_way > 0
    assert Evidence.objects.filter(ended_at=None).count() == held > 0


def test_is_made_once(demo: None) -> None:
    call_command("demo", url="http://localhost:8123")
    call_command("demo", url="http://localhost:8124")

    assert Customer.objects.count() == 300
    assert Clerk.objects.count() == 5
    assert Connection.objects.get().url == "http://localhost:8124/demo/crm/inbox"


def test_two_customers_have_said_how_it_was(demo: None) -> None:
    lyon = Store.objects.get(code="lyo")

    said = opinions.for_store(lyon, at=MORNING)

    assert [(one.customer, one.score) for one in said] == [
        (customer(people.THOMAS), 2),
        (customer(people.JULIEN), 5),
    ]
    assert all(one.comment for one in said)


def test_every_article_has_a_barcode_of_its_own_that_is_no_card(demo: None) -> None:
    goods = Product.objects.filter(kind=Product.Kind.GOODS)
    codes = set(goods.values_list("gtin", flat=True))

    assert len(codes) == goods.count()
    assert all(barcodes.normalise(code) and code.startswith("04") for code in codes)
    stand = goods.get(sku="21843")
    assert stand.gtin == "0402184300004"
    # Some scanners leave the first nought out: the bars are the same.
    assert find(stand.gtin).article == find(stand.gtin[1:]).article == stand
