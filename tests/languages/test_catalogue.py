"""The French catalogue is whole, and what is not would be found."""

from pathlib import Path

import polib
import pytest

from tests.translated import COMMITTED, faults


def test_has_no_fault() -> None:
    catalogue = polib.pofile(str(COMMITTED))
    wrong = [f"{fault}: {entry.msgid}" for entry in catalogue for fault in faults(entry)]

    assert not wrong
    assert catalogue.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"


def entry(msgid: str, msgstr: str = "", *plural: str, flags: tuple[str, ...] = ()) -> polib.POEntry:
    if plural:
        forms = dict(enumerate(plural[1:]))
        return polib.POEntry(msgid=msgid, msgid_plural=plural[0], msgstr_plural=forms)
    return polib.POEntry(msgid=msgid, msgstr=msgstr, flags=list(flags))


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        (entry("Find"), "not translated"),
        (entry("Find", "Chercher", flags=("fuzzy",)), "not translated"),
        (entry("one", "", "%(n)s ones", "un", ""), "not translated"),
        (entry("Welcome, %(name)s.", "Bienvenue."), "other placeholders"),
        (entry("%(n)s day", "", "%(n)s days", "%(n)s jour", "jours"), "other placeholders"),
        (entry("Who is it?", "Qui est-ce ?"), "not in French typography"),
        (entry("Who is it?", "Qui est-ce?"), "not in French typography"),
        (entry("The money", "L'argent"), "not in French typography"),
        (entry("say “no”", "dire « non »"), "not in French typography"),
        (entry("Understood:", "Compris :"), "not in French typography"),
        (entry("Retour à la fiche", "Retour à la fiche"), "written in French in the code"),
    ],
)
def test_finds_what_is_wrong_with_a_translation(wrong: polib.POEntry, fault: str) -> None:
    assert fault in list(faults(wrong))


def test_a_sentence_taken_out_is_found() -> None:
    catalogue = polib.pofile(str(COMMITTED))
    taken = next(entry for entry in catalogue if entry.msgid == "Who is it?")
    taken.msgstr = ""

    assert [entry for entry in catalogue if list(faults(entry))] == [taken]
    assert Path(COMMITTED).exists()
