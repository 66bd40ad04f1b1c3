"""
Thousands of random histories of purchases: money and units are conserved at every step.

    make histories HISTORIES=100000
"""

import os
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import run_state_machine_as_test

from customers.models import LoyaltyRule
from stores.models import Tablet
from tests.factories import LONG_AGO, make_customer, make_policy, make_product
from tests.orders.histories import SKUS, Histories

# .ci/run asks for 2,000; each goes through the real verbs, on the real database.
HISTORIES = int(os.environ.get("HISTORIES", "20"))
EACH = 100
SHARDS = range(max(1, HISTORIES // EACH))


@pytest.fixture
def shop(tablet: Tablet) -> type[Histories]:
    """Four articles that may come back for thirty days, and points for what is paid."""
    make_policy(days=30)
    for sku in SKUS:
        make_product(sku)
    LoyaltyRule.objects.create(
        currency="EUR", earned=1, per_amount=100, spent=100, worth=500, start_at=LONG_AGO
    )
    assert tablet.register is not None
    Histories.tablet, Histories.till = tablet, tablet.register
    Histories.customer = make_customer()
    Histories.ran = Histories.steps = 0
    return Histories


@pytest.mark.parametrize("shard", SHARDS)
def test_rule_2_2_money_and_units_are_conserved_in_every_history(
    shop: type[Histories], shard: int, record_property: Callable[[str, object], None]
) -> None:
    """rules.md 1.1, 2.2 to 2.6"""
    # Some end early, when what was drawn is exhausted: those that reached their end count.
    wanted = min(EACH, HISTORIES)
    for more in count():
        seeded(shard * 1000 + more)(shop)
        run_state_machine_as_test(
            shop,
            settings=settings(
                max_examples=min(25, wanted - shop.ran),
                stateful_step_count=5,
                deadline=None,
                database=None,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
        if shop.ran >= wanted:
            break

    record_property("histories of returns", shop.ran)
    record_property("steps of histories checked", shop.steps)
