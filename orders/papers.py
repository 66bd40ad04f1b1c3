"""
Papers: what stands on a slip, in words, before anybody draws it as a page or as a PDF.

A gift receipt is made of names and numbers of units only: no amount ever comes near it, so none
can be shown (rules.md 1.8). No paper has the customer's name on it, but what he himself declared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from omnistore.words import dated, moment, money, percent
from omnistore.words import day as day_of
from orders import declarations, history, policies, slips, squares
from orders.models import (
    CustomerReturn,
    Declaration,
    Order,
    OrderLine,
    Refund,
    ReturnLine,
    Slip,
    Withdrawal,
)
from orders.squares import Square
from stores.models import Store

# So many letters and digits of a code are read in one breath.
GROUP = 4
LINE_OF_WITHDRAWAL = (
    "order_line__product",
    "order_line__order__store",
    "order_line__paid_by__store",
)


@dataclass(frozen=True)
class Row:
    """A line of a paper: what, more about it, and how much."""

    name: str
    words: str = ""
    amount: str = ""
    is_strong: bool = False


@dataclass(frozen=True)
class Block:
    """Rows that belong together, under a title."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Paper:
    """A slip to be read: where, what, how much, and the code that leads back to it."""

    title: str
    number: str
    made: str
    sender: Sequence[str]
    blocks: Sequence[Block]
    notes: Sequence[str]
    code: str
    # Where a phone opens it, if the square is to lead there: up to the #, behind which the code is.
    opens_at: str = ""

    @property
    def square(self) -> Square:
        return squares.of(self.opens_at + self.code)

    @property
    def code_in_groups(self) -> str:
        """The code as one reads it out."""
        starts = range(0, len(self.code), GROUP)
        return " ".join(self.code[start : start + GROUP] for start in starts)

    @property
    def file_name(self) -> str:
        """A name for its file: ASCII letters, digits and dashes."""
        return "-".join(filter(None, (self.number, self.title))).encode("ascii", "ignore").decode()


def of(slip: Slip, *, store: Store | None, now: datetime, opens_at: str = "") -> Paper:
    """
    Return what stands on the slip, in the language of the moment.

    `store` is where it is printed; its address stands on what no store sold. A phone has none.
    `opens_at` is the address of the phone's page: whoever reads the square then gets there.

    Raises:
        KeyGone: see `slips.code_of`.
    """
    code = slips.code_of(slip)
    return replace(_drawn(slip, store, code, now), opens_at=opens_at)


def of_declared(declared: Declaration) -> Paper:
    """
    Return what a customer takes along of a return that he prepared: no price, and no name.

    Raises:
        KeyGone: see `declarations.code_of`.
    """
    draft = declared.customer_return
    order = draft.order
    return Paper(
        title=_("Prepared return"),
        number=order.number if order and not draft.is_gift else "",
        made=_("good until %(day)s") % {"day": day_of(declared.expires_at)},
        sender=sender(order.store if order else None),
        blocks=[Block(_("To bring along"), _to_bring(draft))],
        notes=[
            _("Show this code in any of our shops: one scan opens your return."),
            _("Nothing is decided before you are there, and you may change your mind."),
        ],
        code=declarations.code_of(declared),
    )


def of_withdrawal(withdrawal: Withdrawal, declared: Declaration) -> Paper:
    """
    Return the acknowledgement of a withdrawal: what was declared, by whom, when, and what follows.

    Raises:
        KeyGone: see `declarations.code_of`.
    """
    order, said_at = withdrawal.order, dated(withdrawal.declared_at)
    lines = list(withdrawal.lines.select_related(*LINE_OF_WITHDRAWAL).order_by("pk"))
    on = localtime(withdrawal.declared_at).date()
    until = min(policies.sent_back_by(line.order_line, on) for line in lines)
    articles = [
        Row(_units(line.units, line.order_line.product.name), line.order_line.product.variant)
        for line in lines
    ]
    by = [(_("Declared by"), withdrawal.name), (_("Acknowledgement to"), withdrawal.email)]
    return Paper(
        title=_("Acknowledgement of your withdrawal"),
        number=order.number,
        made=said_at,
        sender=sender(order.store),
        blocks=[
            Block(_("You withdraw from the purchase of"), articles),
            Block("", [Row(name, words) for name, words in by if words]),
        ],
        notes=[
            _("We received this declaration on %(moment)s.") % {"moment": said_at},
            _("Bring or send the articles back until %(day)s.") % {"day": day_of(until)},
            _("We refund you within fourteen days, the way you paid, once the articles are here."),
            _("Show this code in any of our shops: one scan opens your return."),
        ],
        code=declarations.code_of(declared),
    )


