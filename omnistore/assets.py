"""
Assets: how static/ reaches the browser, readable at the source and without a bundler.

`collectstatic` gives every file a name with its hash, so that a browser keeps it for good, and
compresses it once. Tests read static/ as it is.
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# What the tablet loads, and what a customer's phone does: each becomes one file.
SHEETS = ("css/app.css", "css/phone.css")
IMPORT = re.compile(r'^@import "(?P<path>[^"]+)" layer\((?P<layer>\w+)\);$', re.MULTILINE)
RELATIVE = re.compile(r'url\("(?P<path>\.[^"]+)"\)')


class CollectedStorage(CompressedManifestStaticFilesStorage):
    """Collected files, of which a sheet holds what it imports: one request, not one by one."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """Hash and compress the files, once the style sheets have become one."""
        if not dry_run:
            whole = {name: whole_sheet(name, paths) for name in SHEETS if name in paths}
            for sheet, words in whole.items():
                Path(self.path(sheet)).write_text(words)
                paths[sheet] = (self, sheet)
        yield from super().post_process(paths, dry_run, **options)  # type: ignore[no-untyped-call]

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Compress the files with a hash in their name; those of an earlier run are the same."""
        hashed = paths & set(self.hashed_files.values())
        fresh = {name for name in hashed if not self.exists(f"{name}.br")}
        yield from super().compress_files(fresh)  # type: ignore[no-untyped-call]


def whole_sheet(sheet: str, sources: dict[str, Any]) -> str:
    """Return the sheet with every import in its place, as a block of the layer it names."""

    def inlined(found: re.Match[str]) -> str:
        name = posixpath.join(posixpath.dirname(sheet), found["path"])
        folder = posixpath.dirname(found["path"])
        words = RELATIVE.sub(
            lambda url: f'url("{_from(folder, url["path"])}")', _read(sources, name)
        )
        return f"@layer {found['layer']} {{\n{words}}}\n"

    return IMPORT.sub(inlined, _read(sources, sheet))


def _read(sources: dict[str, Any], name: str) -> str:
    storage, path = sources[name]
    return Path(storage.path(path)).read_text()


def _from(folder: str, path: str) -> str:
    """Return the path as the sheet has to write it: an imported file counts from its own folder."""
    return posixpath.normpath(posixpath.join(folder, path))
