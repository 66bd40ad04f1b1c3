"""Make the key that signs what is pushed to approvers' phones."""

from typing import Any

from django.core.management.base import BaseCommand

from stores import pushes


class Command(BaseCommand):
    help = "Print a new key for OMNISTORE_VAPID_PRIVATE_KEY. Nothing is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the line for the environment; a new key asks every phone to subscribe again."""
        self.stdout.write(f"OMNISTORE_VAPID_PRIVATE_KEY={pushes.new_key()}")
