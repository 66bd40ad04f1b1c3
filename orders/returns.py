"""
Returns: begin a draft, choose what comes back, take it.

The draft is the key: taken twice, by a double tap, a retry or two tabs, it is one return. All rules
and all amounts are computed again under the lock of the order lines and payments, so of two claims
on the last unit exactly one wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from omnistore.outbox import events
from orders import (
    adjustments,
    advertising,
    collecting,
    dispositions,
    exchanges,
    goods,
    grants,
    journal,
    numbers,
    points,
    proofs,
    quotes,
    refunds,
    reviews,
    satisfaction,
)
from orders.facts import ReturnAccepted, ReturnedUnits
from orders.models import Collection as Collected
from orders.models import CustomerReturn, Order, OrderLine, Reception, ReturnLine
from orders.quotes import Choice, Quote
from stores.models import ApiKey, Clerk, Register, Store, Tablet

Resolution = ReturnLine.Resolution
GESTURE = ReturnLine.Right.GESTURE
DIFFERENCE = Collected.Purpose.DIFFERENCE
WRITTEN = [
    field.name
    for field in ReturnLine._meta.concrete_fields
    if field.name not in ("id", "customer_return", "position")
]
SUBMITTED = [
    *("clerk", "number", "number_key", "currency", "state", "goods"),
    *("submitted_at", "received_at", "settled_at"),
]


class QuoteChanged(Conflict):
    code = "quote_changed"
    words = _("The amounts have changed since you looked. Check them once more.")


class DraftGone(Conflict):
    code = "draft_gone"
    words = _("This return is no longer a draft.")


def drafts_of(store: Store) -> QuerySet[CustomerReturn]:
    """Return the store's returns, drafts and taken ones, that its clerks may open."""
    return CustomerReturn.objects.filter(store=store).select_related(
        "customer", "order", "store", "clerk"
    )


def readable_in(store: Store) -> QuerySet[CustomerReturn]:
    """Return what the store's clerks may read: its own, and what any store has taken."""
    taken = ~Q(state=CustomerReturn.State.DRAFT)
    return CustomerReturn.objects.filter(taken | Q(store=store)).select_related(
        "customer", "order", "store", "clerk"
    )


def begin(
    *,
    order: Order,
    store: Store,
    at: datetime,
    draft_id: UUID | None = None,
    clerk: Clerk | None = None,
    tablet: Tablet | None = None,
    api_key: ApiKey | None = None,
    request_hash: str = "",
) -> CustomerReturn:
    """
    Return a new draft of a return that begins with `order`.

    With a `draft_id` that exists already, that return is given back unchanged.
    """
    draft, _created = CustomerReturn.objects.get_or_create(
        **({"id": draft_id} if draft_id else {"id": CustomerReturn().id}),
        defaults={
            "customer_id": order.customer_id,
            "via_id": order.via_id,
            "order": order,
            "store": store,
            "tablet": tablet,
            "clerk": clerk,
            "api_key": api_key,
            "request_hash": request_hash,
            "currency": order.currency,
            "created_at": at,
        },
    )
    return draft


def choose(*, draft: CustomerReturn, choices: Iterable[Choice]) -> list[Choice]:
    """
    Keep in the draft what the clerk has chosen so far, so that no lock and no lost page loses it.

    Returned are the choices as they are kept, see `choices_of`.

    Raises:
        DraftGone: it was taken meanwhile.
        NotAUnitCount, NotOfThisReturn: see `quotes.draw_up`.
    """
    with transaction.atomic():
        locked = CustomerReturn.objects.select_for_update().filter(pk=draft.pk)
        if locked.values_list("state", flat=True).get() != CustomerReturn.State.DRAFT:
            raise DraftGone()
        return _keep(draft, quotes.checked(choices))


def _keep(draft: CustomerReturn, choices: Sequence[Choice]) -> list[Choice]:
    """Write the choices over what the locked draft holds; return them as they are kept."""
    products = _products_of(choices)
    draft.replacements.all().delete()
    rows = [
        ReturnLine(
            customer_return=draft,
            order_line_id=choice.order_line_id,
            product_id=products[choice.order_line_id],
            position=position,
            units=choice.units,
            reason=choice.reason,
            reason_words=choice.reason_words,
            condition=choice.condition,
            resolution=choice.resolution,
            waiver=choice.waiver,
            serials=list(choice.serials),
        )
        for position, choice in enumerate(choices, 1)
    ]
    left_over = draft.lines.filter(position__gt=len(rows))
    if left_over.exists():
        left_over.delete()
    kept = _keep_lines(rows)
    wanted = {choice.order_line_id: choice.wanted for choice in choices if choice.wanted}
    exchanges.wish(draft, {row.order_line_id or 0: row for row in kept}, wanted)
    return _plain(choices)


