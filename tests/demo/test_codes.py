"""The sheet of codes: each is read back as what it says."""

import re

import pytest
import zxingcpp
from django.test import Client
from PIL import Image, ImageDraw

from omnistore.demo import codes, people
from omnistore.demo.codes import Code
from orders.models import Product
from tests import factories

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (codes.qr("card", people.CAMILLE.card), "QRCode"),
        (codes.qr("wifi", codes.WIFI), "QRCode"),
        (codes.qr("text", codes.LONG.strip()), "QRCode"),
        (codes.bars("card", people.CAMILLE.card, "ean13"), "EAN13"),
        (codes.bars("receipt", people.ANONYMOUS_RECEIPT, "code128"), "Code128"),
    ],
    ids=["card", "wifi", "text", "bars", "receipt"],
)
def test_is_read_as_what_it_says(code: Code, kind: str) -> None:
    (read,) = zxingcpp.read_barcodes(as_picture(code))

    assert read.text == code.text
    assert read.format.name == kind


def test_the_sheet_names_what_can_be_tried(client: Client, db: None) -> None:
    page = client.get("/demo/codes/").content.decode()

    for text in (people.CAMILLE.card, people.ANONYMOUS_RECEIPT, codes.WIFI, codes.WEBSITE):
        assert text in page
    # Nothing that the content security policy would forbid.
    assert "style=" not in page


def test_an_article_is_there_with_its_digital_link(db: None) -> None:
    product = factories.make_product()
    Product.objects.filter(pk=product.pk).update(gtin="4006381333931")

    (articles,) = [one for one in codes.sheets("https://shop.example") if one.title == "Articles"]

    texts = [code.text for code in articles.codes]
    assert texts == ["4006381333931", "https://id.gs1.org/01/04006381333931"]


def as_picture(code: Code, scale: int = 4) -> Image.Image:
    """Draw the code's path, so many pixels to a dot."""
    picture = Image.new("L", (code.width * scale, code.height * scale), 255)
    pen = ImageDraw.Draw(picture)
    for run in RUN.finditer(code.path):
        x, y, width, height = (int(number) * scale for number in run.groups())
        pen.rectangle((x, y, x + width - 1, y + height - 1), fill=0)
    return picture
