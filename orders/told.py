"""Returns that a program takes: in one call, once per idempotency key, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid, NotFound
from omnistore.tokens import fingerprint
from orders import agreements, grants, quotes, returns, submissions
from orders.models import CustomerReturn, Order
from orders.quotes import Choice, OrderOfAnotherCustomer, Quote
from stores.models import ApiKey


class UnknownOrder(NotFound):
    code = "unknown_order"
    words = _("There is no such order.")


class CurrencyDiffers(Invalid):
    code = "currency_differs"
    words = _("This order was paid in %(currency)s.")


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"
    words = _("This idempotency key was used before, for another return.")


@dataclass(frozen=True)
class Told:
    """What comes back of an order; with `customer_id` it must be his, with `currency` in that."""

    order_id: UUID
    choices: Sequence[Choice]
    customer_id: UUID | None = None
    agreed_total: int | None = None
    agreed_to_pay: int | None = field(default=None, repr=False)
    agreed_token: str = ""
    currency: str | None = None
    # The means the customer prefers to those that paid, and how he said so; not in the words that
    # are hashed while he prefers none.
    pay_by: str = field(default="", repr=False)
    pay_by_how: str = field(default="", repr=False)
    # Whether a person is to be asked when the rules say no; not in the words that are hashed.
    ask_for_review: bool = field(default=False, repr=False)


def quote(told: Told, *, api_key: ApiKey, idempotency_key: str = "", now: datetime) -> Quote:
    """
    Return what `take` would give back by the same key, without changing anything.

    Without an idempotency key: what it would give back by a new one.

    Raises:
        UnknownOrder: there is none with this id.
        OrderOfAnotherCustomer, CurrencyDiffers: it is not the customer's, or in another currency.
    """
    order = order_of(told)
    draft = CustomerReturn.objects.filter(pk=_draft_id(api_key, idempotency_key)).first()
    if draft is not None and not draft.is_draft:
        draft = None
    return quotes.draw_up(
        choices=told.choices,
        customer_id=order.customer_id,
        pay_by=told.pay_by,
        now=now,
        grants=grants.of_choices(told.choices, draft=draft, at=now),
        proof=CustomerReturn.Proof.PURCHASE,
        return_id=draft.pk if draft else None,
        proven=frozenset([order.pk]),
        store=api_key.store,
    )


@transaction.atomic
def take(
    *, told: Told, api_key: ApiKey, idempotency_key: str, at: datetime
) -> tuple[CustomerReturn, bool]:
    """
    Return the return and whether it is new; a refusal leaves nothing behind.

    The return's id is made of the API key and the idempotency key: two calls at once meet in the
    same row, and the second finds the return taken. What a rule refuses is submitted to people
    when that is asked for; sent again once they have approved it, it is taken.

    Raises:
        IdempotencyKeyReused: the key was used, with other words.
        Refused: what `quote` and `returns.take` refuse.
    """
    draft_id = _draft_id(api_key, idempotency_key)
    preferred = (told.pay_by, told.pay_by_how) if told.pay_by else ()
    words = fingerprint(repr((told, *preferred)) if preferred else repr(told))
    earlier = CustomerReturn.objects.filter(pk=draft_id).first()
    if earlier is None:
        earlier = returns.begin(
            order=order_of(told),
            store=api_key.store,
            at=at,
            draft_id=draft_id,
            api_key=api_key,
            request_hash=words,
        )
    if earlier.request_hash != words:
        raise IdempotencyKeyReused()
    if not earlier.is_draft:
        return earlier, False
    returns.choose(draft=earlier, choices=told.choices)
    agreements.prefer(draft=earlier, tender=told.pay_by, how=told.pay_by_how)
    # Nobody pays what he was not shown: not said is nothing, unless the quote's token says it.
    to_pay = None if told.agreed_token else told.agreed_to_pay or 0
    try:
        taken = returns.take(
            draft=earlier,
            at=at,
            agreed_total=told.agreed_total,
            agreed_to_pay=to_pay,
            agreed_token=told.agreed_token,
        )
    except quotes.NotReturnable:
        if not told.ask_for_review:
            raise
        taken = submissions.submit(draft=earlier, at=at)
    return taken, True


def _draft_id(api_key: ApiKey, idempotency_key: str) -> UUID:
    return uuid5(uuid5(NAMESPACE_OID, f"omnistore api key {api_key.pk}"), idempotency_key)


def order_of(told: Told) -> Order:
    """Return the order; raises `UnknownOrder`, or `OrderOfAnotherCustomer` when it is not his."""
    order = Order.objects.filter(pk=told.order_id).first()
    if order is None:
        raise UnknownOrder()
    if told.customer_id not in (None, order.customer_id):
        raise OrderOfAnotherCustomer()
    if told.currency not in (None, order.currency):
        raise CurrencyDiffers(currency=order.currency)
    return order
