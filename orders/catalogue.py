"""What is offered: articles by their number, as carts and sales name them, or by their barcode."""

from collections.abc import Iterable

from django.db.models import Count, Q
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


def search(text: str, *, most: int = 8) -> list[Product]:
    """Return the goods with that article number, else those whose name has the words."""
    goods = Product.objects.filter(kind=Product.Kind.GOODS).order_by("-is_offered", "name", "sku")
    words = text.split()
    if not words or len(text.strip()) < 2:
        return []
    exact = list(goods.filter(sku__iexact=text.strip())[:1])
    for word in words[:6]:
        goods = goods.filter(Q(name__icontains=word) | Q(variant__icontains=word))
    return exact or list(goods[:most])


def by_barcode(gtin: str) -> Product | None:
    """Return the article with that GTIN of 14 digits, however many of them the catalogue keeps."""
    spellings = barcodes.spellings(gtin)
    # The exclusion lets the database use the index of those that have a barcode.
    found = Product.objects.filter(gtin__in=spellings).exclude(gtin="")
    return found.order_by("-is_offered", "pk").first()


def main_currency() -> str:
    """Return the currency in which most of what is offered costs; EUR when nothing is."""
    offered = Product.objects.filter(is_offered=True).values_list("currency")
    row = offered.annotate(count=Count("pk")).order_by("-count").first()
    return str(row[0]) if row else "EUR"
