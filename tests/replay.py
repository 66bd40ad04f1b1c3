"""
Take the cancelled lines of the real sales file as returns of what was bought, by the real verbs.

    python -m tests.replay [FILE] [--out LIST.csv]

imports the sales of the file into an empty database (SQLite in var/bench, or on the server of
DATABASE_URL), then takes each cancelling invoice as a return at its own date. A line is returned
against the customer's latest purchases of the article at that price, else at another price; it is
refused with the rule that says no; or it is listed with what is missing. Prints the account and
fails when it does not agree with the file to the penny.
"""

import argparse
import csv
import gzip
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django

WHOLE_FILE = Path(__file__).parent / "data/uci_online_retail_2010_2011.csv.gz"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@dataclass
class Bought:
    """A line of a sale with the units that are left of it."""

    pk: int
    unit_price: int
    at: datetime
    left: int


@dataclass
class Account:
    """Lines, units and minor units of the cancelled lines, by what became of them."""

    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    worth: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    # What units bought at another price cost more than the file gives for them.
    difference: int = 0
    returns: int = 0
    listed: list[tuple[str, str, int, int, str]] = field(default_factory=list)

    def add(self, line: "Line", fate: str, units: int) -> None:
        # A line that has several fates is counted with its first.
        self.lines[fate] += line.spoken_for == 0
        self.units[fate] += units
        self.worth[fate] += line.share(units)
        if not fate.startswith("returned"):
            self.listed.append((line.invoice, line.sku, units, line.share(units), fate))


@dataclass
class Line:
    """A cancelled line; `spoken_for` units of it have found their fate."""

    invoice: str
    sku: str
    units: int
    unit_price: int
    gross: int
    at: datetime
    customer: str
    spoken_for: int = 0

    def share(self, units: int) -> int:
        """Return what so many of the units that are left are worth, to the penny in sum."""
        before = self.spoken_for
        self.spoken_for += units
        return self.gross * self.spoken_for // self.units - self.gross * before // self.units


def main(path: Path, out: Path | None) -> Account:
    from tests.bench import databases

    databases.empty("replay")
    os.environ |= databases.environment("replay")
    django.setup()
    sales, cancelled, unread = _read(path)
    _import(sales)
    account = replay(cancelled)
    for line, why in unread:
        account.add(line, f"not a cancellation: {why}", line.units)
    _print(account)
    _check(account, [*cancelled, *(line for line, _ in unread)])
    if out:
        with out.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["invoice", "article", "units", "worth", "why"])
            writer.writerows(account.listed)
    return account


def _read(path: Path) -> tuple[list[str], list[Line], list[tuple[Line, str]]]:
    """Return the text of the sales, the cancelled lines, and those that cannot be read."""
    from orders.sales_import.lines import NotASale, Reader, split
    from orders.sales_import.options import Options

    reader = Reader(Options(), today=date.max, shift=timedelta())
    sales: list[str] = []
    cancelled: list[Line] = []
    unread: list[tuple[Line, str]] = []
    with gzip.open(path, "rt") as file:
        next(file)
        for number, text in enumerate(file, 2):
            row = text.rstrip("\r\n")
            if not row.startswith("C"):
                sales.append(row)
                continue
            try:
                line = reader.read(number, row)
            except NotASale as no:
                fields = split(row)
                unread.append((Line(fields[0], fields[1], 1, 0, 0, datetime.max, ""), no.reason))
                continue
            at = datetime.fromisoformat(line.placed_at).replace(tzinfo=UTC)
            told = (line.invoice, line.sku, line.units, line.unit_price, line.gross, at)
            cancelled.append(Line(*told, line.customer))
    return sales, cancelled, unread


def _import(sales: Iterable[str]) -> None:
    """Import the sales alone, into a store whose policy takes everything back for ten years."""
    from django.core.management import call_command

    from orders.models import Order, PolicyVersion
    from tests import factories
    from tests.bench import databases

    factories.make_register(factories.make_store("rep", currency="GBP", country="GB"))
    rules = [{"rule": "window", "days": 3650}]
    PolicyVersion.objects.create(version=1, rules=rules, start_at=factories.LONG_AGO.replace(2000))
    path = databases.FOLDER / "replayed_sales.csv"
    path.write_text("\n".join([HEADER, *sales]) + "\n")
    rejects = databases.FOLDER / "replayed_sales.reject.csv"
    rejects.unlink(missing_ok=True)
    call_command("import_sales", str(path), "--store", "rep", "--channel", "STORE", rejects=rejects)
    # What is imported with its own dates is history, and nothing of it comes back: here it shall.
    Order.objects.update(is_historical=False)


def replay(cancelled: list[Line]) -> Account:
    """Take every cancelling invoice as a return; return the account."""
    account = Account()
    purchases, customers = _purchases()
    by_invoice: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(cancelled, key=lambda line: (line.at, line.invoice)):
        by_invoice[line.invoice].append(line)
    for lines in by_invoice.values():
        customer = customers.get(lines[0].customer)
        _bring_back(lines, customer, purchases, account)
    return account


