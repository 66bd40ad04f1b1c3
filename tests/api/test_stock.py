"""Stock through the API: counted by the store's own key, read for every store."""

import json
from typing import Any

import pytest

from orders.models import Product, Stock, StockMovement
from stores.models import Store
from tests.api.conftest import Program
from tests.factories import make_product


@pytest.fixture
def bag(db: None) -> Product:
    return make_product()


def test_the_api_counts_and_reads_stock(bag: Product, lyon: Store, program: Program) -> None:
    body = json.dumps({"key": "monday", "lines": [{"sku": bag.sku, "on_hand": 4}]})

    for _ in range(2):
        assert program.put("stock/", body).status_code == 200

    (row,) = program.get("stock/", {"sku": f"{bag.sku},unknown"}).json()
    assert (row["store"], row["on_hand"], row["available"]) == ("lyo", 4, 4)
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize("lines", [[], [{"sku": "85099B", "on_hand": -1}], [{"sku": "?"}]])
def test_the_api_refuses_a_count_that_is_none(
    bag: Product, program: Program, lines: list[Any]
) -> None:
    answer = program.put("stock/", json.dumps({"key": "k", "lines": lines}))

    assert answer.status_code == 422
    assert not Stock.objects.exists()
