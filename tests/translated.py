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

FRENCH_FORMS = 2
# ' for ’, a plain or no space before ; : ! ?, and within « ».
BAD_TYPOGRAPHY = re.compile(
    r"\w'\w|[ \w][;!?](?![\w/=])|[ \w]:(?![\w/])(?=\s|$)|«[^\u00a0]|[^\u00a0]»"
)
FRENCH = re.compile(r"[àâçèêëîïôùûœ]|\b(?:le|la|les|du|des|une|est|pour|avec|aucun|sur)\b")


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
        else:
            yield from (f"{where}: {fault}: {entry.msgid!r}" for fault in faults(entry))


def _key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def faults(entry: polib.POEntry) -> Iterator[str]:
    """Yield what is wrong with a translation, or with the sentence it was made from."""
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy or not entry.translated() or not all(texts):
        yield "not translated"
        return
    if not _says_the_same(entry, texts):
        yield "other placeholders"
    if entry.msgid_plural and len(texts) != FRENCH_FORMS:
        yield "not one text for each plural form"
    if any(BAD_TYPOGRAPHY.search(text) for text in texts):
        yield "not in French typography"
    if FRENCH.search(f"{entry.msgid} {entry.msgid_plural}"):
        yield "written in French in the code"


def _says_the_same(entry: polib.POEntry, texts: list[str]) -> bool:
    expected = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    counts = set(PLACEHOLDER.findall(entry.msgid_plural)) - set(PLACEHOLDER.findall(entry.msgid))
    *few, many = (sorted(PLACEHOLDER.findall(text)) for text in texts)
    # "One more" may say its number in words, where the English does.
    singular = [name for name in expected if name not in counts]
    return many == expected and all(found in (expected, singular) for found in few)


if __name__ == "__main__":
    main()
