"""What is offered: articles by their number, as carts and sales name them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
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
