"""The file of refused lines: number in the source file, reason, the line as it was."""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from orders.sales_import.files import COLUMNS

HEADER = f"line,reason,{COLUMNS}\n"


class Reject(NamedTuple):
    """A refused line."""

    number: int
    reason: str
    text: str


class InUse(Conflict):
    code = "import_is_running"
    words = _("Another import of this file is running. Wait for it, or stop it.")


class OtherRejects(Conflict):
    code = "other_reject_file"
    words = _("This import began with another reject file. Name that one to go on.")


class Rejects:
    """
    The file, held by one process; it ends where the last batch that was kept ended.

    Raises:
        InUse: another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        self.file: BinaryIO = self.path.open("ab")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.file.close()
            raise InUse() from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.file.close()

    def cut(self, size: int) -> None:
        """
        Drop what a killed import wrote behind its last batch: these lines come again.

        Raises:
            OtherRejects: the file has less than was written; lines would be missing from it.
        """
        if self.path.stat().st_size < size:
            raise OtherRejects()
        self.file.truncate(size)
        if not self.path.stat().st_size:
            self.file.write(HEADER.encode())

    def append(self, rejects: Iterable[Reject]) -> int:
        """Write the lines in the order of the file, to the disk, and return the new size."""
        for reject in sorted(rejects):
            self.file.write(f"{reject.number},{reject.reason},{reject.text}\n".encode())
        self.file.flush()
        os.fsync(self.file.fileno())
        return self.path.stat().st_size