def _to_bring(draft: CustomerReturn) -> list[Row]:
    lines = draft.lines.select_related("product").order_by("position")
    return [Row(_units(line.units, line.product.name), line.product.variant) for line in lines]


def _drawn(slip: Slip, store: Store | None, code: str, now: datetime) -> Paper:
    if slip.order is not None:
        maker = _gift if slip.is_gift else _receipt
        return maker(slip.order, slip.order.store or store, code, now)
    if slip.customer_return is None:
        raise ValueError("a slip of nothing")
    return _return(slip.customer_return, slip.customer_return.store or store, code)


def sender(store: Store | None) -> list[str]:
    """Return the shop's address, line by line; nothing of no shop."""
    if store is None:
        return []
    city = " ".join(filter(None, (store.postcode, store.city)))
    return [line for line in (store.name, store.street, city) if line]


def _gift(order: Order, store: Store | None, code: str, now: datetime) -> Paper:
    chosen = history.given(history.of_order(order, now=now))
    return Paper(
        title=_("Gift receipt"),
        number="",
        made=day_of(order.placed_at),
        sender=sender(store),
        blocks=[Block("", [_given(line) for line in chosen])],
        notes=[
            _("Bring it back with this slip: it is exchanged, or you get store credit for it."),
            _("The legal guarantee of conformity lasts two years from delivery."),
        ],
        code=code,
    )


def _given(line: history.PurchaseLine) -> Row:
    until = line.decision.until if line.decision.may_return else None
    back = _("can come back until %(day)s") % {"day": day_of(until)} if until else ""
    about = filter(None, (line.line.product.variant, back))
    return Row(_units(line.line.quantity, line.line.product.name), " · ".join(about))


def _receipt(order: Order, store: Store | None, code: str, now: datetime) -> Paper:
    lines = list(order.lines.select_related("product").order_by("position"))
    paid = [
        Row(payment.get_tender_display().capitalize(), "", money(payment.amount, order.currency))
        for payment in order.payments.order_by("pk")
    ]
    return Paper(
        title=_("Receipt"),
        number=order.number,
        made=moment(order.placed_at),
        sender=sender(store),
        blocks=[
            Block("", [_sold(line, order.currency) for line in lines]),
            Block("", [_total(_("Paid"), order.total, order.currency), *paid]),
            Block(_("Tax included"), _taxes(lines, order.currency)),
        ],
        notes=[_("The legal guarantee of conformity lasts two years from delivery.")],
        code=code,
    )


def _return(taken: CustomerReturn, store: Store | None, code: str) -> Paper:
    lines = list(history.lines_of(taken))
    exchange = getattr(taken, "exchange", None)
    brought = [_brought(line, taken) for line in lines]
    blocks = [Block(_("Came back"), [*brought, *_adjusted(taken)])]
    notes = []
    if exchange is not None and exchange.order is not None:
        replaced = list(exchange.order.lines.select_related("product").order_by("position"))
        blocks.append(_handed_over(taken, exchange.order, replaced))
        notes.append(_("What was handed over can come back as the first article could."))
    refunds = _refunds(taken)
    if not taken.is_gift:
        blocks.append(_money(taken, lines, refunds))
        blocks.append(Block(_("Tax within what came back"), _taxes_back(lines, taken.currency)))
    if any(refund.is_asked for refund in refunds):
        notes.append(
            _("The money goes back the way it came; a bank may take some days to show it.")
        )
    notes.append(_("The legal guarantee of conformity lasts two years from delivery."))
    return Paper(
        title=_("Exchange slip") if exchange is not None else _("Return slip"),
        number=taken.number or "",
        made=moment(taken.submitted_at),
        sender=sender(store),
        blocks=[block for block in blocks if block.rows],
        notes=notes,
        code=code,
    )


