"""
Returns: begin a draft, choose what comes back, quote what it gives, take it.

The draft is the key: taken twice, by a double tap, a retry or two tabs, it is one return. All rules
and all amounts are computed again under the lock of the order lines and payments, so of two claims
on the last unit exactly one wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid, Refused
from omnistore.money import share
from omnistore.outbox import events
from orders import exchanges, numbers, refunds
from orders.facts import ReturnAccepted, ReturnedUnits
from orders.models import CustomerReturn, Order, OrderLine, Product, ReturnLine
from orders.policies import Decision, PolicyBook, decide
from orders.units import with_returned
from stores.models import ApiKey, Clerk, Register, Store, Tablet

Reason = ReturnLine.Reason
Condition = ReturnLine.Condition
Resolution = ReturnLine.Resolution
# A register's slip has an end, and so has a clerk's patience.
MOST_LINES = 200


class NothingChosen(Invalid):
    code = "nothing_chosen"
    words = _("Choose what comes back first.")


class NotOfThisReturn(Invalid):
    code = "unknown_line"
    words = _("One of the lines does not exist, or is not for you.")


class OrderOfAnotherCustomer(Invalid):
    code = "order_of_another_customer"
    words = _("This order belongs to another customer.")


class CurrenciesDiffer(Invalid):
    code = "currencies_differ"
    words = _("These orders were paid in different currencies: take one return for each.")


class NotAUnitCount(Invalid):
    code = "not_a_unit_count"
    words = _("A number of units is a whole number, one or more.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    words = _("Say why it comes back.")


class ConditionMissing(Invalid):
    code = "condition_missing"
    words = _("Say in which condition it is.")


class TooManyUnits(Conflict):
    code = "too_many_units"
    words = _("Only %(left)s of these can still come back.")


class NotReturnable(Refused):
    code = "not_returnable"


class QuoteChanged(Conflict):
    code = "quote_changed"
    words = _("The amounts have changed since you looked. Check them once more.")


class NoRegister(Conflict):
    code = "no_register"
    words = _("This store has no register in use that could pay the refund.")


class DraftGone(Conflict):
    code = "draft_gone"
    words = _("This return is no longer a draft.")


@dataclass(frozen=True)
class Choice:
    """What the customer wants of one order line."""

    order_line_id: int
    units: int
    reason: str = ""
    condition: str = ""
    resolution: str = Resolution.REFUND
    replacement_id: int | None = None
    reason_words: str = ""


@dataclass(frozen=True)
class QuotedLine:
    """One choice with its answer: which right, what it is worth, or why not."""

    choice: Choice
    line: OrderLine
    left: int
    amount: int
    tax: int
    decision: Decision
    replacement: Product | None
    problem: Refused | None

    @property
    def is_exchange(self) -> bool:
        return self.choice.resolution == Resolution.EXCHANGE


@dataclass(frozen=True)
class Quote:
    """What the customer would get back; `refunds` says to which tender, cash last."""

    currency: str
    lines: Sequence[QuotedLine]
    refunds: Sequence[refunds.Share]
    problem: Refused | None = None

    @property
    def refund_total(self) -> int:
        return sum(line.amount for line in self.lines if not line.is_exchange)

    @property
    def exchange_total(self) -> int:
        return sum(line.amount for line in self.lines if line.is_exchange)

    @property
    def problems(self) -> list[Refused]:
        """Every no, the quote's own first."""
        own = [self.problem] if self.problem else []
        return own + [line.problem for line in self.lines if line.problem]

    @property
    def may_be_taken(self) -> bool:
        return bool(self.lines) and not self.problems

    @property
    def is_exchange_only(self) -> bool:
        return bool(self.lines) and all(line.is_exchange for line in self.lines)


