"""The import of real sales, on a slice of the real file; races and kills are in tests/races."""

import gzip
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F, Sum

from customers.models import Customer, Evidence, Identifier
from orders.models import (
    CustomerReturn,
    Order,
    OrderLine,
    Payment,
    Product,
    Refund,
    RefundPlan,
    ReturnLine,
    SalesImport,
)
from orders.sales_import import files, imports
from orders.sales_import.files import COLUMNS
from orders.sales_import.options import Options
from orders.sales_import.rejects import InUse
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

SLICE = settings.BASE_DIR / "tests" / "data" / "uci_slice.csv.gz"
BAG = "536365,85099B,JUMBO BAG RED RETROSPOT,6,2010-12-01 08:26:00,1.95,17850.0,United Kingdom"
BACK = "C536400,85099B,JUMBO BAG RED RETROSPOT,-2,2010-12-02 09:00:00,1.95,17850.0,United Kingdom"


def read(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], **given: Any) -> str:
    """Import the file and return the last sentence."""
    call_command("import_sales", path, rejects=tmp_path / "rejects.csv", **given)
    return capsys.readouterr().out.split(";")[0].strip()


@pytest.fixture
def sold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Import the given lines, and return the sentence at the end."""

    def write_and_read(*lines: str, **given: Any) -> str:
        path = tmp_path / "sales.csv"
        path.write_text("\n".join([COLUMNS, *lines]) + "\n")
        return read(path, tmp_path, capsys, **given)

    return write_and_read


def rejected(tmp_path: Path) -> list[tuple[int, str]]:
    """Return (line number, reason) of the reject file."""
    lines = (tmp_path / "rejects.csv").read_text().splitlines()[1:]
    return [(int(line.split(",")[0]), line.split(",")[1]) for line in lines]


def test_accounts_for_every_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gzip.open(SLICE) as file:
        count = sum(1 for _ in file) - 1

    sentence = read(SLICE, tmp_path, capsys)

    done = SalesImport.objects.get()
    assert done.accepted + done.rejected == done.lines_read == count
    assert sentence == f"{done.accepted:,} accepted + {done.rejected:,} rejected = {count:,} read"
    assert len(rejected(tmp_path)) == done.rejected


def test_adds_up_to_the_cent_with_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read(SLICE, tmp_path, capsys, batch=300)

    sold, back = sums_of(SLICE)
    assert Order.objects.aggregate(all=Sum("total"))["all"] == sold
    assert OrderLine.objects.aggregate(all=Sum("total"))["all"] == sold
    assert Payment.objects.aggregate(all=Sum("amount"))["all"] == sold
    assert ReturnLine.objects.aggregate(all=Sum("amount"))["all"] == back
    assert RefundPlan.objects.aggregate(all=Sum("amount"))["all"] == back
    assert Refund.objects.aggregate(all=Sum("amount"))["all"] == back


def sums_of(path: Path) -> tuple[int, int]:
    """Return what the file's own lines sum to: sold, and brought back."""
    sold = back = Decimal(0)
    with gzip.open(path, "rt") as file:
        for line in list(file)[1:]:
            invoice, *_rest, quantity, _at, price, _customer, _country = line.rsplit(",", 7)
            amount = Decimal(price) * int(quantity)
            if invoice.startswith("C"):
                back -= amount
            elif amount > 0 and not invoice.startswith("A"):
                sold += round(amount, 2)
    return int(sold * 100), int(back * 100)


def test_never_takes_back_more_units_or_money_than_was_sold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read(SLICE, tmp_path, capsys, batch=200)

    lines = OrderLine.objects.annotate(back=Sum("return_lines__units"))
    assert lines.filter(back__isnull=False).count() > 100
    assert not lines.filter(back__gt=F("quantity")).exists()
    payments = Payment.objects.annotate(back=Sum("refunds__amount"))
    assert not payments.filter(back__gt=F("amount")).exists()


def test_does_nothing_the_second_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = read(SLICE, tmp_path, capsys)
    rejects = (tmp_path / "rejects.csv").read_bytes()
    before = OrderLine.objects.count()

    second = read(SLICE, tmp_path, capsys)

    assert second == first
    assert OrderLine.objects.count() == before
    assert (tmp_path / "rejects.csv").read_bytes() == rejects


