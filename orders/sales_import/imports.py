"""The whole import, batch by batch; killed and run again it goes on where it was."""

import gc
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from orders.models import SalesImport
from orders.sales_import import batches, files, rows
from orders.sales_import.lines import Line, NotASale, Reader, moment_of, split
from orders.sales_import.options import Options
from orders.sales_import.rejects import InUse, Reject, Rejects

# A batch ends with its invoice; one that never ends is cut all the same.
LONGEST = 4

Advance = Callable[[int], object]


class Batch:
    """Lines read, and lines refused at sight."""

    def __init__(self) -> None:
        self.read = 0
        self.lines: list[Line] = []
        self.rejects: list[Reject] = []


def begin(checked: files.Checked, options: Options, *, at: datetime) -> SalesImport:
    """Return how far this file was imported with these options; a new row when never."""
    words = f"{checked.sha256} {options.fingerprint()}"
    found, _is_new = SalesImport.objects.get_or_create(
        fingerprint=hashlib.sha256(words.encode()).hexdigest(),
        defaults={
            "file_name": checked.path.name[:200],
            "source": options.source,
            "started_at": at,
        },
    )
    return found


def run(
    *,
    checked: files.Checked,
    options: Options,
    rejects: Path,
    batch_size: int,
    advance: Advance,
    at: datetime,
) -> SalesImport:
    """
    Import what is not imported yet and return the row with the totals.

    Calling it again does nothing when it was finished, and goes on when it was not. `advance`
    hears how many lines were read.

    Raises:
        rejects.InUse: another process is importing the same.
        rejects.OtherRejects: the reject file is not the one with which the import began.
    """
    progress = begin(checked, options, at=at)
    if progress.finished_at:
        return progress
    with Rejects(rejects) as file, rows.roomy(), _unsearched():
        file.cut(progress.reject_bytes)
        advance(progress.lines_read)
        reader = Reader(options, today=_today(options, at), shift=_shift(checked, options, at))
        for batch in _batches(checked, reader, progress.lines_read, batch_size):
            _keep(batch, progress, options, file)
            advance(batch.read)
        progress.finished_at = at
        progress.save()
        return progress


@contextmanager
def _unsearched() -> Iterator[None]:
    """Keep Python from searching millions of tuples for cycles: a fifth of the time, no find."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _today(options: Options, at: datetime) -> date:
    # A day later somewhere in the world.
    return at.astimezone(ZoneInfo(options.time_zone)).date() + timedelta(days=1)


def _shift(checked: files.Checked, options: Options, at: datetime) -> timedelta:
    if options.shift_to is None:
        return timedelta()
    reader = Reader(options, today=_today(options, at), shift=timedelta())
    found = (line for line, _ in _read(reader, files.lines(checked, skip=0)) if line)
    days = (moment_of(split(line.text)[4]).date() for line in found)
    return options.shift_to - max(days, default=options.shift_to)


def _read(
    reader: Reader, numbered: Iterator[tuple[int, str]]
) -> Iterator[tuple[Line | None, Reject | None]]:
    for number, text in numbered:
        try:
            yield reader.read(number, text), None
        except NotASale as refusal:
            yield None, Reject(number, refusal.reason, text)


def _batches(checked: files.Checked, reader: Reader, skip: int, size: int) -> Iterator[Batch]:
    batch = Batch()
    for line, reject in _read(reader, files.lines(checked, skip=skip)):
        if batch.read >= size and _may_end(batch, line, size):
            yield batch
            batch = Batch()
        batch.read += 1
        if line:
            batch.lines.append(line)
        elif reject:
            batch.rejects.append(reject)
    if batch.read:
        yield batch


def _may_end(batch: Batch, following: Line | None, size: int) -> bool:
    if batch.read >= LONGEST * size or not batch.lines:
        return True
    return following is not None and batch.lines[-1].invoice != following.invoice


def _keep(batch: Batch, progress: SalesImport, options: Options, file: Rejects) -> None:
    """Write the batch, its rejects and how far it came, all of it or nothing."""
    with transaction.atomic():
        rows.one_import_at_a_time()
        _check_alone(progress)
        refused = batches.write(batch.lines, options=options, import_key=progress.fingerprint)
        rejects = [Reject(line.number, reason, line.text) for line, reason in refused]
        rejects += batch.rejects
        progress.reject_bytes = file.append(rejects)
        progress.lines_read += batch.read
        progress.rejected += len(rejects)
        progress.accepted += batch.read - len(rejects)
        progress.save()


def _check_alone(progress: SalesImport) -> None:
    # Another process that writes another reject file would bring every line a second time.
    if not SalesImport.objects.filter(pk=progress.pk, lines_read=progress.lines_read).exists():
        raise InUse()
