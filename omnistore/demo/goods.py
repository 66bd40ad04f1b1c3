"""What the demo's articles are called and how they look."""

import re

from omnistore.demo import pictures
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
        product.has_no_withdrawal = bool(SEALED.search(loud))
    Product.objects.bulk_update(products, ["name", "picture", "has_no_withdrawal"], batch_size=400)


def quiet(name: str) -> str:
    """Return the name without shouting: "JUMBO BAG RED 50'S" gives "Jumbo bag red 50's"."""
    if name != name.upper():
        return name
    words = name.lower().replace("t-light", "T-light").replace(" i love london", " I love London")
    return words[:1].upper() + words[1:]
