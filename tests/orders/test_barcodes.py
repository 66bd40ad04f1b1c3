"""Barcodes of articles, bare and within what GS1 wraps around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import barcodes, catalogue
from tests.factories import make_product

GTIN = "03017620422003"


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("3017620422003", GTIN),
        (GTIN, GTIN),
        ("96385074", "00000096385074"),
        ("036000291452", "00036000291452"),
        ("3017620422004", None),
        ("0000000000000", None),
        ("301762042200", None),
        ("３０１７６２０４２２００３", None),
        ("", None),
    ],
)
def test_reads_a_bare_code_by_its_check_digit(text: str, gtin: str | None) -> None:
    assert barcodes.normalise(text) == gtin


@pytest.mark.parametrize(
    "text",
    [
        f"01{GTIN}",
        f"\x1d01{GTIN}\x1d",
        f"]C101{GTIN}10LOT-7",
        f"]d201{GTIN}21X\x1d10LOT",
        f"10LOT\x1d01{GTIN}",
        f"(01){GTIN}(10)LOT",
        f"https://id.gs1.org/01/{GTIN}",
        f"https://brand.example/de/01/{GTIN}/10/LOT?11=261121",
        f"HTTPS://BRAND.EXAMPLE/01/{GTIN}/",
        "http://brand.example:8443/01/3017620422003",
        f"]Q3https://brand.example/01/{GTIN}\r\n",
    ],
)
def test_finds_the_article_in_what_gs1_wraps_around_it(text: str) -> None:
    assert barcodes.within(text) == GTIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3017620422003",
        "0103017620422004",
        "https://brand.example/01/03017620422004",
        "https://brand.example/01/",
        "https://brand.example/414/9501101020177",
        "https://[bad/01/03017620422003",
        "ftp://brand.example/01/03017620422003",
        "(01)",
        "]C1",
        "\x1d" * 9,
    ],
)
def test_finds_no_article_where_there_is_none(text: str) -> None:
    assert barcodes.within(text) is None


@given(st.text(max_size=200) | st.from_regex(r"(https://|\]C1|\(01\)|01)[0-9/()\x1d]{0,60}"))
def test_never_raises(text: str) -> None:
    found = barcodes.within(text)

    assert found is None or barcodes.normalise(found) == found


@pytest.mark.django_db
@pytest.mark.parametrize("kept", ["036000291452", "0036000291452", "00036000291452"])
def test_finds_an_article_however_many_digits_its_catalogue_keeps(kept: str) -> None:
    make_product("NONE")
    article = make_product(gtin=kept)

    assert catalogue.by_barcode("00036000291452") == article
    assert catalogue.by_barcode("00000096385074") is None


@pytest.mark.django_db
def test_prefers_the_article_that_is_still_offered() -> None:
    make_product("OLD", gtin="3017620422003", is_offered=False)
    article = make_product("NEW", gtin="3017620422003")

    assert catalogue.by_barcode(GTIN) == article
