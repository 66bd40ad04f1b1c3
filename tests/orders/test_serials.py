"""Serials and lots: only what was sold on a line comes back of it, and only once."""

from datetime import timedelta

import pytest

from omnistore.errors import Refused
from orders import checkout, returns, serials
from orders.models import CustomerReturn, Order, Reception, SoldSerial
from orders.quotes import Choice
from stores.models import Tablet
from tests.factories import NOON, make_policy, make_product

AT = NOON - timedelta(days=2)


def sale(*numbers: str, tracking: str = "SERIAL", quantity: int = 2, sku: str = "PHONE") -> Order:
    make_policy()
    make_product(sku, 50000, tracking=tracking)
    line = checkout.SoldLine(sku=sku, quantity=quantity, unit_price=50000, serials=numbers)
    told = checkout.Sale(
        source="shop",
        number="S-1",
        channel="STORE",
        currency="EUR",
        placed_at=AT,
        delivered_at=AT,
        lines=[line],
        tenders=[checkout.Tendered("CARD", quantity * 50000)],
    )
    order, _ = checkout.record(sale=told, place=checkout.Place(), at=NOON)
    return order


def took(order: Order, tablet: Tablet, *numbers: str, units: int = 1) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    choice = Choice(order.lines.get().pk, units, "STYLE", "AS_NEW", serials=serials.read(numbers))
    returns.choose(draft=draft, choices=[choice])
    return returns.take(draft=draft, at=NOON)


def test_takes_back_the_unit_that_was_sold(tablet: Tablet) -> None:
    order = sale("sn 1", "SN2")

    took(order, tablet, "sn1")

    assert Reception.objects.get().serial == "SN1"


@pytest.mark.parametrize(
    ("numbers", "code"),
    [((), "serial_missing"), (("SN9",), "serial_not_sold"), (("SN1", "SN2"), "too_many_serials")],
)
def test_refuses_another_unit_than_was_sold(
    tablet: Tablet, numbers: tuple[str, ...], code: str
) -> None:
    order = sale("SN1", "SN2")

    with pytest.raises(Refused) as refused:
        took(order, tablet, *numbers)

    assert refused.value.code == code
    assert not Reception.objects.exists()


def test_a_unit_comes_back_once(tablet: Tablet) -> None:
    order = sale("SN1", "SN2")
    took(order, tablet, "SN1")

    with pytest.raises(serials.CameBackAlready):
        took(order, tablet, "SN1")

    took(order, tablet, "SN2")


def test_a_lot_counts_its_units(tablet: Tablet) -> None:
    order = sale("L1", "L1", "L2", tracking="LOT", quantity=3)
    took(order, tablet, "L1, L1", units=2)

    with pytest.raises(serials.CameBackAlready):
        took(order, tablet, "L1")

    assert Reception.objects.get().units == 2


def test_asks_for_no_number_that_was_never_kept(tablet: Tablet) -> None:
    took(sale(), tablet)

    assert Reception.objects.get().serial == ""


@pytest.mark.parametrize(
    ("numbers", "refusal"),
    [(("A", "B", "C"), serials.TooManySerials), (("A", "A"), serials.SerialTwice)],
)
def test_a_sale_has_no_more_numbers_than_units(
    db: None, numbers: tuple[str, ...], refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        sale(*numbers)

    assert not SoldSerial.objects.exists()
    assert not Order.objects.exists()


def test_the_same_sale_with_other_numbers_is_another_sale(db: None) -> None:
    sale("SN1", "SN2")

    with pytest.raises(checkout.OrderDiffers):
        line = checkout.SoldLine(sku="PHONE", quantity=2, unit_price=50000, serials=("SN1", "SN3"))
        told = checkout.Sale(
            source="shop",
            number="S-1",
            channel="STORE",
            currency="EUR",
            placed_at=AT,
            delivered_at=AT,
            lines=[line],
            tenders=[checkout.Tendered("CARD", 100000)],
        )
        checkout.record(sale=told, place=checkout.Place(), at=NOON)
