"""A small storm: nothing is lost, doubled or out of order, whatever dies in the middle of it."""

import pytest
from django.conf import settings

from tests.chaos import embedded, storm
from tests.chaos.comparing import Fact, Held, compare
from tests.chaos.storm import Size

SMALL = Size(events=900, customers=60, per_second=60, patience=120, is_hurried=True)


def test_nothing_is_lost_doubled_or_out_of_order() -> None:
    rage = embedded.rage if settings.IS_SQLITE else storm.rage

    verdict, injected = rage(SMALL)

    assert verdict.is_good, str(verdict)
    assert verdict.facts >= SMALL.events * 0.9
    assert injected["worker killed"]
    assert injected["write refused by a full database" if settings.IS_SQLITE else "CRM down"]


@pytest.mark.parametrize(
    ("arrived", "lost", "doubled", "out_of_order"),
    [
        (["a", "b", "d"], 0, 0, 0),
        (["a", "a", "b", "d", "d"], 0, 0, 0),
        (["a", "b"], 1, 0, 0),
        (["a", "d"], 1, 0, 0),
        (["b", "a", "d"], 0, 0, 1),
        (["a", "b", "d", "e"], 0, 1, 0),
    ],
)
def test_the_judge_sees_what_is_wrong(
    arrived: list[str], lost: int, doubled: int, out_of_order: int
) -> None:
    facts = [
        Fact("a", "alice", 1, "LEDGER", "", 0),
        Fact("b", "alice", 2, "LEDGER", "", 0),
        Fact("c", "alice", 3, "STATE", "cart", 0),
        Fact("d", "alice", 4, "STATE", "cart", 0),
    ]
    held = [Held(f"msg_{event}_1", "alice", "", at) for at, event in enumerate(arrived)]

    verdict = compare(facts, held)

    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (lost, doubled, out_of_order)
