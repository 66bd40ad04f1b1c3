"""The demo's till speaks to the real API over a real socket."""

from typing import Any

import pytest
from django.test import override_settings

from omnistore.demo import register
from orders import returns
from orders.models import CustomerReturn, Refund
from orders.quotes import Choice
from stores.models import Clerk, Register, Store
from tests.factories import (
    NOON,
    make_customer,
    make_order,
    make_policy,
    make_product,
    make_tablet,
)


@pytest.mark.django_db(transaction=True)
def test_pays_what_is_signed_and_leaves_what_is_forged(
    live_server: Any, lyon: Store, nadia: Clerk
) -> None:
    till = register.ensure(lyon)
    tablet = make_tablet(lyon, nadia)
    make_policy()
    order = make_order(make_customer(), [(make_product(), 1, 1990)])
    draft = returns.begin(order=order, store=lyon, tablet=tablet, at=NOON)
    choice = Choice(order.lines.get().pk, 1, reason="STYLE", condition="AS_NEW")
    returns.choose(draft=draft, choices=[choice])
    returns.take(draft=draft, at=NOON)

    till.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    till.save()
    with override_settings(PUBLIC_URL=live_server.url):
        forged = register.work("lyo")
        Register.objects.filter(pk=till.pk).update(secret=register.secret_of("lyo"))
        paid = register.work("lyo")

    assert (forged, paid) == (0, 1)
    assert Refund.objects.get().reference.startswith("TPE-")
    assert CustomerReturn.objects.get().state == CustomerReturn.State.SETTLED
