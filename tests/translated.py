"""
Is every sentence of code and templates in the French catalogue, translated and up to date?

    python -m tests.translated

Needs gettext. English is the source; positions in files do not matter.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import polib
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
COMMITTED = ROOT / "omnistore/locale/fr/LC_MESSAGES/django.po"
# %(name)s, %s, {name}: a translation has the same ones.
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]+\}")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
    django.setup()
    problems = [*_problems(_sentences(), polib.pofile(str(COMMITTED)))]
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    sys.exit(f"{len(problems)} sentences need a translator." if problems else 0)


def _sentences() -> polib.POFile:
    """Return what gettext finds now, in a catalogue of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "omnistore"
        hidden = shutil.ignore_patterns(".*", "var", "tests", "staticfiles", "locale")
        shutil.copytree(ROOT, copy, ignore=hidden)
        (copy / "locale").mkdir()
        os.chdir(copy)
        call_command("makemessages", locale=["fr"], verbosity=0)
        return polib.pofile(str(copy / "locale/fr/LC_MESSAGES/django.po"))


def _problems(sentences: polib.POFile, catalogue: polib.POFile) -> Iterator[str]:
    known = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    for sentence in sentences:
        entry = known.get(_key(sentence))
        where = ", ".join(":".join(place) for place in sentence.occurrences[:1])
        if entry is None:
            yield f"{where}: not in the catalogue: {sentence.msgid!r}"
        elif entry.fuzzy or not entry.translated():
            yield f"{where}: not translated: {sentence.msgid!r}"
        elif not _says_the_same(entry):
            yield f"{where}: other placeholders: {entry.msgid!r}"


def _key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def _says_the_same(entry: polib.POEntry) -> bool:
    expected = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    texts = (
        [entry.msgstr_plural[max(entry.msgstr_plural)]] if entry.msgid_plural else [entry.msgstr]
    )
    return all(sorted(PLACEHOLDER.findall(text)) == expected for text in texts)


if __name__ == "__main__":
    main()
