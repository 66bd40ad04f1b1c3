"""
Break everything and see whether anything is lost.

    python -m tests.chaos             PostgreSQL, Redis, two workers, 20,000 events
    python -m tests.chaos --embedded  SQLite and files, as `make run` has them
"""

import argparse
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

from tests.chaos import embedded, storm  # noqa: E402
from tests.chaos.storm import Size  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rate", type=int, default=250, help="events a second")
    parser.add_argument("--embedded", action="store_true")
    options = parser.parse_args()
    size = Size(events=options.events, per_second=options.rate)
    began = time.monotonic()
    verdict, injected = (embedded.rage if options.embedded else storm.rage)(size)
    print(verdict)
    print(f"faults injected {sum(injected.values())}")
    for name, number in sorted(injected.items()):
        print(f"  {name} {number}")
    print(f"took {time.monotonic() - began:.0f} s")
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