def _products_of(choices: Iterable[Choice]) -> dict[int, int]:
    """Return the article of each chosen line by their ids; raises `NotOfThisReturn`."""
    ids = {choice.order_line_id for choice in choices}
    found = dict(OrderLine.objects.filter(pk__in=ids).values_list("pk", "product_id"))
    if len(found) < len(ids):
        raise quotes.NotOfThisReturn()
    return found


def _plain(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices as they are kept: what is taken instead by name."""
    return [replace(one, replacement_id=None, replacements=one.wanted) for one in choices]


def choices_of(draft: CustomerReturn) -> list[Choice]:
    """Return what was chosen in the draft so far."""
    lines = list(draft.lines.order_by("position"))
    is_exchange = any(line.resolution == Resolution.EXCHANGE for line in lines)
    wished = exchanges.wishes_of(draft) if is_exchange else {}
    return [
        Choice(
            order_line_id=line.order_line_id,
            units=line.units,
            reason=line.reason,
            condition=line.condition,
            resolution=line.resolution,
            replacements=wished.get(line.pk, ()),
            reason_words=line.reason_words,
            waiver=line.waiver,
            serials=tuple(line.serials),
        )
        for line in lines
        if line.order_line_id is not None
    ]


def take(
    *,
    draft: CustomerReturn,
    at: datetime,
    clerk: Clerk | None = None,
    choices: Sequence[Choice] | None = None,
    agreed_total: int | None = None,
    agreed_to_pay: int | None = None,
    agreed_token: str = "",
    is_in_hand: bool = True,
) -> CustomerReturn:
    """
    Take the return: goods received, refunds asked of the register, replacements handed over.

    Where the customer has to pay, the register is asked first; goods change hands when he has
    (`orders.collecting`).

    A draft that was taken already gives the same return again. `choices` are taken in the place of
    those that the draft holds. `agreed_total` is the refund the
    customer was shown, in minor units, `agreed_token` the token of that quote. What people
    have overruled of it counts as long as it is as they were shown. Goods that are not in hand are
    received later, see `goods.receive`; till then the return is accepted.

    Raises:
        TooManyUnits, NotReturnable, …: what `quotes.draw_up` found, the first of them.
        QuoteChanged: the quote is no longer what was shown.
        NoLongerFits, AllowanceUsed: see `grants.use`.
        NoRegister: money is due and nothing can pay it.
    """
    with transaction.atomic():
        # A second tap waits here and then finds the return taken.
        held = CustomerReturn.objects.select_for_update(of=("self",))
        taken = held.select_related("store", "tablet__register").get(pk=draft.pk)
        if not taken.is_draft:
            return taken
        chosen = choices_of(taken)
        if choices is not None and _plain(choices) != chosen:
            chosen = _keep(taken, quotes.checked(choices))
        granted = grants.of_choices(chosen, draft=taken, at=at)
        answer = quotes.draw_up(
            choices=chosen,
            customer_id=taken.customer_id,
            now=at,
            grants=granted,
            pay_by=taken.pay_by,
            proof=taken.proof,
            return_id=taken.pk,
            is_locked=True,
            proven=proofs.of(taken),
            store=taken.store,
        )
        if answer.problems:
            raise answer.problems[0]
        _check_agreed(answer, agreed_total, agreed_to_pay, agreed_token)
        _settle(taken, answer, clerk, at, is_in_hand=is_in_hand)
        if granted:
            grants.use(taken, answer, at=at)
        reviews.announce(taken, answer, at=at)
    return taken


def _check_agreed(answer: Quote, total: int | None, to_pay: int | None, token: str) -> None:
    said = ((total, answer.refund_total), (to_pay, answer.to_pay), (token or None, answer.token))
    if any(shown not in (None, found) for shown, found in said):
        raise QuoteChanged()


def _settle(
    taken: CustomerReturn, answer: Quote, clerk: Clerk | None, at: datetime, *, is_in_hand: bool
) -> None:
    store = _store_of(taken)
    is_register_needed = refunds.needs_register(answer.refunds, pay_by=taken.pay_by)
    register = register_of(taken) if is_register_needed or answer.to_pay else None
    is_first, is_in_hand = not is_in_hand, is_in_hand and not answer.to_pay
    taken.clerk = clerk or taken.clerk
    taken.number = taken.number or numbers.following(store, "R")
    _submit(taken, answer, at, is_in_hand=is_in_hand)
    return_lines = _write_lines(taken, answer, store if is_in_hand else None)
    adjustments.write(taken, answer.adjustments)
    received: list[Reception] = []
    if is_in_hand:
        received = goods.in_hand(return_lines, store=store, clerk=taken.clerk, at=at)
    events.record(_accepted(taken, answer, store), at=at)
    exchange = None
    if answer.bill and answer.bill.charges:
        exchange = exchanges.begin(taken, answer.bill, return_lines, is_first=is_first, at=at)
        if answer.to_pay and register:
            collecting.ask(
                exchange, purpose=DIFFERENCE, amount=answer.to_pay, register=register, at=at
            )
    advertising.stop(taken=taken, lines=return_lines, at=at)
    if taken.is_done:
        satisfaction.ask(taken=taken, at=at)
    if answer.refunds:
        refunds.ask(taken, answer.refunds, register=register, at=at)
    orders = {quoted.line.order_id: quoted.line.order for quoted in answer.lines}
    points.returned(taken, exchange=exchange, orders=orders, at=at)
    exchanges.move_goods(taken, exchange, received, at=at)
    if exchange is not None and exchange.is_made:
        journal.exchange_made(exchange, at=at)
    if not answer.refunds and taken.is_done:
        journal.return_settled(taken, at=at)


def _submit(taken: CustomerReturn, answer: Quote, at: datetime, *, is_in_hand: bool) -> None:
    taken.number_key = numbers.key(taken.number or "")
    taken.currency = answer.currency
    taken.state, taken.submitted_at = CustomerReturn.State.ACCEPTED, at
    if is_in_hand:
        taken.state, taken.received_at = CustomerReturn.State.RECEIVED, at
        taken.goods = CustomerReturn.Goods.FULLY
    if is_in_hand and not answer.refunds:
        taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
    taken.save(update_fields=SUBMITTED)


def _write_lines(
    taken: CustomerReturn, answer: Quote, received_in: Store | None
) -> list[ReturnLine]:
    rows = [
        ReturnLine(
            customer_return=taken,
            order_line=quoted.line,
            product=quoted.line.product,
            policy=quoted.decision.policy,
            sold_in_id=quoted.line.order.store_id,
            restocked_in=received_in,
            position=position,
            units=quoted.choice.units,
            received_units=quoted.choice.units if received_in else 0,
            reason=quoted.choice.reason,
            reason_words=quoted.choice.reason_words,
            condition=quoted.choice.condition,
            waiver=quoted.choice.waiver if quoted.decision.right == GESTURE else "",
            right=quoted.decision.right,
            resolution=quoted.choice.resolution,
            serials=list(quoted.choice.serials),
            disposition=_disposition(quoted.choice) if received_in else "",
            amount=quoted.amount,
            tax=quoted.tax,
        )
        for position, quoted in enumerate(answer.lines, 1)
    ]
    return _keep_lines(rows)


def _keep_lines(lines: list[ReturnLine]) -> list[ReturnLine]:
    """Write the lines of a return over those in their places."""
    return ReturnLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["customer_return", "position"],
        update_fields=WRITTEN,
    )


def _accepted(taken: CustomerReturn, answer: Quote, store: Store) -> ReturnAccepted:
    return ReturnAccepted(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        number=taken.number or "",
        order_ids=sorted({quoted.line.order_id for quoted in answer.lines}),
        amount=answer.credit_total + answer.adjustment_total,
        currency=answer.currency,
        lines=[
            ReturnedUnits(
                order_line_id=quoted.line.pk,
                sku=quoted.line.product.sku,
                units=quoted.choice.units,
                reason=quoted.choice.reason,
                condition=quoted.choice.condition,
                right=quoted.decision.right,
                resolution=quoted.choice.resolution,
                amount=quoted.amount,
            )
            for quoted in answer.lines
        ],
    )


def _store_of(taken: CustomerReturn) -> Store:
    if taken.store is None:
        raise refunds.NoRegister()
    return taken.store


def register_of(taken: CustomerReturn) -> Register:
    """Return the register that pays out for the return; raises `NoRegister` without one."""
    store = _store_of(taken)
    beside = taken.tablet.register if taken.tablet else None
    beside = beside or (taken.api_key.register if taken.api_key else None)
    if beside is not None and beside.is_active and beside.store_id == store.pk:
        return beside
    first = store.registers.filter(is_active=True).order_by("name").first()
    if first is None:
        raise refunds.NoRegister()
    return first


def _disposition(choice: Choice) -> str:
    return dispositions.of(choice.condition, choice.reason)
