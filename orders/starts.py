"""Starts: how a return comes to its articles: by a purchase, a receipt, or the article itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from omnistore.errors import Conflict, Invalid
from orders import history, proofs, returns, slips
from orders.history import PurchaseLine
from orders.models import CustomerReturn, Order, OrderLine, Product, Slip
from orders.quotes import Choice
from stores.models import Clerk, Store, Tablet


class NotAmongThem(Invalid):
    code = "article_not_bought"
    words = _("This article stands on none of these purchases.")


class NoneLeft(Conflict):
    code = "all_came_back"
    words = _("Every one of these is on the return already, or came back before.")


class CannotComeBack(Conflict):
    code = "not_returnable"


def of_line(
    *,
    order: Order,
    line_id: int,
    store: Store,
    at: datetime,
    tablet: Tablet | None = None,
    clerk: Clerk | None = None,
) -> CustomerReturn:
    """Return a new draft of the order's return, with one unit of the tapped line if it may."""
    draft = returns.begin(order=order, store=store, tablet=tablet, clerk=clerk, at=at)
    if history.of_order(order, now=at).may_return_line(line_id):
        returns.choose(draft=draft, choices=[Choice(order_line_id=line_id, units=1)])
    return draft


def of_gift(
    *,
    slip: Slip,
    store: Store,
    at: datetime,
    tablet: Tablet | None = None,
    clerk: Clerk | None = None,
) -> CustomerReturn:
    """
    Return a new draft that begins with a gift receipt: nobody's name, and no price is shown.

    Raises:
        slips.UnknownCode: it is none, or leads there no more.
    """
    if not slip.is_gift or slip.order is None or slip.expires_at <= at:
        raise slips.UnknownCode()
    return CustomerReturn.objects.create(
        order=slip.order,
        store=store,
        tablet=tablet,
        clerk=clerk,
        proof=CustomerReturn.Proof.GIFT,
        currency=slip.order.currency,
        created_at=at,
    )


def again(
    *,
    found: CustomerReturn,
    store: Store,
    at: datetime,
    tablet: Tablet | None = None,
    clerk: Clerk | None = None,
) -> CustomerReturn:
    """Return a new draft of what a cancelled return brought, by the same proof, as a refund."""
    draft = CustomerReturn.objects.create(
        customer=found.customer,
        via=found.via,
        order=found.order,
        store=store,
        tablet=tablet,
        clerk=clerk,
        proof=found.proof,
        currency=found.currency,
        created_at=at,
    )
    for joined in found.joined.select_related("order"):
        proofs.join(draft=draft, order=joined.order, at=at)
    choices = [
        replace(choice, resolution="REFUND", replacement_id=None, replacements=())
        for choice in returns.choices_of(found)
    ]
    returns.choose(draft=draft, choices=choices)
    return draft


def join(*, draft: CustomerReturn, order: Order, at: datetime) -> None:
    """Let another purchase come back on the draft; raises what `proofs.join` raises."""
    proofs.join(draft=draft, order=order, at=at)


def scan(*, draft: CustomerReturn, product: Product, at: datetime) -> OrderLine:
    """
    Choose one unit more of a scanned article, and return the line it was bought on.

    It is looked for on the draft's orders first; a customer's other purchases of it join.

    Raises:
        NotAmongThem: it was not bought on them.
        NoneLeft: every unit is chosen or came back.
        CannotComeBack: by no right any more, in the words of the policy.
    """
    ours = _bought(draft, product, at)
    found = _with_room(draft, ours) or _elsewhere(draft, product, at)
    if found is None:
        raise _refusal(ours)
    if found.line.order_id not in proofs.of(draft):
        proofs.join(draft=draft, order=found.line.order, at=at)
    returns.choose(draft=draft, choices=_one_more(draft, found.line))
    return found.line


def bought_by(customer: Customer, product: Product, *, now: datetime) -> list[PurchaseLine]:
    """Return the customer's purchases of the article, what may still come back first."""
    lines = history.of_product(product, orders=Order.objects.filter(customer=customer), now=now)
    return sorted(lines, key=lambda line: not line.may_return)


def bought_on(order: Order, product: Product, *, now: datetime) -> list[PurchaseLine]:
    """Return the order's lines of the article, what may still come back first."""
    lines = history.of_product(product, orders=Order.objects.filter(pk=order.pk), now=now)
    return sorted(lines, key=lambda line: not line.may_return)


def _bought(draft: CustomerReturn, product: Product, at: datetime) -> list[PurchaseLine]:
    orders = Order.objects.filter(pk__in=proofs.of(draft))
    return history.of_product(product, orders=orders, now=at)


def _elsewhere(draft: CustomerReturn, product: Product, at: datetime) -> PurchaseLine | None:
    if draft.customer is None or draft.proof != CustomerReturn.Proof.PURCHASE:
        return None
    others = [
        line
        for line in bought_by(draft.customer, product, now=at)
        if line.line.order.currency == draft.currency
    ]
    return _with_room(draft, others)


def _with_room(draft: CustomerReturn, lines: Sequence[PurchaseLine]) -> PurchaseLine | None:
    chosen = {choice.order_line_id: choice.units for choice in returns.choices_of(draft)}
    return next(
        (
            line
            for line in lines
            if line.may_return and chosen.get(line.line.pk, 0) < line.left_units
        ),
        None,
    )


def _refusal(lines: Sequence[PurchaseLine]) -> Conflict | Invalid:
    if not lines:
        return NotAmongThem()
    if any(line.may_return or not line.left_units for line in lines):
        return NoneLeft()
    return CannotComeBack(lines[0].decision.sentence)


def _one_more(draft: CustomerReturn, line: OrderLine) -> list[Choice]:
    choices = returns.choices_of(draft)
    for place, choice in enumerate(choices):
        if choice.order_line_id == line.pk:
            choices[place] = replace(choice, units=choice.units + 1)
            return choices
    return [*choices, Choice(order_line_id=line.pk, units=1)]
