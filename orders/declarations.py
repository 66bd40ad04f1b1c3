"""
Declarations: a return declared before the customer comes, and the code that opens it at a counter.

A code has 128 bits and leads to one return in one store. As a slip's it is derived, from the
draft's random id, under a key of the settings: whoever declared it twice by a double tap sees the
same code, while the database keeps its hash only. Forged, expired or used: which of these it is
nobody is told (rules.md 5.1, 5.2).
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.tokens import fingerprint
from orders import photos, quotes, returns, slips
from orders.models import CustomerReturn, Declaration, Order
from orders.quotes import Choice, Quote
from stores.models import ApiKey, Clerk, Store, Tablet

logger = logging.getLogger(__name__)
LIFE = timedelta(days=30)
# So many codes of one purchase wait at a time: a household's, and no flood of them.
MOST_OPEN = 10
DECLARED = "declared"
Fields = dict[str, Any]


class TooManyOpen(Conflict):
    code = "too_many_declared"
    words = _("There are codes enough for this receipt: bring it with the articles.")


def declare(
    *, order: Order, choices: Sequence[Choice], api_key: ApiKey | None, at: datetime
) -> tuple[Declaration, str, Quote]:
    """
    Return the declaration, its code, which is shown this once, and what it would give back.

    What cannot come back is declared all the same: a clerk looks at it, and says why.

    Raises:
        what `quotes.draw_up` raises of choices that are none.
    """
    quote = quotes.draw_up(choices=choices, customer_id=order.customer_id, now=at)
    declared = _keep(uuid4(), _draft_of(order, at) | {"api_key": api_key}, choices, at)
    return declared, code_of(declared), quote


def declare_at_home(
    *,
    order: Order,
    choices: Sequence[Choice],
    draft_id: UUID,
    proof: str = CustomerReturn.Proof.PURCHASE,
    at: datetime,
) -> Declaration:
    """
    Return the declaration of who holds the receipt; with the same `draft_id` it is the same one.

    By a gift receipt it is nobody's by name, and shows no price (rules.md 1.8).

    Raises:
        TooManyOpen: as it says.
        what `quotes.draw_up` raises of choices that are none.
    """
    found = of_home(order=order, draft_id=draft_id, at=at)
    if found is not None:
        return found
    if _waiting(at).filter(customer_return__order=order).count() >= MOST_OPEN:
        raise TooManyOpen()
    return _keep(draft_id, _draft_of(order, at, proof), choices, at)


def declare_withdrawn(
    *, order: Order, choices: Sequence[Choice], draft_id: UUID, at: datetime
) -> Declaration:
    """Return the declaration by which articles withdrawn from come back; however many wait."""
    return _keep(draft_id, _draft_of(order, at), choices, at)


def of_home(*, order: Order, draft_id: UUID, at: datetime) -> Declaration | None:
    """Return what was declared at home under that key and can still be opened or taken."""
    return (
        Declaration.objects.select_related("customer_return__order__store")
        .filter(customer_return=draft_id, customer_return__order=order, expires_at__gt=at)
        .filter(api_key=None)
        .first()
    )


def code_of(declaration: Declaration) -> str:
    """Return its code; raises `slips.KeyGone` when the key that made it is gone."""
    return slips.that_made(_words_of(declaration.customer_return_id), declaration.code_hash)


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


def sweep(*, at: datetime) -> int:
    """Delete drafts whose code was never used and leads nowhere any more; return how many."""
    over = Declaration.objects.filter(opened_at=None, expires_at__lte=at)
    drafts = CustomerReturn.objects.filter(
        declaration__in=over, source=DECLARED, state=CustomerReturn.State.DRAFT
    )
    swept = 0
    for draft in drafts.iterator():
        # One by one: a file that cannot be deleted holds up one draft, not all of them.
        photos.drop_all(draft)
        draft.delete()
        swept += 1
    return swept


def _draft_of(order: Order, at: datetime, proof: str = CustomerReturn.Proof.PURCHASE) -> Fields:
    is_gift = proof == CustomerReturn.Proof.GIFT
    return {
        "customer_id": None if is_gift else order.customer_id,
        "via_id": None if is_gift else order.via_id,
        "order": order,
        "proof": proof,
        "source": DECLARED,
        "currency": order.currency,
        "created_at": at,
    }


def _keep(draft_id: UUID, fields: Fields, choices: Sequence[Choice], at: datetime) -> Declaration:
    """Write the draft and its declaration; a second one with the draft's id finds the first."""
    with transaction.atomic():
        draft, is_new = CustomerReturn.objects.get_or_create(pk=draft_id, defaults=fields)
        if not is_new:
            return Declaration.objects.select_related("customer_return").get(customer_return=draft)
        returns.choose(draft=draft, choices=choices)
        return Declaration.objects.create(
            customer_return=draft,
            api_key_id=draft.api_key_id,
            code_hash=fingerprint(slips.derived(settings.ENCRYPTION_KEYS[0], _words_of(draft_id))),
            declared_at=at,
            expires_at=at + LIFE,
        )


def _waiting(at: datetime) -> QuerySet[Declaration]:
    return Declaration.objects.filter(opened_at=None, expires_at__gt=at)


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


def _words_of(draft_id: UUID) -> str:
    return f"declaration:{draft_id}"
