"""`manage.py open_shop`: the first store, its register, its manager, without the demo."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from omnistore.counter import opening
from omnistore.counter.opening import Manager
from omnistore.errors import Refused
from stores.models import Store


class Command(BaseCommand):
    help = (
        "Make a store with its register, a manager who can open tablets, and the shop's first "
        "return policy and consent wordings. Asks for what is not given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", help="short code on receipts, as in lyo")
        parser.add_argument("--name", help="the store's name")
        parser.add_argument("--city", default="")
        parser.add_argument("--country", default="FR", help="reads the phone numbers typed there")
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--manager", help="the manager's name, first and last")
        parser.add_argument("--username", help="the manager's account for opening tablets")
        parser.add_argument("--password", help="asked for without echo when not given")
        parser.add_argument("--pin", help="six digits for the counter; asked for when not given")
        parser.add_argument("--return-days", type=int, default=30, help="the announced policy")
        parser.add_argument("--head-office", action="store_true", help="also admin, all stores")

    def handle(self, *args: Any, **options: Any) -> None:
        asked: dict[str, Any] = {
            key: options[key] or input(f"{key}: ").strip()
            for key in ("code", "name", "manager", "username")
        }
        password = options["password"] or getpass.getpass("password: ")
        pin = options["pin"] or getpass.getpass("PIN (six digits): ")
        store = {key: options[key] for key in ("city", "country", "currency")}
        try:
            opened = opening.open_shop(
                store=Store(code=asked["code"], name=asked["name"], **store),
                manager=Manager(
                    name=asked["manager"],
                    username=asked["username"],
                    password=password,
                    pin=pin,
                    is_head_office=options["head_office"],
                ),
                return_days=options["return_days"],
                at=now(),
            )
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(
            self.style.SUCCESS(f"{opened.store.name} is ready.")
            + f"\n  Register secret (for your till):  {opened.register.secret}"
            f"\n  Register API key (shown once):    {opened.register_key}"
            f"\n  Next: open /tablet/open/ on the tablet and sign in as {opened.username}."
        )
