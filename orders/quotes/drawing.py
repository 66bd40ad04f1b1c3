"""Draw a quote up: judge the lines, then fees, promotions, the difference, and who is paid what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from orders import adjustments, bills, exchanges, promotions, proofs, refunds
from orders.adjustments import Adjusted, Credited
from orders.bills import Bill, Credit
from orders.models import CustomerReturn, OrderLine
from orders.policies import Case, PolicyBook
from orders.quotes.judging import Grant, Rules, Taken, quote_lines, weighed, worth
from orders.quotes.refusals import (
    CurrenciesDiffer,
    NotAUnitCount,
    NothingChosen,
    NotOfThisReturn,
    OrderOfAnotherCustomer,
)
from orders.quotes.rows import Choice, Quote, QuotedLine
from orders.shares import as_gift, cash_last
from orders.units import with_returned
from stores.models import Store

# A register's slip has an end, and so has a clerk's patience.
MOST_LINES = 200


@dataclass(frozen=True)
class Known:
    """What the same request has read already: lines as `lines_for` returns them, the policies."""

    lines: Mapping[int, OrderLine]
    book: PolicyBook


def draw_up(
    *,
    choices: Iterable[Choice],
    customer_id: UUID | None,
    now: datetime,
    grants: Collection[Grant] = (),
    pay_by: str = "",
    proof: str = "",
    return_id: UUID | None = None,
    is_locked: bool = False,
    proven: frozenset[UUID] = frozenset(),
    store: Store | None = None,
    known: Known | None = None,
) -> Quote:
    """
    Return what the customer would get back, without changing anything.

    Each line has its amount, tax included, its share of the tax, its right or its problem; lines
    of several orders may stand together. `grants` are the rules that humans have overruled, by
    order line; `pay_by` is the means the customer prefers to those that paid; `return_id` is the
    return itself, not counted among the customer's earlier ones; `proven` are the orders that were
    shown one by one (`proofs.of`), `proof` the draft's: by a gift receipt all money is store
    credit of who brings it. With a `store`, whose customer stands there, what is taken instead
    has to be available. What is `known` is not read again. With `is_locked` the order lines and
    payments are locked first: only `take` asks for that, inside its transaction.

    Raises:
        NothingChosen, NotAUnitCount: no choice at all, or units below one.
        NotOfThisReturn: a line that does not exist, or twice the same.
        OrderOfAnotherCustomer, CurrenciesDiffer: lines that cannot stand together.
    """
    choices = checked(choices)
    if not choices:
        raise NothingChosen()
    lines = _known(choices, known) or lines_for(choices, is_locked=is_locked)
    _check_together(lines.values(), customer_id, proven)
    rules = Rules(known.book if known else PolicyBook.read(), grants, now, proof)
    taken = Taken.read(choices)
    quoted = quote_lines([worth(one, lines[one.order_line_id]) for one in choices], taken, rules)
    currency = next(iter(lines.values())).order.currency
    case = Case([], currency, now, customer_id, return_id=return_id)
    quoted = weighed(quoted, rules, case, taken)
    answer = Quote(currency=currency, lines=quoted, refunds=[], problem=taken.problem(store))
    if [problem for problem in answer.problems if problem is not answer.problem]:
        return answer
    answer = replace(answer, adjustments=_adjustments(quoted, is_locked=is_locked))
    answer = replace(answer, bill=_bill(answer, taken))
    if answer.problem:
        return answer
    try:
        planned = refunds.plan(_due(answer), is_locked=is_locked)
    except refunds.MoreThanPaid as problem:
        return replace(answer, problem=problem)
    givers = _givers(answer, proof)
    given = [share for share in planned if givers is None or share.is_paid_by(givers)]
    others = [share for share in planned if share not in given]
    gifts = as_gift(given, is_named=customer_id is not None)
    return replace(answer, refunds=cash_last([*gifts, *refunds.preferred(others, pay_by)]))


def _givers(answer: Quote, proof: str) -> frozenset[UUID] | None:
    """
    Return the orders whose payments were somebody else's, of what a gift receipt paid for.

    None: all of them, the gift receipt itself is shown (rules.md 1.8).
    """
    if proof == CustomerReturn.Proof.GIFT:
        return None
    gifts = [quoted.line for quoted in answer.lines if quoted.line.is_from_gift]
    paid = exchanges.contributions_to(gifts)
    payers = {payer for rows in paid.values() for payer, _ in rows}
    payers |= {line.payer_id for line in gifts}
    return frozenset(payers - {line.order_id for line in gifts})


def checked(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices as a list; raises `NotAUnitCount` or `NotOfThisReturn`, see `draw_up`."""
    checked = list(choices)
    if len(checked) > MOST_LINES or len({c.order_line_id for c in checked}) < len(checked):
        raise NotOfThisReturn()
    # Beyond this no line has units, and a database no column.
    if any(not 1 <= choice.units <= 1_000_000 for choice in checked):
        raise NotAUnitCount()
    return checked


def lines_for(choices: Sequence[Choice], *, is_locked: bool = False) -> dict[int, OrderLine]:
    """Return the chosen lines by id, knowing their units; raises `NotOfThisReturn`."""
    ids = [choice.order_line_id for choice in choices]
    if is_locked:
        # In one order everywhere, or two returns over the same lines would wait for each other.
        list(
            OrderLine.objects.select_for_update(no_key=True)
            .filter(pk__in=ids)
            .order_by("pk")
            .values_list("pk")
        )
    lines = promotions.known_on(with_returned(OrderLine.objects.filter(pk__in=ids)))
    lines = lines.select_related("order__store", "product").prefetch_related("paid_by__store")
    found = {line.pk: line for line in lines}
    if len(found) < len(choices):
        raise NotOfThisReturn()
    return found


def _known(choices: Iterable[Choice], known: Known | None) -> dict[int, OrderLine]:
    """Return the chosen lines when all of them are known, else nothing."""
    ids = {choice.order_line_id for choice in choices}
    if known is None or not ids <= known.lines.keys():
        return {}
    return {line_id: known.lines[line_id] for line_id in ids}


def _check_together(
    lines: Iterable[OrderLine], customer_id: UUID | None, proven: frozenset[UUID]
) -> None:
    orders = {line.order_id: line.order for line in lines}.values()
    if not proofs.are_together(orders, customer_id, proven):
        raise OrderOfAnotherCustomer()
    if len({order.currency for order in orders}) > 1:
        raise CurrenciesDiffer()


def _adjustments(quoted: Iterable[QuotedLine], *, is_locked: bool) -> list[Adjusted]:
    return adjustments.of(
        [
            Credited(
                line=line.line,
                units=line.leaving_units,
                amount=line.leaving_amount,
                right=line.decision.right,
                fees=line.decision.fees,
            )
            for line in quoted
            if line.leaving_units
        ],
        is_locked=is_locked,
    )


def _bill(answer: Quote, taken: Taken) -> Bill:
    paid_from = exchanges.contributions_to([quoted.line for quoted in answer.lines])
    credits = [
        Credit(
            line=quoted.line,
            units=quoted.choice.units,
            amount=quoted.amount,
            tax=quoted.tax,
            sources=bills.sources_of(
                quoted.line, paid_from.get(quoted.line.pk, ()), units=quoted.choice.units
            ),
            wanted=quoted.choice.wanted,
        )
        for quoted in answer.lines
    ]
    return bills.draw_up(credits, taken.products, adjustments.by_order(answer.adjustments))


def _due(answer: Quote) -> Mapping[UUID, int]:
    return answer.bill.due if answer.bill else {}
