"""
Products by their article number.

The name is the last description that was not empty, the price the last one a sale had. A product
that the shop offers today is not renamed by sales of years ago.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils.timezone import now

from orders import prices
from orders.models import Product
from orders.sales_import.lines import Line
from orders.sales_import.options import Options
from orders.sales_import.rows import Row, insert, reserve

PRODUCT = "id kind sku model variant name currency price tax_rate is_offered"
SERVICES = frozenset(
    ["POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK", "B", "PADS"]
)
VOUCHER = "GIFT_"
MODEL = re.compile(r"(\d*)(.*)", re.DOTALL)


@dataclass(slots=True)
class Article:
    """A product as the lines read so far know it."""

    sku: str
    id: int = 0
    name: str = ""
    price: int = 0
    was: int = 0
    may_change: bool = True
    is_changed: bool = False

    def hear(self, line: Line) -> None:
        """Take the line's words and price; a cancellation's only when no sale said any."""
        if not self.may_change:
            return
        name, price = line.name or self.name, line.unit_price or self.price
        if line.is_cancellation:
            name, price = self.name or name, self.price or price
        if (name, price) != (self.name, self.price):
            self.name, self.price, self.is_changed = name, price, True


def of(lines: Iterable[Line], options: Options) -> dict[str, int]:
    """Return the product id of every article number in the lines; new ones are made."""
    lines = list(lines)
    articles = _known({line.sku for line in lines}, options)
    for line in lines:
        if line.sku not in articles:
            articles[line.sku] = Article(line.sku)
        articles[line.sku].hear(line)
    _make([article for article in articles.values() if not article.id], options)
    changed = [article for article in articles.values() if article.is_changed]
    _change(changed)
    prices.changed_all(
        {article.id: (article.was, article.price, options.currency) for article in changed},
        at=now(),
    )
    return {sku: article.id for sku, article in articles.items()}


def _known(skus: set[str], options: Options) -> dict[str, Article]:
    found = Product.objects.filter(sku__in=skus).values_list(
        "sku", "id", "name", "price", "is_offered"
    )
    return {
        sku: Article(
            sku, pk, name, price, was=price, may_change=not (is_offered and options.is_historical)
        )
        for sku, pk, name, price, is_offered in found
    }


def _make(articles: list[Article], options: Options) -> None:
    for article, pk in zip(articles, reserve(Product, len(articles)), strict=True):
        article.id, article.is_changed = pk, False
    insert(Product, PRODUCT, [_row(article, options) for article in articles])


def _row(article: Article, options: Options) -> Row:
    model, variant = _parts(article.sku)
    is_service = article.sku in SERVICES or article.sku.startswith(VOUCHER)
    return (
        *(article.id, (Product.Kind.SERVICE if is_service else Product.Kind.GOODS).value),
        *(article.sku, model, variant, article.name or article.sku),
        *(options.currency, article.price, str(options.tax_rate), not options.is_historical),
    )


def _parts(sku: str) -> tuple[str, str]:
    found = MODEL.fullmatch(sku)
    return (found[1], found[2]) if found and found[1] else (sku, "")


def _change(articles: list[Article]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE orders_product SET name = %s, price = %s WHERE id = %s",
            [(article.name or article.sku, article.price, article.id) for article in articles],
        )