def test_puts_an_invoice_in_two_pieces_together(sold: Any) -> None:
    cup = "542806,21524,CUP,1,2010-12-01 11:19:00,7.95,12836.0,United Kingdom"
    rack = "542806,22788,RACK,2,2010-12-01 11:20:00,9.95,12836.0,United Kingdom"

    sold(cup, BAG, BAG, rack, batch=1)

    order = Order.objects.get(number="542806")
    assert order.total == 795 + 2 * 995
    assert order.tax == sum(order.lines.values_list("tax", flat=True))
    assert order.payments.get().amount == order.total
    assert list(order.lines.order_by("position").values_list("position", flat=True)) == [1, 2]


def test_puts_a_cancellation_in_two_pieces_together(sold: Any) -> None:
    other = BAG.replace("536365", "536366")

    sold(BAG, BACK, other, BACK.replace(",-2,", ",-1,"), batch=1)

    taken = CustomerReturn.objects.get(number="C536400")
    assert list(taken.lines.order_by("position").values_list("units", flat=True)) == [2, 1]
    assert taken.refund_plan.amount == 3 * 195
    assert [refund.amount for refund in taken.refund_plan.refunds.order_by("position")] == [
        390,
        195,
    ]


def test_brings_a_sale_in_whole(sold: Any) -> None:
    sold(BAG)

    order = Order.objects.get()
    line = order.lines.get()
    assert (order.number, order.source, order.currency) == ("536365", "uci", "GBP")
    assert (order.total, order.tax) == (1170, 195)
    assert order.placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert order.is_historical
    assert (line.quantity, line.handed_over, line.unit_price, line.total) == (6, 6, 195, 1170)
    assert (line.product.model, line.product.variant) == ("85099", "B")
    assert order.payments.get().tender == "CARD"


def test_knows_customers_by_their_number_and_not_by_name(sold: Any) -> None:
    sold(BAG, BAG.replace("536365", "536366"), BAG.replace("17850.0", "").replace("36365", "36367"))

    customer = Customer.objects.get()
    identifier = Identifier.objects.get()
    assert (customer.full_name, customer.country, customer.is_historical) == ("", "GB", True)
    assert (identifier.kind, identifier.value) == ("SOURCE", "uci:17850")
    assert Evidence.objects.get().source == "IMPORT:uci"
    assert set(customer.orders.values_list("via", flat=True)) == {identifier.pk}
    assert Order.objects.filter(customer=None, via=None).count() == 1


def test_matches_a_cancellation_with_the_newest_purchase_first(sold: Any) -> None:
    newer = BAG.replace("536365", "536366").replace(",6,", ",1,")

    sold(BAG, newer, BACK)

    taken = CustomerReturn.objects.get()
    lines = taken.lines.order_by("position")
    assert [(line.order_line.order.number, line.units) for line in lines] == [
        ("536366", 1),
        ("536365", 1),
    ]
    assert (taken.state, taken.number_key, taken.is_historical) == ("SETTLED", "C536400", True)
    assert taken.refund_plan.state == "DONE"
    assert {refund.state for refund in taken.refund_plan.refunds.all()} == {"PAID"}


def test_never_matches_a_purchase_that_comes_later_in_the_file(sold: Any) -> None:
    sold(BACK, BAG)

    line = ReturnLine.objects.get()
    assert line.order_line is None
    assert Refund.objects.get().payment is None


def test_keeps_what_was_bought_before_the_file_begins_without_a_purchase(sold: Any) -> None:
    sold(BAG, BACK.replace(",-2,", ",-8,"))

    units = ReturnLine.objects.order_by("position").values_list(
        "order_line__order__number", "units"
    )
    assert list(units) == [("536365", 6), (None, 2)]
    refunds = Refund.objects.order_by("position").values_list("payment__order__number", "amount")
    assert list(refunds) == [("536365", 1170), (None, 390)]


