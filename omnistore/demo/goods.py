"""
What the demo's articles are called, how they look, and the barcode on them.

The data set knows no barcodes. The articles get EAN-13 of their own, made of their number, in the
range 04 that GS1 keeps for use inside a company: no real article has them, and no card of ours.
"""

import re

from omnistore.demo import pictures
from orders import barcodes
from orders.models import Product

# Opened, it cannot be sold again (Consumer Code L221-28).
SEALED = re.compile(r"BALM|BATH SALT|SOAP|TISSUES")


def dress() -> None:
    """Give every imported article a readable name, a picture, and its exception from withdrawal."""
    products = list(Product.objects.all())
    for product in products:
        loud = product.name
        product.name = quiet(loud)
        product.picture = pictures.for_name(loud)
        product.withdrawal_ends_opened = bool(SEALED.search(loud))
        product.gtin = barcode(product.sku) if product.is_goods else ""
    fields = ["name", "picture", "withdrawal_ends_opened", "gtin"]
    Product.objects.bulk_update(products, fields, batch_size=400)


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
