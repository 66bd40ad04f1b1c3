"""What is offered: articles by their number, as carts and sales name them, or by their barcode."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
from orders import barcodes
from orders.models import Product


class UnknownProduct(Invalid):
    """`skus` are the article numbers we do not have, ten at most."""

    code = "unknown_product"
    words = _("There is no article with the number %(sku)s.")


def by_sku(skus: Iterable[str]) -> dict[str, Product]:
    """
    Return the products by article number, in one query.

    Raises:
        UnknownProduct: one of them is not ours.
    """
    wanted = set(skus)
    found = {product.sku: product for product in Product.objects.filter(sku__in=wanted)}
    if missing := sorted(wanted - found.keys())[:10]:
        raise UnknownProduct(sku=missing[0], skus=missing)
    return found


def by_barcode(gtin: str) -> Product | None:
    """Return the article with that GTIN of 14 digits, however many of them the catalogue keeps."""
    spellings = barcodes.spellings(gtin)
    # The exclusion lets the database use the index of those that have a barcode.
    found = Product.objects.filter(gtin__in=spellings).exclude(gtin="")
    return found.order_by("-is_offered", "pk").first()
