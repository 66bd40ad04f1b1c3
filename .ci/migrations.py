"""Take every migration of ours forth, back to nothing, and forth again."""

import os

import django
from django.core.management import call_command

# The last first: orders know customers, customers know stores.
APPS = ("crm", "orders", "customers", "outbox", "audit", "stores")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    for app in APPS:
        call_command("migrate", app, "zero", verbosity=0)
        print(f"{app}: back to nothing")
    call_command("migrate", verbosity=0)
    print("and forth again")


if __name__ == "__main__":
    main()
