"""Every article of the demo shop has a drawing, and most have their own."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from omnistore.demo import pictures

PRODUCTS = Path(__file__).parents[2] / "static" / "demo" / "products"
NAMED = {picture for picture, _ in pictures.WORDS} | {pictures.FALLBACK}


def test_every_picture_named_is_drawn_and_every_drawing_is_named() -> None:
    drawn = {path.stem for path in PRODUCTS.glob("*.svg")}

    assert drawn == NAMED


@pytest.mark.parametrize("picture", sorted(NAMED))
def test_a_drawing_is_small_and_well_formed(picture: str) -> None:
    path = PRODUCTS / f"{picture}.svg"

    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))

    assert root.get("viewBox") == "0 0 48 48"
    assert path.stat().st_size < 1200


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "t-light"),
        ("REGENCY CAKESTAND 3 TIER", "cake-stand"),
        ("JUMBO BAG VINTAGE DOILY ", "bag"),
        ("LUNCH BAG  BLACK SKULL.", "lunch-bag"),
        ("SCOTTIE DOG HOT WATER BOTTLE", "hot-water-bottle"),
        ("TRADITIONAL WOODEN CATCH CUP GAME ", "game"),
        ("ROSES REGENCY TEACUP AND SAUCER ", "teacup"),
        ("WOODEN PICTURE FRAME WHITE FINISH", "frame"),
        ("BATH BUILDING BLOCK WORD", "block"),
        ("RED STRIPE CERAMIC DRAWER KNOB", "knob"),
        ("HEART OF WICKER SMALL", "heart"),
        ("Party Bunting", "bunting"),
        ("SOMBRERO ", "gift"),
        ("", "gift"),
    ],
)
def test_names_find_their_picture(name: str, picture: str) -> None:
    assert pictures.for_name(name) == f"/static/demo/products/{picture}.svg"
