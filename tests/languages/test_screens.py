"""
No screen shows a word that is not in its language, whatever turn one takes.

Once with a catalogue in which every translation stands in ⟦brackets⟧: what is outside of them and
carries no ¤ was never translated. Once in each language as it is: no sentence of the other.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import polib
import pytest
import rest_framework
from babel import Locale
from django.conf import settings
from django.test.signals import template_rendered
from django.utils import translation

from omnistore import urls
from omnistore.counter import shell
from omnistore.demo import inbox
from tests.languages import reading, world
from tests.languages.sources import NAMES
from tests.languages.walk import walk

ROOT = Path(__file__).resolve().parents[2]


def break_down(request: object) -> None:
    raise RuntimeError("a bug")


# The site with one address more, which breaks.
urlpatterns = [urls.path("broken/", break_down), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
pytestmark = pytest.mark.urls(__name__)

# --- what is data or the same everywhere ---------------------------------------------------------
MONTHS = "|".join(map(re.escape, Locale("fr").months["format"]["abbreviated"].values()))
WRITTEN_BY_BABEL = re.compile(
    r"\d\s(?:s|min|h|j)\b|"
    rf"il y a \d+ \w+|\d+(?:er)? (?:{MONTHS})(?: \d{{4}})?|\$US|(?<=\S) et (?=⟦)"
)
# Rows that Django writes in English, its yes and no in pictures, and what a program wrote.
ROWS = re.compile(
    r".*\| Can (?:add|change|decide|delete|view) .*|\d m?s$"
    r"|\b(?:True|False|None)\b|^[\[{].*[\]}]$|^null$"
)
TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
DATA = re.compile(r"\S*¤\S*")
AROUND = "()[]{}«»“”‘’'\",;:!?…·•—–×+<>→ "
SPECIMENS = {"GET /design/"}
# Kept by the service worker in both, each marked with its `lang`; a script shows the right one.
BOTH_LANGUAGES = {"GET /offline/"}
INVENTED_PEOPLE = {"GET /demo/codes/"}
# Answered on another port, before a tablet trusts this one (tests/demo/test_lan.py).
SERVED_APART = {"demo/lan/introduction.html"}
# Codes of where something came from, and of a policy's rules, as head office sees them.
SOURCES = {"counter", "declared", "webhook", "window", "fee"}
# What Django says of a picture that stands for neither yes nor no.
PICTURES = {"none"}
LANGUAGES = {code for code, _name in settings.LANGUAGES} | {
    translation.get_language_info(code)["name_local"].capitalize()
    for code, _name in settings.LANGUAGES
}
LETTERS = re.compile(r"[^\W\d_][^\W\d_’'-]*[^\W\d_]")


def untranslated(text: str) -> list[str]:
    """Return the words of the text that no catalogue gave and that are neither data nor a code."""
    text = ROWS.sub(" ", WRITTEN_BY_BABEL.sub(" ", text))
    while (bare := TRANSLATED.sub(" ", text)) != text:
        text = bare
    text = WRITTEN_BY_BABEL.sub(" ", DATA.sub(" ", text).replace(inbox.NAME, " "))
    words = (word.strip(AROUND) for word in text.split())
    return [
        word
        for word in words
        if LETTERS.fullmatch(word)
        and not word.isupper()
        and word not in NAMES | SOURCES | LANGUAGES
    ]


# --- catalogues ----------------------------------------------------------------------------------
def ours() -> polib.POFile:
    return polib.pofile(str(ROOT / "omnistore/locale/fr/LC_MESSAGES/django.po"))


def everybodys() -> Iterator[polib.POFile | polib.MOFile]:
    """Yield the French catalogues in use, ours last: its words win."""
    for package in (rest_framework, django):
        assert package.__file__
        for path in sorted(Path(package.__file__).parent.rglob("locale/fr/LC_MESSAGES/django.mo")):
            yield polib.mofile(str(path))
    yield ours()


@pytest.fixture
def bracketed(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Every French translation in ⟦brackets⟧, on pages that are rendered once as well."""
    catalogue = polib.POFile()
    catalogue.metadata = ours().metadata
    entries = {(e.msgctxt, e.msgid): e for source in everybodys() for e in source}
    catalogue.extend(map(_bracketed, entries.values()))
    folder = tmp_path / "fr/LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
    # Django forgets what it had read when this changes, and again at the end of the test.
    settings.LOCALE_PATHS = [str(tmp_path)]
    shell.offline_page.cache_clear()
    yield
    shell.offline_page.cache_clear()


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The names of the templates that were rendered since."""
    names: set[str] = set()

    def note(template: Any, **_: object) -> None:
        names.add(str(template.name))

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def _bracketed(entry: Any) -> polib.POEntry:
    plural = entry.msgstr_plural
    return polib.POEntry(
        msgctxt=entry.msgctxt,
        msgid=entry.msgid,
        msgid_plural=entry.msgid_plural,
        msgstr="" if plural else f"⟦{entry.msgstr}⟧",
        msgstr_plural={n: f"⟦{plural[min(n, max(plural))]}⟧" for n in (0, 1)} if plural else {},
    )


def test_every_word_on_every_screen_comes_out_of_a_catalogue(
    db: None, bracketed: None, rendered: set[str]
) -> None:
    shop = world.make()

    bare = {
        f"{screen.place[:70]}: {text[:80]}"
        for screen in walk(shop, "fr")
        if screen.place not in SPECIMENS | INVENTED_PEOPLE
        for text in reading.texts(screen.answer)
        if untranslated(text)
    }

    assert not sorted(bare)
    # The walk came by everything that there is.
    folder = ROOT / "templates"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert not sorted(written - rendered - SERVED_APART)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_screen_shows_a_sentence_of_the_other_language(db: None, language: str) -> None:
    others = foreign(language)
    shop = world.make()

    wrong = {
        f"{screen.place[:70]}: {text[:80]}"
        for screen in walk(shop, language)
        if screen.place not in SPECIMENS | BOTH_LANGUAGES
        for text in reading.texts(screen.answer)
        if _plain(text) in others - SOURCES - PICTURES and not text.isupper()
    }

    assert not sorted(wrong)


def foreign(language: str) -> set[str]:
    """Return the texts that are of the other language only."""
    entries = [entry for catalogue in everybodys() for entry in catalogue]
    pairs = [(entry.msgid, entry.msgstr) for entry in entries if entry.msgstr]
    pairs += [
        (text, entry.msgstr_plural[n])
        for entry in entries
        if entry.msgid_plural
        for n, text in enumerate((entry.msgid, entry.msgid_plural))
    ]
    english, french = (set(map(_plain, side)) for side in zip(*pairs, strict=True))
    return english - french if language == "fr" else french - english


def _plain(text: str) -> str:
    return " ".join(text.split()).strip(AROUND).casefold()


def test_knows_an_untranslated_word_when_it_sees_one() -> None:
    assert untranslated("Hello ⟦le monde⟧") == ["Hello"]
    assert (
        untranslated("⟦Bienvenue, ¤Zoé ⟦et⟧ ¤Luc⟧ · ¤Sac, SMS 1er déc. 2019, il y a 3 jours") == []
    )
    with translation.override("fr"):
        assert "find" in foreign("fr")
        assert "chercher" in foreign("en")
    assert settings.LANGUAGE_CODE == "fr"
