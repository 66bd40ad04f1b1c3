"""What connectors read of orders, however much of it there is."""

import pytest
from pytest_django import DjangoAssertNumQueries

from omnistore.crm import sales
from orders.models import Product
from tests.factories import make_order, make_product


@pytest.fixture
def articles(db: None) -> list[Product]:
    return [make_product(f"A{number}") for number in range(1100)]


def test_reads_orders_of_more_articles_than_a_query_takes(
    articles: list[Product], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = make_order(None, [(article, 1, 100) for article in articles[:550]])
    second = make_order(None, [(article, 1, 100) for article in articles[550:]])

    # Orders, lines, and the articles: SQLite is asked for a thousand at a time.
    with django_assert_max_num_queries(4):
        orders = sales.orders([first.pk, second.pk])
        skus = {line.product.sku for order in orders.values() for line in order.lines.all()}

    assert len(skus) == 1100
