"""
What would last month's returns have been under other rules? Reads, decides again, changes nothing.

Both sides are judged alike: the rules in force now, and the same with the new version in its place.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from orders.bills import spread
from orders.models import (
    CustomerReturn,
    Level,
    OrderLine,
    Payment,
    PolicyVersion,
    ReturnLine,
    Tender,
)
from orders.policies.book import PolicyBook
from orders.policies.decisions import Decision
from orders.policies.limits import LIMITS, REFUNDED, Case, CaseLine, Earlier, weigh
from orders.policies.verdicts import decide

# What one reads while one waits; beyond, the page says what it left out.
MOST_LINES = 5_000
MOST_EARLIER = 50_000
MONTH = timedelta(days=30)
EXAMPLES = 3
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

AUTOMATIC, HUMAN, REFUSED = "AUTOMATIC", "HUMAN", "REFUSED"
OUTCOMES = (AUTOMATIC, HUMAN, REFUSED)


@dataclass
class Figure:
    """So many lines, worth so much by currency, in minor units."""

    lines: int = 0
    amounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, amount: int, currency: str) -> None:
        self.lines += 1
        self.amounts[currency] += amount


@dataclass(frozen=True)
class Example:
    """A return that would have gone otherwise, in numbers: no names."""

    number: str
    sku: str
    amount: int
    currency: str
    sentence: str


@dataclass
class Change:
    """Lines that would have gone another way than under the rules in force."""

    was: str
    becomes: str
    figure: Figure = field(default_factory=Figure)
    examples: list[Example] = field(default_factory=list)


@dataclass
class Preview:
    """
    What the lines of the last month's returns are under both sets of rules.

    `left_out` says why how many lines were not looked at.
    """

    start: datetime
    end: datetime
    lines: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    before: dict[str, Figure] = field(default_factory=lambda: {key: Figure() for key in OUTCOMES})
    after: dict[str, Figure] = field(default_factory=lambda: {key: Figure() for key in OUTCOMES})
    fees_before: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fees_after: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)


def preview(version: PolicyVersion, *, now: datetime) -> Preview:
    """
    Return what last month's returns would have been under `version`, saved or not.

    At most `MOST_LINES` lines, the latest; in five queries whatever their number.
    """
    shown = Preview(start=now - MONTH, end=now)
    in_force = _in_force(PolicyBook.read(), now)
    with_it = PolicyBook([*(v for v in in_force if _scope(v) != _scope(version)), _always(version)])
    found = _lines(shown)
    past = _Past(found, [*in_force, version], now)
    for rows in _by_return(found):
        before = _judged(rows, PolicyBook(in_force), past)
        after = _judged(rows, with_it, past)
        for row, was, becomes in zip(rows, before, after, strict=True):
            governs = with_it.in_force(_sold(row))
            if governs is not None and _scope(governs) == _scope(version):
                _count(shown, row, was, becomes)
            else:
                shown.left_out["SCOPE"] = shown.left_out.get("SCOPE", 0) + 1
    return shown


def outcome(decision: Decision) -> str:
    """Return whether it goes by itself, waits for a human, or is refused."""
    if decision.may_return:
        return AUTOMATIC
    return REFUSED if decision.level == Level.NOBODY else HUMAN


def _scope(version: PolicyVersion) -> tuple[int | None, str]:
    return version.store_id, version.product_class


def _always(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion(
        pk=version.pk,
        store_id=version.store_id,
        product_class=version.product_class,
        version=version.version or 0,
        rules=version.rules,
        start_at=ALWAYS,
    )


def _in_force(book: PolicyBook, now: datetime) -> list[PolicyVersion]:
    """Return the version of each scope that is in force now, as if it always had been."""
    latest = {_scope(version): version for version in book.versions if version.start_at <= now}
    return [_always(version) for version in latest.values()]


def _lines(shown: Preview) -> list[ReturnLine]:
    taken = ReturnLine.objects.filter(
        customer_return__submitted_at__gte=shown.start, customer_return__submitted_at__lte=shown.end
    ).exclude(customer_return__state=CustomerReturn.State.CANCELLED)
    counted = taken.aggregate(
        all=Count("pk"),
        imported=Count("pk", filter=Q(customer_return__is_historical=True)),
        unproven=Count("pk", filter=Q(order_line=None, customer_return__is_historical=False)),
    )
    usable = taken.filter(customer_return__is_historical=False, order_line__isnull=False)
    found = list(_joined(usable)[:MOST_LINES])
    shown.lines = len(found)
    beyond = counted["all"] - counted["imported"] - counted["unproven"] - len(found)
    left_out = {
        "IMPORTED": counted["imported"],
        "UNPROVEN": counted["unproven"],
        "BEYOND": beyond,
    }
    shown.left_out = {why: count for why, count in left_out.items() if count}
    return found


def _joined(lines: QuerySet[ReturnLine]) -> QuerySet[ReturnLine]:
    joined = lines.select_related(
        "customer_return__customer",
        "order_line__order__store",
        "order_line__product",
        "order_line__paid_by__store",
    )
    charged = Coalesce(Sum("replacements__amount"), 0)
    return joined.annotate(charged=charged).order_by(
        "-customer_return__submitted_at", "customer_return_id", "position"
    )


def _by_return(lines: Iterable[ReturnLine]) -> Iterable[list[ReturnLine]]:
    groups: dict[UUID, list[ReturnLine]] = {}
    for line in lines:
        groups.setdefault(line.customer_return_id, []).append(line)
    return groups.values()


class _Past:
    """What came before the month's returns, and what their receipts took in cash."""

    def __init__(
        self, lines: Sequence[ReturnLine], versions: Iterable[PolicyVersion], now: datetime
    ) -> None:
        rules = [rule for version in versions for rule in version.rules]
        self._days = max((r.get("days", 0) for r in rules if r["rule"] in LIMITS), default=0)
        customers = {line.customer_return.customer_id for line in lines} - {None}
        self._earlier = self._read(customers, now) if self._days else {}
        self._cash = self._captured(lines) if any(r["rule"] == "cash_limit" for r in rules) else {}

    def of(self, taken: CustomerReturn) -> list[Earlier]:
        """Return what the customer had brought back before this return."""
        at = _asked_at(taken)
        known = self._earlier.get(taken.customer_id, [])
        return [one for key, one in known if key != taken.pk and one.at <= at]

    def cash_of(self, rows: Iterable[ReturnLine]) -> int:
        payers = {_sold(row).payer_id for row in rows}
        return sum(self._cash.get(payer, 0) for payer in payers)

    def _read(
        self, customers: Iterable[UUID | None], now: datetime
    ) -> dict[UUID | None, list[tuple[UUID, Earlier]]]:
        start = now - MONTH - timedelta(days=self._days)
        rows = (
            CustomerReturn.objects.filter(
                customer_id__in=list(customers), submitted_at__gte=start, is_historical=False
            )
            .exclude(state__in=CustomerReturn.NOT_COUNTED)
            .annotate(
                refunded=REFUNDED,
                unproven=Count("lines", filter=Q(lines__order_line=None)),
            )
            .order_by("-submitted_at")
            .values_list("pk", "customer_id", "submitted_at", "refunded", "unproven", "currency")
        )
        earlier: dict[UUID | None, list[tuple[UUID, Earlier]]] = defaultdict(list)
        for key, customer_id, at, refunded, unproven, currency in rows[:MOST_EARLIER]:
            before = Earlier(at or start, refunded, bool(unproven), currency)
            earlier[customer_id].append((key, before))
        return earlier

    def _captured(self, lines: Iterable[ReturnLine]) -> dict[UUID, int]:
        payers = {_sold(line).payer_id for line in lines if not line.customer_return.customer_id}
        paid = Payment.objects.filter(order_id__in=payers, tender=Tender.CASH)
        return dict(paid.values_list("order_id").annotate(sum=Sum("amount")))