def _purchases() -> tuple[dict[tuple[object, str], list[Bought]], dict[str, object]]:
    """Return what each customer bought of each article, oldest first, and customers by number."""
    from orders.models import Order, OrderLine

    bought: dict[tuple[object, str], list[Bought]] = defaultdict(list)
    rows = OrderLine.objects.order_by("order__placed_at", "pk").values_list(
        *("order__customer_id", "product__sku", "pk"),
        *("unit_price", "order__placed_at", "quantity"),
    )
    for customer_id, sku, *line in rows.iterator(20_000):
        if customer_id:
            bought[customer_id, sku].append(Bought(*line))
    brought = Order.objects.filter(customer__isnull=False, via__isnull=False)
    numbers = brought.values_list("via__value", "customer_id").distinct()
    # Identifiers name the source before the customer's number there.
    return bought, {value.rpartition(":")[2]: customer_id for value, customer_id in numbers}


def _bring_back(
    lines: list[Line],
    customer_id: object,
    purchases: dict[tuple[object, str], list[Bought]],
    account: Account,
) -> None:
    parts: dict[int, list[tuple[Line, Bought, int]]] = defaultdict(list)
    for line in lines:
        left = line.units
        for bought, units in _found(line, purchases.get((customer_id, line.sku), [])):
            parts[bought.pk].append((line, bought, units))
            left -= units
        if left:
            fate = "listed: no customer" if not line.customer else "listed: not bought before"
            account.add(line, fate, left)
    if parts:
        _take(parts, customer_id, account)


def _found(line: Line, bought: list[Bought]) -> Iterator[tuple[Bought, int]]:
    """Yield purchases before the line's date and their units, those at its price first."""
    left = line.units
    earlier = [row for row in reversed(bought) if row.at <= line.at and row.left]
    for row in sorted(earlier, key=lambda row: row.unit_price != line.unit_price):
        units = min(row.left, left)
        if units:
            row.left -= units
            left -= units
            yield row, units


def _take(
    parts: dict[int, list[tuple[Line, Bought, int]]], customer_id: object, account: Account
) -> None:
    from orders import quotes, returns
    from orders.models import OrderLine
    from orders.quotes import Choice
    from stores.models import Store

    at = next(iter(parts.values()))[0][0].at
    wanted = {
        pk: Choice(pk, sum(units for *_, units in rows), reason="CHANGED_MIND", condition="AS_NEW")
        for pk, rows in parts.items()
    }
    shown = quotes.draw_up(choices=wanted.values(), customer_id=customer_id, now=at)  # type: ignore[arg-type]
    for quoted in shown.lines:
        if quoted.problem:
            pk = quoted.choice.order_line_id
            _account_for(parts.pop(pk), f"refused: {_why(quoted)}", account)
            wanted.pop(pk)
    if not wanted:
        return
    first = OrderLine.objects.select_related("order").get(pk=next(iter(wanted)))
    draft = returns.begin(order=first.order, store=Store.objects.get(), at=at)
    returns.choose(draft=draft, choices=wanted.values())
    taken = returns.take(draft=draft, at=at)
    account.returns += 1
    amounts = dict(taken.lines.values_list("order_line_id", "amount"))
    for pk, rows in parts.items():
        before = sum(account.worth[fate] for fate in _RETURNED)
        for line, bought, units in rows:
            fate = _RETURNED[line.unit_price != bought.unit_price]
            account.add(line, fate, units)
        account.difference += amounts[pk] - (
            sum(account.worth[fate] for fate in _RETURNED) - before
        )


_RETURNED = ("returned at its price", "returned at another price")


def _why(quoted: object) -> str:
    decision = quoted.decision  # type: ignore[attr-defined]
    problem = quoted.problem  # type: ignore[attr-defined]
    return f"{problem.code} ({decision.rule})" if decision.rule else str(problem.code)


def _account_for(rows: list[tuple[Line, Bought, int]], fate: str, account: Account) -> None:
    for line, bought, units in rows:
        bought.left += units
        account.add(line, fate, units)


def _print(account: Account) -> None:
    print(f"{'':34}{'lines':>8}{'units':>10}{'worth':>14}")
    for fate in sorted(account.lines.keys() | account.units.keys()):
        worth = _pounds(account.worth[fate])
        print(f"{fate:34}{account.lines[fate]:8,}{account.units[fate]:10,}{worth:>14}")
    whole = sum(account.worth.values())
    print(
        f"{'all':34}{sum(account.lines.values()):8,}{sum(account.units.values()):10,}"
        f"{_pounds(whole):>14}"
    )
    print(
        f"{account.returns:,} returns taken; bought at another price: {_pounds(account.difference)}"
    )


def _pounds(pence: int) -> str:
    sign, pence = ("-", -pence) if pence < 0 else ("", pence)
    return f"{sign}{pence // 100:,}.{pence % 100:02d}"


def _check(account: Account, cancelled: list[Line]) -> None:
    """Fail unless every line is accounted for and the sums agree with the file to the penny."""
    from django.db.models import Sum

    from orders.models import Refund, RefundPlan

    lines, worth = sum(account.lines.values()), sum(account.worth.values())
    assert lines == len(cancelled), f"{lines} lines of {len(cancelled)}"
    assert worth == sum(line.gross for line in cancelled)
    assert sum(account.units.values()) == sum(line.units for line in cancelled)
    planned = RefundPlan.objects.aggregate(all=Sum("amount"))["all"] or 0
    asked = Refund.objects.aggregate(all=Sum("amount"))["all"] or 0
    returned = sum(account.worth[fate] for fate in _RETURNED)
    assert planned == asked == returned + account.difference, (planned, asked, returned)
    print(f"{lines:,} cancelled lines agree with the file: {_pounds(worth)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=WHOLE_FILE)
    parser.add_argument("--out", type=Path, help="list of what was not returned, and why")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    sys.exit(main(options.file, options.out) is None)