def test_says_why_a_line_is_no_sale(sold: Any, tmp_path: Path) -> None:
    day = "2010-12-01 08:26:00"
    sentence = sold(
        BAG,
        f"536366,22752,check,-10,{day},0.0,,United Kingdom",
        f"536367,22752,found,10,{day},0.0,,United Kingdom",
        f"A563186,B,Adjust bad debt,1,{day},-11062.06,,United Kingdom",
        f"536368,22752,BOX,1,{day},-1.0,17850.0,United Kingdom",
        f"536369,22752,BOX,0,{day},1.0,17850.0,United Kingdom",
        f"536370,22752,BOX,1.5,{day},1.0,17850.0,United Kingdom",
        f"536371,22752,BOX,9999999,{day},1.0,17850.0,United Kingdom",
        "536372,22752,BOX,1,2010-02-30 08:26:00,1.0,17850.0,United Kingdom",
        "536373,22752,BOX,1,2199-01-01 08:26:00,1.0,17850.0,United Kingdom",
        f"536374,22752,BOX,1,{day},1e5,17850.0,United Kingdom",
        f"536375,22752,BOX,1,{day},99999999,17850.0,United Kingdom",
        f"536376,22752,BOX,1,{day},1.0,Anne,United Kingdom",
        f"536377,,BOX,1,{day},1.0,17850.0,United Kingdom",
        f",22752,BOX,1,{day},1.0,17850.0,United Kingdom",
        f"C536378,22752,BOX,1,{day},1.0,17850.0,United Kingdom",
        f'536379,22752,"BOX,1,{day},1.0,17850.0,United Kingdom',
        "536380,22752",
        "",
        f"536381,22752,B\0X,1,{day},1.0,17850.0,United Kingdom",
        f"536365,22752,BOX,1,{day},1.0,17851.0,United Kingdom",
    )

    assert sentence == "1 accepted + 20 rejected = 21 read"
    assert " ".join(reason for _, reason in rejected(tmp_path)) == (
        "STOCK_WRITE_OFF STOCK_CORRECTION ADJUSTMENT NEGATIVE_PRICE NO_UNITS BAD_QUANTITY "
        "ABSURD_QUANTITY IMPOSSIBLE_DATE IMPOSSIBLE_DATE BAD_PRICE ABSURD_PRICE BAD_CUSTOMER "
        "BAD_ARTICLE BAD_INVOICE CANCELLATION_ADDS MALFORMED MALFORMED MALFORMED MALFORMED "
        "OTHER_CUSTOMER"
    )
    assert [number for number, _ in rejected(tmp_path)] == list(range(3, 23))


def test_keeps_gifts_and_tenths_of_a_penny(sold: Any) -> None:
    gift = BAG.replace("1.95", "0.0")
    pads = BAG.replace("85099B", "PADS").replace(",6,", ",1,").replace("1.95", "0.001")

    sold(gift, pads, BAG)

    assert list(OrderLine.objects.order_by("position").values_list("total", flat=True)) == [
        0,
        0,
        1170,
    ]
    assert Product.objects.get(sku="PADS").kind == "SERVICE"


def test_rounds_a_line_once_and_half_to_even(sold: Any) -> None:
    sold(BAG.replace(",6,", ",5,").replace("1.95", "0.005"), BAG.replace("1.95", "0.0075"))

    totals = OrderLine.objects.order_by("position").values_list("total", flat=True)
    assert list(totals) == [2, 4]


def test_names_and_prices_an_article_by_its_last_sale(sold: Any) -> None:
    sold(
        BAG.replace("85099B", "85099b").replace("JUMBO BAG RED RETROSPOT", "BAG?"),
        BAG.replace("1.95", "2.05"),
        BAG.replace("JUMBO BAG RED RETROSPOT", "").replace("1.95", "0.0"),
        BACK.replace("1.95", "9.99"),
    )

    product = Product.objects.get()
    assert (product.sku, product.name, product.price) == ("85099B", "JUMBO BAG RED RETROSPOT", 205)
    assert not product.is_offered


def test_leaves_what_the_shop_offers_today_as_it_is(sold: Any) -> None:
    factories.make_product("85099B", name="Sac rouge", price=2490)

    sold(BAG)

    assert Product.objects.get().name == "Sac rouge"
    assert OrderLine.objects.get().product.price == 2490


def test_moves_the_last_day_and_is_no_history_then(sold: Any) -> None:
    sold(BAG, BACK, shift_to=date(2026, 7, 1), delivery_days=3, currency="EUR", tender="PAYPAL")

    order = Order.objects.get()
    # In summer the same time in London is an hour earlier in UTC.
    assert order.placed_at == datetime(2026, 6, 30, 7, 26, tzinfo=UTC)
    assert order.delivered_at == datetime(2026, 7, 3, 7, 26, tzinfo=UTC)
    assert not order.is_historical
    assert (order.currency, order.payments.get().tender) == ("EUR", "PAYPAL")
    assert not CustomerReturn.objects.get().is_historical


def test_takes_the_discount_off_every_line(sold: Any) -> None:
    sold(BAG, BACK, discount=Decimal("0.10"))

    line = OrderLine.objects.get()
    assert (line.line_discount, line.total, line.tax) == (117, 1053, 176)
    assert ReturnLine.objects.get().amount == 351


