"""Read a retailer's sales of the past into products, customers, orders and returns."""

from argparse import ArgumentParser
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now
from tqdm import tqdm

from omnistore.errors import Refused
from orders.models import Order, SalesImport, Tender
from orders.sales_import import files, imports
from orders.sales_import.options import Options
from stores.models import Store


class Command(BaseCommand):
    """
    Reads the layout of the UCI data set "Online Retail", plain or gzipped. A file that is cut,
    of another encoding or of other columns is refused before its first line is kept. Killed, run
    the same command again: it goes on where it was. Finished, it does nothing and says the same.
    """

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = Options()
        add = parser.add_argument
        add("file", type=Path)
        add("--source", default=usual.source, help="name of the source (%(default)s)")
        add("--currency", default=usual.currency, help="ISO code (%(default)s)")
        add("--tax-rate", type=share, default=usual.tax_rate, help="included (%(default)s)")
        add("--tender", choices=Tender.values, default=Tender.CARD, help="(%(default)s)")
        add("--discount", type=share, default=usual.discount, help="off each line (%(default)s)")
        add("--channel", choices=Order.Channel.values, default=usual.channel, help="(%(default)s)")
        add("--store", default="", help="code of the store that sold (none: the web)")
        add("--delivery-days", type=int, default=0, help="from sale to parcel (%(default)s)")
        add("--country", default=usual.country, help="ISO code where the file names none")
        add("--timezone", type=zone, default=usual.time_zone, help="of its dates (%(default)s)")
        add("--shift-to", type=date.fromisoformat, help="day to which the last day moves")
        add("--rejects", type=Path, help="reject file (FILE.reject.csv in this folder)")
        add("--batch", type=int, default=20_000, help="lines per transaction (%(default)s)")

    def handle(self, *args: Any, **given: Any) -> None:
        rejects = given["rejects"] or Path(f"{given['file'].name}.reject.csv")
        try:
            checked = files.check(given["file"])
            with tqdm(total=checked.lines, unit=" lines", disable=None) as bar:
                done = imports.run(
                    checked=checked,
                    options=options(given),
                    rejects=rejects,
                    batch_size=max(given["batch"], 1),
                    advance=bar.update,
                    at=now(),
                )
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        except OSError as error:
            raise CommandError(f"{rejects}: {error.strerror}") from error
        self.stdout.write(totals(done, rejects))


def options(given: dict[str, Any]) -> Options:
    """Return the options as they were typed."""
    return Options(
        source=given["source"],
        currency=given["currency"].upper(),
        tax_rate=given["tax_rate"],
        tender=given["tender"],
        discount=given["discount"],
        channel=given["channel"],
        store_id=store_id(given["store"]),
        delivery_days=given["delivery_days"],
        country=given["country"].upper(),
        time_zone=given["timezone"],
        shift_to=given["shift_to"],
    )


def totals(done: SalesImport, rejects: Path) -> str:
    """Return the sentence at the end: every line is accounted for."""
    sentence = f"{done.accepted:,} accepted + {done.rejected:,} rejected = {done.lines_read:,} read"
    is_there = done.rejected and rejects.is_file()
    return f"{sentence}; rejected lines are in {rejects}" if is_there else sentence


def share(text: str) -> Decimal:
    """Return a share from 0 up to, but not, 1."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not 0 <= found < 1:
        raise ValueError(text)
    return found


def zone(text: str) -> str:
    """Return the name of a time zone that exists."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(text) from None


def store_id(code: str) -> int | None:
    """Return the id of the store with that code."""
    if not code:
        return None
    found = Store.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no store {code}.")
    return found.pk
