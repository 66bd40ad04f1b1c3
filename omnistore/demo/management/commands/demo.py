"""`manage.py demo`: make the demo shop, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.timezone import now

from omnistore.demo import dates, inbox, shop


class Command(BaseCommand):
    help = (
        "Make the demo shop with its customers, sales, carts and clerks; does nothing when it is "
        "there. Its CRM inbox is connected under the address where the shop is served."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://localhost:8000")
        parser.add_argument(
            "--refresh", action="store_true", help="move all dates: the last sale was yesterday"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        moment = now()
        if not shop.is_there():
            self.stdout.write("Making the demo shop …")
            self.stdout.flush()
            made = shop.load(at=moment)
            self.stdout.write(f"  {made.accepted:,} real lines of sales; the last were yesterday")
        elif options["refresh"]:
            days = dates.refresh(source=shop.SOURCE, now=moment).days
            if days:
                self.stdout.write(f"The demo's dates moved by {days} days.")
        with transaction.atomic():
            inbox.connect(url=f"{options['url']}/demo/crm/inbox", at=moment)
