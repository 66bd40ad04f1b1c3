"""
Unproven: what comes back without a receipt (rules.md 1.7).

The customer is known, each article is worth the least it cost in the policy's look-back, and the
money is store credit in his name. Limits per customer and period are the policy's; beyond them, or
where it has none, a human decides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from omnistore.errors import Conflict, Invalid, Refused
from omnistore.money import included_tax
from omnistore.outbox import events
from orders import dispositions, goods, grants, numbers, prices, proofs, questions, refunds
from orders.facts import ReturnAccepted
from orders.models import CustomerReturn, Level, PolicyVersion, Product, ReturnLine, Tender
from orders.policies import Case, CaseLine, Decision, PolicyBook, refusal, weigh
from orders.questions import Question
from orders.shares import Share
from stores.models import Clerk, Store, Tablet

RULE = "no_receipt"
MOST_LINES = 50
MOST_UNITS = 100


class NotGoods(Invalid):
    code = "not_goods"
    words = gettext_lazy("A service or charge, nothing to bring back.")


class NotAUnitCount(Invalid):
    code = "not_a_unit_count"
    words = gettext_lazy("A number of units is a whole number, one or more.")


class CurrenciesDiffer(Invalid):
    code = "currencies_differ"
    words = gettext_lazy("These articles cost different currencies: take one return for each.")


class Unsaid(Invalid):
    code = "reason_missing"
    words = gettext_lazy("Say of each article why it comes back, and in which condition.")


class NothingYet(Invalid):
    code = "nothing_chosen"
    words = gettext_lazy("Scan what comes back first.")


class HumanNeeded(Refused):
    """`level` and `rule` say who may overrule which rule."""

    code = "not_returnable"


class WorthChanged(Conflict):
    code = "quote_changed"
    words = gettext_lazy("The amounts have changed since you looked. Check them once more.")


@dataclass(frozen=True)
class Wanted:
    """Units of an article that come back without a receipt."""

    product_id: int
    units: int
    reason: str = ""
    reason_words: str = ""
    condition: str = ""


@dataclass(frozen=True)
class Worth:
    """An article of the draft with what its units are worth today, in minor units."""

    line: ReturnLine
    unit_price: int
    amount: int
    tax: int
    decision: Decision

    @property
    def is_said(self) -> bool:
        """Whether it is said why it comes back and how it is."""
        return bool(self.line.reason and self.line.condition)


@dataclass(frozen=True)
class Valuation:
    """What the customer would be given as store credit."""

    currency: str
    lines: Sequence[Worth]

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def problem(self) -> Refused | None:
        """The first no, None when it may be taken."""
        if not self.lines:
            return NothingYet()
        if not all(line.is_said for line in self.lines):
            return Unsaid()
        no = next((line.decision for line in self.lines if not line.decision.may_return), None)
        return HumanNeeded(no.sentence, level=no.level, rule=no.rule) if no else None

    @property
    def to_ask(self) -> list[Question]:
        """What a person would have to decide, when nothing else stands in the way."""
        if not isinstance(self.problem, HumanNeeded):
            return []
        noes = [no for line in self.lines for no in line.decision.objections]
        rows = [line.line for line in self.lines]
        return questions.of_whole(noes, rows=rows, amount=self.total)


def begin(
    *,
    customer: Customer,
    store: Store,
    currency: str,
    at: datetime,
    clerk: Clerk | None = None,
    tablet: Tablet | None = None,
) -> CustomerReturn:
    """Return a new draft of a return without a receipt, of a customer who is known."""
    return CustomerReturn.objects.create(
        customer=customer,
        store=store,
        clerk=clerk,
        tablet=tablet,
        proof=CustomerReturn.Proof.NONE,
        currency=currency,
        created_at=at,
    )


def choose(*, draft: CustomerReturn, wanted: Iterable[Wanted]) -> None:
    """
    Keep in the draft what comes back so far.

    Raises:
        proofs.NoDraft: it was taken meanwhile.
        NotGoods, NotAUnitCount, CurrenciesDiffer: as they say.
    """
    rows = {one.product_id: one for one in wanted}
    if len(rows) > MOST_LINES or any(not 1 <= one.units <= MOST_UNITS for one in rows.values()):
        raise NotAUnitCount()
    with transaction.atomic():
        held = _locked(draft)
        if not held.is_draft:
            raise proofs.NoDraft()
        products = Product.objects.in_bulk(rows)
        if len(products) < len(rows) or any(not product.is_goods for product in products.values()):
            raise NotGoods()
        if any(product.currency != held.currency for product in products.values()):
            raise CurrenciesDiffer()
        ReturnLine.objects.filter(customer_return=held).delete()
        ReturnLine.objects.bulk_create(
            ReturnLine(
                customer_return=held,
                product=products[one.product_id],
                position=position,
                units=one.units,
                reason=one.reason,
                reason_words=one.reason_words,
                condition=one.condition,
            )
            for position, one in enumerate(rows.values(), 1)
        )


def wanted_in(draft: CustomerReturn) -> list[Wanted]:
    """Return what comes back by the draft so far."""
    return [
        Wanted(line.product_id, line.units, line.reason, line.reason_words, line.condition)
        for line in draft.lines.order_by("position")
    ]


def scan(*, draft: CustomerReturn, product: Product) -> None:
    """Let one unit more of a scanned article come back; raises what `choose` raises."""
    wanted = wanted_in(draft)
    for place, one in enumerate(wanted):
        if one.product_id == product.pk:
            more = Wanted(
                one.product_id, one.units + 1, one.reason, one.reason_words, one.condition
            )
            wanted[place] = more
            break
    else:
        wanted.append(Wanted(product.pk, 1))
    choose(draft=draft, wanted=wanted)


def value(draft: CustomerReturn, *, now: datetime) -> Valuation:
    """Return what the draft is worth, without changing anything; what people granted counts."""
    granted = grants.of_whole(draft)
    lines = list(draft.lines.select_related("product").order_by("position"))
    book = PolicyBook.read()
    policies = {
        line.pk: book.at(now, store_id=draft.store_id, product=line.product) for line in lines
    }
    least = _least(lines, policies, now)
    entries = [
        CaseLine(
            line=None,
            decision=_yes(policies[line.pk], granted),
            amount=least[line.pk] * line.units,
            policy=policies[line.pk],
            goes=lambda no: no.rule in granted,
        )
        for line in lines
    ]
    case = Case(
        lines=entries,
        currency=draft.currency,
        now=now,
        customer_id=draft.customer_id,
        is_vip=bool(draft.customer and draft.customer.is_vip),
        return_id=draft.pk,
    )
    return Valuation(
        currency=draft.currency,
        lines=[
            Worth(
                line=line,
                unit_price=least[line.pk],
                amount=entry.amount,
                tax=included_tax(entry.amount, line.product.tax_rate),
                decision=decision,
            )
            for line, entry, decision in zip(lines, entries, weigh(case), strict=True)
        ],
    )


def take(
    *,
    draft: CustomerReturn,
    at: datetime,
    clerk: Clerk | None = None,
    agreed_total: int | None = None,
) -> CustomerReturn:
    """
    Take the return: goods received, store credit given in the customer's name; once, as ever.

    Raises:
        NothingYet, Unsaid, HumanNeeded: see `Valuation.problem`.
        WorthChanged: it is no longer worth what was shown.
        NoLongerFits: it is no longer worth what a person approved.
    """
    with transaction.atomic():
        taken = _locked(draft)
        if not taken.is_draft:
            return taken
        # His limits count what he brought before: two tablets wait for each other here.
        held = Customer.objects.select_for_update(no_key=True, of=("self",))
        list(held.filter(returns=taken))
        valuation = value(taken, now=at)
        if problem := valuation.problem:
            raise problem
        if agreed_total not in (None, valuation.total):
            raise WorthChanged()
        _settle(taken, valuation, clerk, at)
        grants.use_whole(taken, amount=valuation.total, at=at)
    return taken


def _locked(draft: CustomerReturn) -> CustomerReturn:
    rows = CustomerReturn.objects.select_for_update(of=("self",))
    return rows.select_related("customer", "store").get(
        pk=draft.pk, proof=CustomerReturn.Proof.NONE
    )


def _least(
    lines: Sequence[ReturnLine], policies: Mapping[int, PolicyVersion | None], now: datetime
) -> dict[int, int]:
    """Return the least a unit of each line cost in its policy's look-back, by the line's id."""
    by_days: dict[int, list[ReturnLine]] = {}
    for line in lines:
        by_days.setdefault(_look_back(policies[line.pk]), []).append(line)
    found: dict[int, int] = {}
    for days, ones in by_days.items():
        costs = prices.lowest([line.product for line in ones], now=now, days=days)
        found |= {line.pk: costs[line.product_id] for line in ones}
    return found


def _look_back(policy: PolicyVersion | None) -> int:
    rules = policy.rules if policy else []
    return next((int(rule["look_back_days"]) for rule in rules if rule["rule"] == RULE), 0)


def _yes(policy: PolicyVersion | None, granted: Collection[str]) -> Decision:
    """Return the announced yes, or a human's question where nothing was announced."""
    is_announced = policy is not None and any(rule["rule"] == RULE for rule in policy.rules)
    if is_announced or RULE in granted:
        right = ReturnLine.Right.POLICY if is_announced else ReturnLine.Right.GESTURE
        return Decision(right, None, _("store credit at the lowest recent price"), policy)
    return refusal(RULE, level=Level.APPROVER, policy=policy)