def _brought(line: ReturnLine, taken: CustomerReturn) -> Row:
    order = line.order_line.order if line.order_line else None
    bought = (
        _("from %(number)s of %(day)s") % {"number": order.number, "day": day_of(order.placed_at)}
        if order and not taken.is_gift
        else ""
    )
    about = (line.product.variant, line.get_right_display() if line.right else "", bought)
    return Row(
        _units(line.units, line.product.name),
        " · ".join(filter(None, about)),
        "" if taken.is_gift else money(line.amount, taken.currency),
    )


def _adjusted(taken: CustomerReturn) -> list[Row]:
    """Return the fees, and what promotions take or give back; none where no price is shown."""
    if taken.is_gift:
        return []
    return [
        Row(
            one.label or str(one.get_kind_display()).capitalize(),
            "",
            money(one.amount, taken.currency),
        )
        for one in taken.adjustments.order_by("position")
    ]


def _handed_over(taken: CustomerReturn, order: Order, lines: Sequence[OrderLine]) -> Block:
    rows = [
        Row(
            _units(line.quantity, line.product.name),
            line.product.variant,
            "" if taken.is_gift else money(line.total, order.currency),
        )
        for line in lines
    ]
    return Block(_("Handed over instead, receipt %(number)s") % {"number": order.number}, rows)


def _money(taken: CustomerReturn, lines: Sequence[ReturnLine], refunds: Sequence[Refund]) -> Block:
    if not refunds:
        worth = sum(line.amount for line in lines)
        return Block("", [_total(_("Worth of what came back"), worth, taken.currency)])
    total = sum(refund.amount for refund in refunds)
    rows = [
        Row(
            refund.get_tender_display().capitalize(),
            str(refund.get_state_display()),
            money(refund.amount, refund.currency),
        )
        for refund in refunds
    ]
    return Block("", [_total(_("Refund"), total, taken.currency), *rows])


def _refunds(taken: CustomerReturn) -> list[Refund]:
    """Return the shares of the money; one that goes another way stands there as that one."""
    plan = getattr(taken, "refund_plan", None)
    if plan is None:
        return []
    return list(plan.refunds.exclude(state=Refund.State.REROUTED).order_by("position"))


def _sold(line: OrderLine, currency: str) -> Row:
    return Row(
        _units(line.quantity, line.product.name), line.product.variant, money(line.total, currency)
    )


def _taxes(lines: Iterable[OrderLine], currency: str) -> list[Row]:
    return _by_rate(((line.tax_rate, line.tax) for line in lines), currency)


def _taxes_back(lines: Iterable[ReturnLine], currency: str) -> list[Row]:
    rated = (
        (line.order_line.tax_rate if line.order_line else line.product.tax_rate, line.tax)
        for line in lines
    )
    return _by_rate(rated, currency)


def _by_rate(rated: Iterable[tuple[Decimal, int]], currency: str) -> list[Row]:
    """Return the sum of taxes for each rate, the highest first; none where none was charged."""
    sums: dict[Decimal, int] = {}
    for rate, tax in rated:
        sums[rate] = sums.get(rate, 0) + tax
    return [
        Row(percent(rate), "", money(tax, currency))
        for rate, tax in sorted(sums.items(), reverse=True)
        if tax
    ]


def _total(name: str, minor: int, currency: str) -> Row:
    return Row(name, "", money(minor, currency), is_strong=True)


def _units(units: int, name: str) -> str:
    return f"{units} × {name}"