def drafts_of(store: Store) -> QuerySet[CustomerReturn]:
    """Return the store's returns, drafts and taken ones, that its clerks may open."""
    return CustomerReturn.objects.filter(store=store).select_related(
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


def choose(*, draft: CustomerReturn, choices: Iterable[Choice]) -> None:
    """
    Keep in the draft what the clerk has chosen so far, so that no lock and no lost page loses it.

    Raises:
        DraftGone: it was taken meanwhile.
        NotAUnitCount, NotOfThisReturn: see `quote`.
    """
    choices = _checked(choices)
    with transaction.atomic():
        locked = CustomerReturn.objects.select_for_update().get(pk=draft.pk)
        if not locked.is_draft:
            raise DraftGone()
        lines = _lines_for(choices)
        ReturnLine.objects.filter(customer_return=draft).delete()
        ReturnLine.objects.bulk_create(
            ReturnLine(
                customer_return=draft,
                order_line=lines[choice.order_line_id],
                product=lines[choice.order_line_id].product,
                position=position,
                units=choice.units,
                reason=choice.reason,
                reason_words=choice.reason_words,
                condition=choice.condition,
                resolution=choice.resolution,
                replacement_id=choice.replacement_id,
            )
            for position, choice in enumerate(choices, 1)
        )


def choices_of(draft: CustomerReturn) -> list[Choice]:
    """Return what was chosen in the draft so far."""
    return [
        Choice(
            order_line_id=line.order_line_id,
            units=line.units,
            reason=line.reason,
            condition=line.condition,
            resolution=line.resolution,
            replacement_id=line.replacement_id,
            reason_words=line.reason_words,
        )
        for line in draft.lines.order_by("position")
        if line.order_line_id is not None
    ]


def quote(
    *, choices: Iterable[Choice], customer_id: UUID | None, now: datetime, is_locked: bool = False
) -> Quote:
    """
    Return what the customer would get back, without changing anything.

    Each line has its amount, tax included, its share of the tax, its right or its problem; lines
    of several orders may stand together. With `is_locked` the order lines and payments are locked
    first: only `take` asks for that, inside its transaction.

    Raises:
        NothingChosen, NotAUnitCount: no choice at all, or units below one.
        NotOfThisReturn: a line that does not exist, or twice the same.
        OrderOfAnotherCustomer, CurrenciesDiffer: lines that cannot stand together.
    """
    choices = _checked(choices)
    if not choices:
        raise NothingChosen()
    lines = _lines_for(choices, is_locked=is_locked)
    _check_together(lines.values(), customer_id)
    book = PolicyBook.read()
    variants = Product.objects.in_bulk([c.replacement_id for c in choices if c.replacement_id])
    quoted = [
        _quote_line(choice, lines[choice.order_line_id], variants, book, now) for choice in choices
    ]
    currency = next(iter(lines.values())).order.currency
    answer = Quote(currency=currency, lines=quoted, refunds=[])
    if not answer.may_be_taken:
        return answer
    try:
        return replace(answer, refunds=refunds.plan(_by_payer(answer), is_locked=is_locked))
    except refunds.MoreThanPaid as problem:
        return replace(answer, problem=problem)


def take(
    *,
    draft: CustomerReturn,
    at: datetime,
    clerk: Clerk | None = None,
    agreed_total: int | None = None,
) -> CustomerReturn:
    """
    Take the return: goods received, refunds asked of the register, replacements handed over.

    A draft that was taken already gives the same return again. `agreed_total` is the refund the
    customer was shown, in minor units.

    Raises:
        TooManyUnits, NotReturnable, …: what `quote` found, the first of them.
        QuoteChanged: the refund is no longer what was shown.
        NoRegister: money is due and nothing can pay it.
    """
    with transaction.atomic():
        # A second tap waits here and then finds the return taken.
        taken = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if not taken.is_draft:
            return taken
        answer = quote(
            choices=choices_of(taken), customer_id=taken.customer_id, now=at, is_locked=True
        )
        if answer.problems:
            raise answer.problems[0]
        if agreed_total is not None and agreed_total != answer.refund_total:
            raise QuoteChanged()
        _settle(taken, answer, clerk, at)
    return taken


def _settle(taken: CustomerReturn, answer: Quote, clerk: Clerk | None, at: datetime) -> None:
    store = _store_of(taken)
    register = _register_of(taken) if answer.refunds else None
    taken.clerk = clerk or taken.clerk
    taken.number = numbers.following(store, "R")
    taken.number_key = numbers.key(taken.number)
    taken.currency = answer.currency
    taken.state = CustomerReturn.State.RECEIVED
    taken.submitted_at = taken.received_at = at
    if not answer.refunds:
        taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
    taken.save()
    return_lines = _write_lines(taken, answer, store)
    events.record(_accepted(taken, answer, store), at=at)
    if exchanged := [line for line in return_lines if line.resolution == Resolution.EXCHANGE]:
        exchanges.hand_over(taken, exchanged, store=store, at=at)
    if register is not None:
        refunds.ask(taken, answer.refunds, register=register, at=at)


def _write_lines(taken: CustomerReturn, answer: Quote, store: Store) -> list[ReturnLine]:
    ReturnLine.objects.filter(customer_return=taken).delete()
    return ReturnLine.objects.bulk_create(
        ReturnLine(
            customer_return=taken,
            order_line=quoted.line,
            product=quoted.line.product,
            policy=quoted.decision.policy,
            sold_in_id=quoted.line.order.store_id,
            restocked_in=store,
            position=position,
            units=quoted.choice.units,
            received_units=quoted.choice.units,
            reason=quoted.choice.reason,
            reason_words=quoted.choice.reason_words,
            condition=quoted.choice.condition,
            right=quoted.decision.right,
            resolution=quoted.choice.resolution,
            replacement=quoted.replacement,
            disposition=_disposition(quoted.choice.condition),
            amount=quoted.amount,
            tax=quoted.tax,
        )
        for position, quoted in enumerate(answer.lines, 1)
    )


def _accepted(taken: CustomerReturn, answer: Quote, store: Store) -> ReturnAccepted:
    return ReturnAccepted(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        number=taken.number or "",
        order_ids=sorted({quoted.line.order_id for quoted in answer.lines}),
        amount=answer.refund_total + answer.exchange_total,
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
        raise NoRegister()
    return taken.store


def _register_of(taken: CustomerReturn) -> Register:
    store = _store_of(taken)
    beside = taken.tablet.register if taken.tablet else None
    beside = beside or (taken.api_key.register if taken.api_key else None)
    if beside is not None and beside.is_active and beside.store_id == store.pk:
        return beside
    first = store.registers.filter(is_active=True).order_by("name").first()
    if first is None:
        raise NoRegister()
    return first


def _disposition(condition: str) -> str:
    if condition in (Condition.AS_NEW, Condition.OPENED):
        return ReturnLine.Disposition.TO_SHELF
    return ReturnLine.Disposition.TO_REPAIR


def _checked(choices: Iterable[Choice]) -> list[Choice]:
    checked = list(choices)
    if len(checked) > MOST_LINES or len({c.order_line_id for c in checked}) < len(checked):
        raise NotOfThisReturn()
    # Beyond this no line has units, and a database no column.
    if any(not 1 <= choice.units <= 1_000_000 for choice in checked):
        raise NotAUnitCount()
    return checked


def _lines_for(choices: Sequence[Choice], *, is_locked: bool = False) -> dict[int, OrderLine]:
    ids = [choice.order_line_id for choice in choices]
    if is_locked:
        # In one order everywhere, or two returns over the same lines would wait for each other.
        list(
            OrderLine.objects.select_for_update(no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
            .values_list("pk")
        )
    lines = with_returned(OrderLine.objects.filter(pk__in=ids)).select_related(
        "order", "product", "paid_by"
    )
    found = {line.pk: line for line in lines}
    if len(found) < len(choices):
        raise NotOfThisReturn()
    return found


def _check_together(lines: Iterable[OrderLine], customer_id: UUID | None) -> None:
    orders = {line.order_id: line.order for line in lines}.values()
    if any(order.customer_id != customer_id for order in orders):
        raise OrderOfAnotherCustomer()
    if customer_id is None and len(orders) > 1:
        raise OrderOfAnotherCustomer()
    if len({order.currency for order in orders}) > 1:
        raise CurrenciesDiffer()


def _quote_line(
    choice: Choice,
    line: OrderLine,
    variants: dict[int, Product],
    book: PolicyBook,
    now: datetime,
) -> QuotedLine:
    left = line.left_units
    decision = decide(line, reason=choice.reason, condition=choice.condition, book=book, now=now)
    replacement = variants.get(choice.replacement_id or 0)
    problem = _problem(choice, line, left, decision, replacement)
    worth = {"quantity": line.quantity, "before": line.returned_units, "units": choice.units}
    is_within = choice.units <= left
    return QuotedLine(
        choice=choice,
        line=line,
        left=left,
        amount=share(line.total, **worth) if is_within else 0,
        tax=share(line.tax, **worth) if is_within else 0,
        decision=decision,
        replacement=replacement,
        problem=problem,
    )


def _problem(
    choice: Choice, line: OrderLine, left: int, decision: Decision, replacement: Product | None
) -> Refused | None:
    if choice.units > left:
        return TooManyUnits(left=left, order_line_id=line.pk)
    if choice.reason not in Reason.values:
        return ReasonMissing(order_line_id=line.pk)
    if choice.condition not in Condition.values:
        return ConditionMissing(order_line_id=line.pk)
    if not decision.may_return:
        return NotReturnable(decision.sentence, order_line_id=line.pk)
    if choice.resolution == Resolution.EXCHANGE:
        return exchanges.problem(line, replacement)
    return None


def _by_payer(answer: Quote) -> dict[UUID, int]:
    due: dict[UUID, int] = {}
    for quoted in answer.lines:
        if not quoted.is_exchange and quoted.amount:
            due[quoted.line.payer_id] = due.get(quoted.line.payer_id, 0) + quoted.amount
    return due