def _judged(rows: Sequence[ReturnLine], book: PolicyBook, past: _Past) -> list[Decision]:
    taken = rows[0].customer_return
    at = _asked_at(taken)
    lines = [
        _case_line(row, book, at, instead)
        for row, instead in zip(rows, _instead(rows), strict=True)
    ]
    case = Case(
        lines=lines,
        currency=taken.currency,
        now=at,
        customer_id=taken.customer_id,
        is_vip=bool(taken.customer and taken.customer.is_vip),
        return_id=taken.pk,
        earlier=past.of(taken),
        captured_cash=past.cash_of(rows),
    )
    return weigh(case)


def _instead(rows: Sequence[ReturnLine]) -> list[int]:
    """Return how much of each line paid for what was taken instead."""
    is_exchange = [row.resolution == ReturnLine.Resolution.EXCHANGE for row in rows]
    charged = sum(getattr(row, "charged", 0) for row in rows)
    return spread(charged, [row.amount for row in rows], is_exchange)


def _case_line(row: ReturnLine, book: PolicyBook, at: datetime, instead: int) -> CaseLine:
    line = _sold(row)
    decision = decide(
        line,
        reason=row.reason,
        condition=row.condition,
        book=book,
        now=at,
        worth=row.amount,
        proof=row.customer_return.proof,
        taken=instead,
        units=row.units,
    )
    return CaseLine(line, decision, row.amount, book.in_force(line), taken=instead)


def _count(shown: Preview, row: ReturnLine, was: Decision, becomes: Decision) -> None:
    currency = row.customer_return.currency
    shown.before[outcome(was)].add(row.amount, currency)
    shown.after[outcome(becomes)].add(row.amount, currency)
    shown.fees_before[currency] += sum(fee.amount for fee in was.fees)
    shown.fees_after[currency] += sum(fee.amount for fee in becomes.fees)
    key = (outcome(was), outcome(becomes))
    if key[0] == key[1]:
        return
    change = shown.changes.setdefault(key, Change(*key))
    change.figure.add(row.amount, currency)
    if len(change.examples) < EXAMPLES:
        change.examples.append(
            Example(
                number=row.customer_return.number or "",
                sku=_sold(row).product.sku,
                amount=row.amount,
                currency=currency,
                sentence=becomes.sentence,
            )
        )


def _sold(row: ReturnLine) -> OrderLine:
    assert row.order_line is not None
    return row.order_line


def _asked_at(taken: CustomerReturn) -> datetime:
    return taken.submitted_at or taken.created_at
