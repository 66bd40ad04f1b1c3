"""Where a unit that came back goes, whatever becomes of the money."""

import pytest

from orders import returns
from orders.models import ReturnLine
from orders.quotes import Choice
from stores.models import Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product


@pytest.mark.parametrize(
    ("reason", "condition", "goes"),
    [
        ("TOO_SMALL", "AS_NEW", "TO_SHELF"),
        ("TOO_SMALL", "OPENED", "TO_SHELF"),
        ("TOO_SMALL", "DAMAGED", "TO_REPAIR"),
        ("DEFECTIVE", "AS_NEW", "TO_REPAIR"),
        ("DEFECTIVE", "OPENED", "TO_REPAIR"),
    ],
)
def test_sells_again_only_what_is_whole_and_works(
    tablet: Tablet, reason: str, condition: str, goes: str
) -> None:
    make_policy()
    order = make_order(make_customer(), [(make_product(), 1, 1999)])
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    line = order.lines.get()
    choice = Choice(order_line_id=line.pk, units=1, reason=reason, condition=condition)
    returns.choose(draft=draft, choices=[choice])

    returns.take(draft=draft, clerk=tablet.clerk, at=NOON, agreed_total=1999)

    assert ReturnLine.objects.get(order_line=line).disposition == goes
