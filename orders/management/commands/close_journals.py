"""Close the journals' days before today."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from orders.journal import closings


class Command(BaseCommand):
    help = "Close every store's days before today that are not closed yet. Safe to run twice."

    def handle(self, *_: Any, **__: Any) -> None:
        made = closings.close_all(at=now())
        for closing in made:
            self.stdout.write(
                f"{closing.store.code} {closing.day}: "
                f"{closing.first_number} to {closing.last_number}"
            )
        self.stdout.write(f"{len(made)} days closed")
