"""Verify the journals: every entry as it was written, none missing, all sums right."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.journal import proof
from stores.models import Store


class Command(BaseCommand):
    help = (
        "Verify the journal of each store and name its first broken entry; exit code 1 when one "
        "is broken. --anchors FILE writes where each chain ends, to be kept elsewhere; "
        "--against FILE compares with what was written so before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", action="append", metavar="CODE", help="only this store")
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="begin behind the last closing before that day",
        )
        parser.add_argument("--anchors", type=Path, metavar="FILE", help="append the ends to it")
        parser.add_argument("--against", type=Path, metavar="FILE", help="compare with its anchors")

    def handle(self, *_: Any, **options: Any) -> None:
        verdicts = []
        for verdict in proof.verify(
            stores=_stores(options["store"]),
            since=options["since"],
            anchors=_read(options["against"]),
        ):
            verdicts.append(verdict)
            self._say(verdict)
        if any(verdict.broken for verdict in verdicts):
            raise CommandError("A journal is broken.", returncode=1)
        if options["anchors"]:
            with options["anchors"].open("a") as file:
                file.writelines(_anchor(verdict) for verdict in verdicts if verdict.last_number)

    def _say(self, verdict: proof.Verdict) -> None:
        counted = f"{verdict.entries} entries, {verdict.closings} closings"
        if verdict.broken is None:
            self.stdout.write(f"{verdict.store.code}: {counted}, as they were written")
            return
        broken = verdict.broken
        self.stdout.write(
            f"{verdict.store.code}: BROKEN at entry {broken.number}: {broken.sentence} "
            f"[{broken.why}] (right before it: {counted})"
        )


def _stores(codes: list[str] | None) -> list[Store] | None:
    if codes is None:
        return None
    stores = list(Store.objects.filter(code__in=codes).order_by("code"))
    if unknown := set(codes) - {store.code for store in stores}:
        raise CommandError(f"There is no store {', '.join(sorted(unknown))}.")
    return stores


def _anchor(verdict: proof.Verdict) -> str:
    anchor = {
        "store": verdict.store.code,
        "number": verdict.last_number,
        "hash": verdict.last_hash,
    }
    return json.dumps(anchor) + "\n"


def _read(path: Path | None) -> dict[tuple[str, int], str]:
    if path is None:
        return {}
    try:
        rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        return {(row["store"], int(row["number"])): row["hash"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CommandError(f"{path} has no anchors that can be read.") from problem
