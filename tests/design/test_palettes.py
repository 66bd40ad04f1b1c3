"""Colours: readable in every display, and the same wherever a set stands twice."""

import pytest

from omnistore.counter import palettes
from omnistore.counter.palettes import AA, AAA, contrasts, ratio
from stores import displays

SETS = palettes.palettes()
STRONG = [name for name in SETS if "contrast" in name or name == "bright"]


def test_knows_the_contrast_of_black_on_white() -> None:
    assert ratio("#000", "#ffffff") == pytest.approx(21)
    assert ratio("#777", "#fff") == pytest.approx(4.48, abs=0.01)


def test_has_the_displays_a_tablet_can_be_set_to() -> None:
    assert {"light", "dark", "bright"} <= set(SETS)
    assert len(STRONG) == 4


@pytest.mark.parametrize("display", ["light", "dark", "bright"])
def test_the_systems_bars_have_the_colour_of_the_paper(display: str) -> None:
    assert displays.PAPERS[display] == ((SETS[display]["paper"], ""),)


@pytest.mark.parametrize("name", SETS)
def test_text_can_be_read_in_every_display(name: str) -> None:
    needed = AAA if name in STRONG else AA

    assert not [it for it in contrasts(SETS[name], text=needed) if it.ratio < it.needed]


@pytest.mark.parametrize("name", SETS)
def test_every_display_sets_every_colour(name: str) -> None:
    assert set(SETS[name]) == set(SETS["light"])


@pytest.mark.parametrize(
    ("asked_by_the_device", "chosen"),
    [
        ("(prefers-color-scheme: dark) auto", "dark"),
        ("(prefers-contrast: more) auto", "bright"),
        (
            "(prefers-contrast: more) and (prefers-color-scheme: dark) auto",
            "(prefers-contrast: more) dark",
        ),
    ],
)
def test_shows_what_the_device_asks_for_in_the_same_colours(
    asked_by_the_device: str, chosen: str
) -> None:
    assert SETS[asked_by_the_device] == SETS[chosen]