def _settle(taken: CustomerReturn, valuation: Valuation, clerk: Clerk | None, at: datetime) -> None:
    store = taken.store
    if store is None:
        raise refunds.NoRegister()
    taken.clerk = clerk or taken.clerk
    taken.number = taken.number or numbers.following(store, "R")
    taken.number_key = numbers.key(taken.number)
    taken.state, taken.goods = CustomerReturn.State.RECEIVED, CustomerReturn.Goods.FULLY
    taken.submitted_at = taken.received_at = at
    if not valuation.total:
        taken.state, taken.settled_at = CustomerReturn.State.SETTLED, at
    taken.save()
    lines = [_written(worth, store) for worth in valuation.lines]
    received = goods.in_hand(lines, store=store, clerk=taken.clerk, at=at)
    events.record(_fact(taken, valuation, store), at=at)
    if valuation.total:
        credit = Share(None, valuation.total, Tender.STORE_CREDIT)
        refunds.ask(taken, [credit], register=None, at=at)
    goods.to_shelf(received, number=taken.number, at=at)


def _written(worth: Worth, store: Store) -> ReturnLine:
    line = worth.line
    line.policy, line.right = worth.decision.policy, worth.decision.right
    # Where it was sold nobody knows: it counts as sold where it came back.
    line.sold_in = line.restocked_in = store
    line.received_units, line.amount, line.tax = line.units, worth.amount, worth.tax
    line.disposition = dispositions.of(line.condition, line.reason)
    line.save()
    return line


def _fact(taken: CustomerReturn, valuation: Valuation, store: Store) -> ReturnAccepted:
    order_ids: list[UUID] = []
    return ReturnAccepted(
        customer_id=taken.customer_id,
        store_code=store.code,
        return_id=taken.pk,
        number=taken.number or "",
        order_ids=order_ids,
        amount=valuation.total,
        currency=valuation.currency,
        # Its lines stand for lines of orders, and there are none.
        lines=[],
    )
