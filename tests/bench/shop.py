"""A shop of any size, made once and kept: who is in it is known without asking the database."""

import hashlib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.bench import databases

TABLET_SECRET = "bench-tablet"
SIGN_IN_SECRET = "bench-sign-in"
FIRST_NAMES = ("Camille", "Léa", "Hugo", "Inès", "Zoé", "Jean-Luc", "Anaïs", "Bo", "Maëlle", "Noé")
LAST_NAMES = ("Moreau", "Benali", "Lefèvre", "Nguyen", "Da Silva", "O’Brien", "Li", "Garcia")
# Regulars have a longer history and a cart; the requests ask for them.
REGULARS = 500


def made(customers: int) -> str:
    """Return the name of the database of a shop with so many customers; make it when missing."""
    name = f"shop_{customers}_{_recipe()}"
    if not databases.exists(name):
        for outdated in databases.named(f"shop_{customers}_"):
            databases.drop(outdated)
        databases.empty(f"{name}_new")
        command = [sys.executable, "-m", "tests.bench.fill", str(customers)]
        env = databases.environment(f"{name}_new", DJANGO_SETTINGS_MODULE="omnistore.settings")
        subprocess.run(command, cwd=databases.ROOT, env=env, check=True)
        databases.rename(f"{name}_new", name)
    return name


def wake(name: str) -> None:
    """Touch the shop's tablet, so that its clerk is still signed in."""
    words = "from django.utils.timezone import now; from stores.models import Tablet; "
    words += "Tablet.objects.update(active_at=now())"
    databases.manage(name, "shell", "--no-imports", "-c", words)


def customer_id(number: int) -> uuid.UUID:
    return uuid.UUID(bytes=_digest(number), version=4)


def phone(number: int) -> str:
    """Return the customer's number in E.164: all different, in no order."""
    return f"+336{(number * 7_368_787 + 12_345_678) % 100_000_000:08d}"


def typed(number: int) -> str:
    """Return the phone as a clerk types it: 06 12 34 56 78."""
    national = "0" + phone(number)[3:]
    return " ".join(national[at : at + 2] for at in range(0, 10, 2))


def regulars(customers: int) -> Iterator[int]:
    """Yield the numbers of the regulars, spread over the whole shop."""
    yield from range(0, customers, max(1, customers // REGULARS))


def _digest(number: int) -> bytes:
    return hashlib.md5(str(number).encode(), usedforsecurity=False).digest()


def _recipe() -> str:
    """Return what changes when the shop would be made otherwise: its code and the migrations."""
    here = Path(__file__).parent
    sources = [here / "shop.py", here / "fill.py", *databases.ROOT.glob("*/migrations/0*.py")]
    sources += databases.ROOT.glob("omnistore/*/migrations/0*.py")
    words = b"".join(path.read_bytes() for path in sorted(sources))
    return hashlib.sha256(words).hexdigest()[:8]