def test_refuses_a_sale_that_another_import_brought(sold: Any, tmp_path: Path) -> None:
    sold(BAG, BACK)

    sentence = sold(BAG, BACK, BAG.replace("536365", "536366"))

    assert sentence == "1 accepted + 2 rejected = 3 read"
    assert rejected(tmp_path) == [(2, "ALREADY_IMPORTED"), (3, "ALREADY_IMPORTED")]
    assert sorted(Order.objects.values_list("number", "total")) == [
        ("536365", 1170),
        ("536366", 1170),
    ]


def test_sells_in_a_store_when_told(sold: Any, lyon: Any) -> None:
    sold(BAG, BACK, store="lyo", channel="STORE")

    assert Order.objects.get().store == lyon
    assert ReturnLine.objects.get().sold_in == lyon


def test_doubles_nothing_when_a_second_import_runs_beside_the_first(tmp_path: Path) -> None:
    lines = [BAG.replace("536365", str(536365 + place)) for place in range(4)]
    path = tmp_path / "again.csv"
    path.write_text("\n".join([COLUMNS, *lines]) + "\n")
    turns = iter(range(9))

    def second(_read: int) -> None:
        if next(turns) == 0:
            call_command("import_sales", path, rejects=tmp_path / "second.csv")

    with pytest.raises(InUse):
        imports.run(
            checked=files.check(path),
            options=Options(),
            rejects=tmp_path / "first.csv",
            batch_size=1,
            advance=second,
            at=NOON,
        )

    assert SalesImport.objects.get().accepted == 4
    assert list(Order.objects.values_list("total", flat=True)) == [1170] * 4


def test_goes_on_with_its_own_reject_file_only(sold: Any, tmp_path: Path) -> None:
    sold(BAG, BAG.replace("1.95", "-1.0"))
    SalesImport.objects.update(finished_at=None)
    (tmp_path / "rejects.csv").unlink()

    with pytest.raises(CommandError, match="autre fichier de rejets"):
        sold(BAG, BAG.replace("1.95", "-1.0"))


def test_leaves_no_empty_reject_file_when_there_is_nothing_to_do(sold: Any, tmp_path: Path) -> None:
    sold(BAG, BAG.replace("1.95", "-1.0"))
    (tmp_path / "rejects.csv").unlink()

    assert sold(BAG, BAG.replace("1.95", "-1.0")) == "1 accepted + 1 rejected = 2 read"
    assert not (tmp_path / "rejects.csv").exists()


def bad_files() -> Iterable[tuple[str, bytes, str]]:
    header = COLUMNS.encode() + b"\n"
    yield "empty", b"", "est vide"
    yield "header only", header, "aucune ligne"
    yield "wrong columns", b"Datum;Artikel;Preis\n1;2;3\n", "La première ligne doit être"
    yield "latin-1", header + BAG.replace("RED", "ROSÉ").encode("latin-1"), "UTF-8"
    yield "utf-16", (header + BAG.encode()).decode().encode("utf-16"), "UTF-8"
    yield "no gzip inside", b"\x1f\x8b" + b"x" * 50, "abîmé ou tronqué"
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(500), "UTF-8"
    yield "one endless line", header + b"x" * 3_000_000, "plus d’un mégaoctet"


@pytest.mark.parametrize(
    ("content", "words"), [pytest.param(c, w, id=name) for name, c, w in bad_files()]
)
def test_refuses_a_bad_file_whole(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=words):
        call_command("import_sales", path, rejects=tmp_path / "rejects.csv")

    assert not SalesImport.objects.exists()
    assert not Order.objects.exists()
    assert not (tmp_path / "rejects.csv").exists()


def test_refuses_a_file_that_is_cut_after_good_lines(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv.gz"
    path.write_bytes(SLICE.read_bytes()[:-3000])

    with pytest.raises(CommandError, match="tronqué"):
        call_command("import_sales", path, rejects=tmp_path / "rejects.csv")

    assert not Order.objects.exists()


def test_says_that_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="n’existe pas"):
        call_command("import_sales", tmp_path / "nothing.csv")
    with pytest.raises(CommandError, match="n’existe pas"):
        call_command("import_sales", tmp_path)


def test_reads_a_file_from_windows(sold: Any, tmp_path: Path) -> None:
    path = tmp_path / "windows.csv"
    path.write_bytes(("\ufeff" + "\r\n".join([COLUMNS, BAG, BACK])).encode())

    call_command("import_sales", path, rejects=tmp_path / "rejects.csv")

    assert Order.objects.get().customer.country == "GB"
    assert CustomerReturn.objects.count() == 1
