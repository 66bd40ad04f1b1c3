"""The file itself: can it be read to its end, how long is it, which lines has it."""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid

COLUMNS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
CHUNK = 1 << 20
GZIP = b"\x1f\x8b"


class BadFile(Invalid):
    """The file as a whole cannot be read; nothing of it was kept."""

    code = "bad_file"


@dataclass(frozen=True)
class Checked:
    """A file that was readable to its end a moment ago."""

    path: Path
    sha256: str
    # Without the header.
    lines: int


def check(path: Path) -> Checked:
    """
    Read the whole file once and return what it is; nothing else is touched.

    Raises:
        BadFile: there is no such file, it is empty, cut off, of another encoding, or has
            other columns. The sentence says which.
    """
    if not path.is_file():
        raise BadFile(_("There is no file %(path)s."), path=str(path))
    digest = hashlib.sha256()
    try:
        with _opened(path) as file:
            _check_header(file.readline(CHUNK))
            count = _check_body(file, digest)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadFile(_("The compressed file is damaged or cut off. Fetch it again.")) from error
    except UnicodeDecodeError as error:
        raise BadFile(_("The file is not UTF-8 text. Save it as UTF-8.")) from error
    except OSError as error:
        raise BadFile(_("The file cannot be read: %(why)s."), why=error.strerror) from error
    return Checked(path=path, sha256=digest.hexdigest(), lines=count)


def lines(checked: Checked, *, skip: int) -> Iterator[tuple[int, str]]:
    """
    Yield (number in the file, text without its end) from the line after the first `skip` ones.

    The header is line 1. A line is what ends in a line feed, whatever its quotes say: one wrong
    quote spoils one line.
    """
    with _opened(checked.path) as file:
        file.readline()
        for number, line in enumerate(islice(file, skip, None), skip + 2):
            yield number, line.decode().rstrip("\r\n")


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_gzip = file.read(2) == GZIP
    return cast(BinaryIO, gzip.open(path)) if is_gzip else path.open("rb")


def _check_header(line: bytes) -> None:
    if not line:
        raise BadFile(_("The file is empty."))
    header = line.decode("utf-8-sig").strip()
    if header.replace('"', "").replace(" ", "") != COLUMNS:
        raise BadFile(
            _("The file’s columns are not the expected ones. The first line must be: %(columns)s"),
            columns=COLUMNS,
        )


def _check_body(file: BinaryIO, digest: "hashlib._Hash") -> int:
    decoder = codecs.getincrementaldecoder("utf-8")()
    count, last = 0, b"\n"
    while chunk := file.read(CHUNK):
        decoder.decode(chunk)
        digest.update(chunk)
        if len(chunk) == CHUNK and b"\n" not in chunk:
            raise BadFile(_("The file has a line of more than a megabyte: it is no list of sales."))
        count += chunk.count(b"\n")
        last = chunk
    decoder.decode(b"", final=True)
    if count == 0 and last == b"\n":
        raise BadFile(_("The file has its header and no line."))
    return count + (not last.endswith(b"\n"))
