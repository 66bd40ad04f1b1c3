"""Export a store's journal for an auditor."""

import sys
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.journal import exports
from stores.models import Store


class Command(BaseCommand):
    help = "Write a store's journal entries and closings of some days, and what verifying says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("store", metavar="STORE", help="the store's code")
        for name, words in (("--from", "the first day"), ("--to", "the last day, included")):
            parser.add_argument(
                name,
                type=date.fromisoformat,
                required=True,
                metavar="YYYY-MM-DD",
                dest=name[2:],
                help=words,
            )
        parser.add_argument("--format", choices=exports.FORMATS, default="csv")
        parser.add_argument("--out", type=Path, metavar="FILE", help="else to the screen")

    def handle(self, *_: Any, **options: Any) -> None:
        store = Store.objects.filter(code=options["store"]).first()
        if store is None:
            raise CommandError(f"There is no store {options['store']}.")
        end = options["to"] + timedelta(days=1)
        lines = exports.lines(store=store, start=options["from"], end=end, form=options["format"])
        if options["out"] is None:
            sys.stdout.writelines(lines)
            return
        with options["out"].open("w", newline="") as file:
            file.writelines(lines)
