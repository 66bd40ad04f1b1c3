"""
What the demo's articles are called, how they look, and the barcode on them.

The data set knows no barcodes. The articles get EAN-13 of their own, made of their number, in the
range 04 that GS1 keeps for use inside a company: no real article has them, and no card of ours.
"""

import re
from collections.abc import Iterable, Mapping

from omnistore.demo import pictures
from orders import barcodes
from orders.models import Product

# Opened, it cannot be sold again (Consumer Code L221-28).
SEALED = re.compile(r"BALM|BATH SALT|SOAP|TISSUES")


# What tells articles of one model apart, in the words of their names; sizes in their order.
COLOURS = re.compile(r"\b(RED|PINK|BLUE|GREEN|WHITE|BLACK|IVORY|PURPLE|CREAM|YELLOW|SILVER|GOLD)\b")
SIZES = ("SMALL", "MEDIUM", "LARGE")


def dress() -> None:
    """Give every imported article a readable name, a picture, and its exception from withdrawal."""
    products = list(Product.objects.all())
    names = {product.pk: product.name for product in products}
    for product in products:
        loud = product.name
        product.name = quiet(loud)
        product.picture = pictures.for_name(loud)
        product.withdrawal_ends_opened = bool(SEALED.search(loud))
        product.gtin = barcode(product.sku) if product.is_goods else ""
    _tell_apart(products, names)
    fields = ["name", "picture", "withdrawal_ends_opened", "gtin", "colour", "size"]
    fields.append("size_position")
    Product.objects.bulk_update(products, fields, batch_size=400)


def _tell_apart(products: Iterable[Product], names: Mapping[int, str]) -> None:
    """Say of the articles of a model that has several which size and colour they are."""
    models: dict[str, list[Product]] = {}
    for product in products:
        models.setdefault(product.model, []).append(product)
    for ones in models.values():
        for product in ones if len(ones) > 1 else ():
            loud = names[product.pk].upper()
            colour = COLOURS.search(loud)
            product.colour = colour.group().lower() if colour else ""
            size = next((size for size in SIZES if size in loud.split()), "")
            product.size = size.lower()
            product.size_position = SIZES.index(size) + 1 if size else None


def barcode(sku: str) -> str:
    """Return the EAN-13 of the demo's article: always the same one, and no other's."""
    number, letters = sku[:5], sku[5:].upper().ljust(2, "@")
    places = "".join(f"{ord(letter) - ord('@'):02d}" for letter in letters)
    return barcodes.ean13(f"040{number}{places}")


def quiet(name: str) -> str:
    """Return the name without shouting: "JUMBO BAG RED 50'S" gives "Jumbo bag red 50's"."""
    if name != name.upper():
        return name
    words = name.lower().replace("t-light", "T-light").replace(" i love london", " I love London")
    return words[:1].upper() + words[1:]
