"""
Declarations: a return declared before the customer comes, and the code that opens it at a counter.

A code has 128 random bits, is shown once, and leads to one return in one store. Forged, expired or
used: which of these it is nobody is told (rules.md 5.1, 5.2).
"""

import base64
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from omnistore.tokens import fingerprint
from orders import quotes, returns, slips
from orders.models import CustomerReturn, Declaration, Order
from orders.quotes import Choice, Quote
from stores.models import ApiKey, Clerk, Store, Tablet

logger = logging.getLogger(__name__)
LIFE = timedelta(days=30)


def declare(
    *, order: Order, choices: Sequence[Choice], api_key: ApiKey | None, at: datetime
) -> tuple[Declaration, str, Quote]:
    """
    Return the declaration, its code, which is shown this once, and what it would give back.

    What cannot come back is declared all the same: a clerk looks at it, and says why.

    Raises:
        what `quotes.draw_up` raises of choices that are none.
    """
    draft_of_nowhere = CustomerReturn(
        customer_id=order.customer_id,
        via_id=order.via_id,
        order=order,
        api_key=api_key,
        source="declared",
        currency=order.currency,
        created_at=at,
    )
    quote = quotes.draw_up(choices=choices, customer_id=order.customer_id, now=at)
    code = _new_code()
    with transaction.atomic():
        draft_of_nowhere.save()
        returns.choose(draft=draft_of_nowhere, choices=choices)
        declaration = Declaration.objects.create(
            customer_return=draft_of_nowhere,
            api_key=api_key,
            code_hash=fingerprint(code),
            declared_at=at,
            expires_at=at + LIFE,
        )
    return declaration, code, quote


def is_open(*, code: str, store: Store, at: datetime) -> bool:
    """Whether the code opens a declared return in that store now."""
    return _found(code, store, at) is not None


def open_up(
    *,
    code: str,
    store: Store,
    at: datetime,
    tablet: Tablet | None = None,
    clerk: Clerk | None = None,
) -> CustomerReturn:
    """
    Return the declared draft, from now on the store's; scanned there again it is the same one.

    Raises:
        slips.UnknownCode: the code leads nowhere, or to what was opened elsewhere or taken.
    """
    with transaction.atomic():
        found = _found(code, store, at, is_locked=True)
        if found is None:
            logger.warning("The code of a declared return led nowhere")
            raise slips.UnknownCode()
        draft = found.customer_return
        draft.store, draft.tablet, draft.clerk = store, tablet, clerk
        draft.source = "counter"
        draft.save(update_fields=["store", "tablet", "clerk", "source"])
        found.opened_at = found.opened_at or at
        found.save(update_fields=["opened_at"])
    return draft


def _found(code: str, store: Store, at: datetime, *, is_locked: bool = False) -> Declaration | None:
    given = slips.form_of(code)
    if not given:
        return None
    rows = Declaration.objects.select_related("customer_return")
    if is_locked:
        # The draft too: who waits for the code's row alone would see whose it was before.
        rows = rows.select_for_update(of=("self", "customer_return"))
    found = rows.filter(
        code_hash=fingerprint(given),
        expires_at__gt=at,
        customer_return__state=CustomerReturn.State.DRAFT,
    ).first()
    is_here = found is not None and found.customer_return.store_id in (None, store.pk)
    return found if is_here else None


def _new_code() -> str:
    """Return 128 random bits as they are typed and scanned; a digit tells them from a name."""
    while True:
        code = base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
        if slips.form_of(code) == code:
            return code
