"""Run the benches: all of them, or those named; `--quick` only shows that they run."""

import argparse
import json
import os
from importlib import import_module
from pathlib import Path

import django

from tests.bench.databases import ROOT
from tests.bench.figures import QUICK, Scale

# Each has `measure(scale) -> Iterator[Figure]`.
BENCHES = (
    "import_sales",
    "counter",
    "returning",
    "sync",
    "hints",
    "paint",
    "weight",
    "scanning",
    "phones",
    "journal",
    "lighthouse",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("benches", nargs="*", default=BENCHES, metavar="BENCH", help=str(BENCHES))
    parser.add_argument("--quick", action="store_true", help="tiny sizes, figures without meaning")
    parser.add_argument("--out", type=Path, default=ROOT / "bench.json")
    options = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    django.setup()
    values: dict[str, float] = {}
    for bench in options.benches:
        measure = import_module(f"tests.bench.{bench}").measure
        for figure in measure(QUICK if options.quick else Scale()):
            print(figure, flush=True)
            values[figure.name] = figure.value
    options.out.write_text(json.dumps(values, indent=2) + "\n")


if __name__ == "__main__":
    main()
