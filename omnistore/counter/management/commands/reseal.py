"""`manage.py reseal`: seal every secret in the database with the first key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from omnistore.counter import resealing


class Command(BaseCommand):
    help = (
        "Seal every secret in the database with the first of OMNISTORE_ENCRYPTION_KEYS; after "
        "it the other keys may go. Safe to run twice and while the shop is open."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = resealing.reseal()
        self.stdout.write(f"{done.values} values sealed anew.")
        if done.unreadable:
            rows = "\n  ".join(done.unreadable)
            raise CommandError(f"No key opens:\n  {rows}\nKeep looking for the key they need.")
