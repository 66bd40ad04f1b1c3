"""
Withdrawals: a customer declares that he withdraws from a contract concluded at a distance.

Directive (EU) 2023/2673 and Code de la consommation L221-21: a button, a confirmation, and at once
an acknowledgement with what was declared and when. The day of the declaration counts, not the day
on which the articles come back; `policies` read it from the lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from customers import messages
from customers.models import Customer
from omnistore.errors import Conflict, Invalid
from omnistore.outbox import events
from omnistore.outbox.facts import Fact
from omnistore.words import dated
from orders import declarations, policies
from orders.models import Order, OrderLine, ReturnLine, Withdrawal, WithdrawnLine
from orders.policies.clocks import day_of
from orders.quotes import Choice
from orders.units import with_returned

# Code civil 2224: so long somebody may still dispute it.
KEPT = timedelta(days=5 * 365)


class NothingToWithdraw(Conflict):
    code = "nothing_to_withdraw"
    words = _("There is nothing on this receipt any more from which you could withdraw here.")


class MoreThanOpen(Invalid):
    code = "more_than_open"
    words = _("You cannot withdraw from so many of these any more.")


@dataclass(frozen=True)
class WithdrawnUnits:
    """Units of one line, in codes."""

    order_line_id: int
    sku: str
    units: int


@dataclass(frozen=True)
class WithdrawalDeclared(Fact):
    """The refund is owed within fourteen days of it, or when the articles are back."""

    name: ClassVar[str] = "orders.withdrawal.declared"
    label: ClassVar = _("a customer withdrew from a purchase made at a distance")

    withdrawal_id: UUID
    order_id: UUID
    number: str
    lines: list[WithdrawnUnits]


@dataclass(frozen=True)
class Said:
    """What he declares: who he is, where the acknowledgement goes, units by order line."""

    name: str
    email: str
    units: Mapping[int, int]
    language: str


@dataclass(frozen=True)
class Open:
    """A line from which he may still withdraw, and so many units of it."""

    line: OrderLine
    units: int


def open_lines(order: Order, *, at: datetime) -> list[Open]:
    """Return what of the order may be withdrawn from at that moment."""
    lines = with_returned(OrderLine.objects.filter(order=order)).order_by("position")
    known = lines.select_related("order__store", "product").prefetch_related("paid_by__store")
    left = (
        Open(line, line.quantity - max(line.returned_units, line.withdrawn_upto))
        for line in known
        if policies.may_withdraw(line, day_of(at))
    )
    return [one for one in left if one.units > 0]


def declare(*, order: Order, said: Said, key: UUID, at: datetime) -> Withdrawal:
    """
    Return the withdrawal, acknowledged and told; with the same `key` it is the same one.

    Raises:
        NothingToWithdraw: too late, withdrawn from already, or no contract at a distance.
        MoreThanOpen: units or lines that are not open, or none at all.
    """
    with transaction.atomic():
        # In the order of `quotes.lines_for`; of two at once the second finds what the first did.
        held = OrderLine.objects.select_for_update(no_key=True).filter(order=order)
        list(held.order_by("pk").values_list("pk"))
        found = Withdrawal.objects.filter(pk=key, order=order).first()
        if found is not None:
            return found
        chosen = _chosen(order, said, at)
        made = _write(order, chosen, said, key, at)
        events.record(_fact(made, chosen), at=at)
        _acknowledge(made, chosen, at)
    return made


def forget(*, customer: Customer, at: datetime) -> None:
    """Forget who declared withdrawals of the customer's orders; safe to call twice."""
    mine = Withdrawal.objects.filter(order__customer=customer, forgotten_at=None)
    mine.update(name="", email="", forgotten_at=at)


def tidy(*, at: datetime) -> None:
    """Forget who declared what nobody can dispute any more."""
    old = Withdrawal.objects.filter(declared_at__lte=at - KEPT, forgotten_at=None)
    old.update(name="", email="", forgotten_at=at)


def _chosen(order: Order, said: Said, at: datetime) -> list[Open]:
    left = {one.line.pk: one for one in open_lines(order, at=at)}
    if not left:
        raise NothingToWithdraw()
    wanted = {line_id: units for line_id, units in said.units.items() if units > 0}
    is_within = all(pk in left and units <= left[pk].units for pk, units in wanted.items())
    if not wanted or not is_within:
        raise MoreThanOpen()
    return [Open(one.line, wanted[pk]) for pk, one in left.items() if pk in wanted]


def _write(order: Order, chosen: Sequence[Open], said: Said, key: UUID, at: datetime) -> Withdrawal:
    # No reason is asked by law; the condition is for who sees the articles.
    reason = ReturnLine.Reason.CHANGED_MIND
    choices = [Choice(one.line.pk, one.units, reason) for one in chosen]
    declared = declarations.declare_withdrawn(
        order=order, choices=choices, draft_id=uuid5(key, "draft"), at=at
    )
    made = Withdrawal.objects.create(
        pk=key,
        order=order,
        customer_return=declared.customer_return,
        name=said.name,
        email=said.email,
        language=_language(order, said),
        declared_at=at,
    )
    rows = [WithdrawnLine(withdrawal=made, order_line=one.line, units=one.units) for one in chosen]
    WithdrawnLine.objects.bulk_create(rows)
    for one in chosen:
        before = max(one.line.returned_units, one.line.withdrawn_upto)
        one.line.withdrawn_at, one.line.withdrawn_upto = at, before + one.units
        one.line.save(update_fields=["withdrawn_at", "withdrawn_upto"])
    return made


def _fact(made: Withdrawal, chosen: Sequence[Open]) -> WithdrawalDeclared:
    order = made.order
    return WithdrawalDeclared(
        customer_id=order.customer_id,
        store_code=order.store.code if order.store else "",
        withdrawal_id=made.pk,
        order_id=order.pk,
        number=order.number,
        lines=[WithdrawnUnits(one.line.pk, one.line.product.sku, one.units) for one in chosen],
    )


def _acknowledge(made: Withdrawal, chosen: Sequence[Open], at: datetime) -> None:
    with override(made.language):
        said_at = dated(at)
    articles = "\n".join(f"{one.units} × {one.line.product.name}" for one in chosen)
    messages.write(
        purpose=messages.Purpose.ACKNOWLEDGEMENT,
        channel=messages.Channel.EMAIL,
        template="withdrawal_acknowledged",
        variables={
            "name": made.name,
            "email": made.email,
            "number": made.order.number,
            "articles": articles,
            "moment": said_at,
        },
        customer=made.order.customer,
        address=made.email,
        language=made.language,
        at=at,
    )


def _language(order: Order, said: Said) -> str:
    """Return the language in which it is acknowledged: what is written is in the customer's."""
    return order.customer.language if order.customer else said.language
