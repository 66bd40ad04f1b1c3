"""
Grants: which rules people have overruled for the lines of a return, as it stands.

A decision is bound to what was shown: with other units, another reason or another amount it is
another return, and the grant fits no more. Approvals given before the visit count once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders import questions
from orders.models import (
    Allowance,
    CustomerReturn,
    Order,
    OrderLine,
    Review,
    ReviewEntry,
)
from orders.policies import LIMITS, RULES
from orders.quotes import Choice, Quote
from stores.models import User

Grant = tuple[int, str]
# What an approval beforehand overrules: every rule, never a fee.
OVERRULABLE = tuple(rule for rule in (*RULES, *LIMITS, "no_policy") if rule != "fee")
LONGEST = timedelta(days=366)


class NoLongerFits(Conflict):
    code = "approval_no_longer_fits"
    words = _("The amount is no longer what was approved. Ask once more.")


class AllowanceUsed(Conflict):
    code = "allowance_used"
    words = _("This approval was used meanwhile, in another return.")


class WhyMissing(Invalid):
    code = "allowance_why_missing"
    words = _("Say why.")


class NotThatLong(Invalid):
    code = "allowance_not_that_long"
    words = _("An approval beforehand ends within a year, and not in the past.")


class NotOfThisOrder(Invalid):
    code = "line_of_another_order"
    words = _("This line is of another order.")


def of_choices(
    choices: Iterable[Choice], *, draft: CustomerReturn | None, at: datetime
) -> frozenset[Grant]:
    """
    Return the chosen order lines with the rules that were overruled for them, as `draw_up` takes.

    Only what still is as it was shown counts. Without a draft it is one that is begun now.
    """
    rows = {choice.order_line_id: choice for choice in choices}
    beforehand = _beforehand(rows, begun_at=draft.created_at if draft else at, at=at)
    return frozenset(beforehand | (_as_shown(draft, rows) if draft else set()))


def of_whole(found: CustomerReturn) -> frozenset[str]:
    """Return the rules that people have overruled for the return as a whole, as it stands."""
    return frozenset(review.rule for review in _approved_whole(found))


def use_whole(taken: CustomerReturn, *, amount: int, at: datetime) -> None:
    """
    Write down on which decisions a return without a receipt was taken, inside its transaction.

    Raises:
        NoLongerFits: it is worth something else than what was approved.
    """
    used = _approved_whole(taken)
    if any(review.amount != amount for review in used):
        raise NoLongerFits()
    _write_used(used, taken, at)


def use(taken: CustomerReturn, answer: Quote, *, at: datetime) -> None:
    """
    Write down on which decisions the return was taken; called inside its transaction.

    Raises:
        NoLongerFits: a line is worth something else than what was approved.
        AllowanceUsed: an approval beforehand went into another return meanwhile.
    """
    lines = {line.line.pk: line for line in answer.lines if not line.decision.is_legal}
    as_shown = {line_id: questions.shown(line.choice) for line_id, line in lines.items()}
    used = [one for one in _approved(taken) if one.shown == as_shown.get(one.order_line_id or 0)]
    for review in used:
        if review.amount != lines[review.order_line_id or 0].amount:
            raise NoLongerFits(order_line_id=review.order_line_id)
    _write_used(used, taken, at)
    decided = {review.order_line_id for review in used}
    _use_allowances(taken, [line_id for line_id in lines if line_id not in decided], at)


def allow(
    *,
    order: Order,
    order_line: OrderLine | None = None,
    words: str,
    until: datetime,
    user: User,
    at: datetime,
) -> Allowance:
    """
    Let lines of the order come back once in spite of a rule, before the customer comes.

    Raises:
        WhyMissing, NotThatLong, NotOfThisOrder: what was given cannot be.
    """
    words = " ".join(words.split())[:300]
    if not words:
        raise WhyMissing()
    if not at < until <= at + LONGEST:
        raise NotThatLong()
    if order_line is not None and order_line.order_id != order.pk:
        raise NotOfThisOrder()
    return Allowance.objects.create(
        order=order, order_line=order_line, given_by=user, words=words, given_at=at, until=until
    )


@transaction.atomic
def revoke(*, allowance: Allowance, at: datetime) -> None:
    """Take an approval back that was not used yet; raises `AllowanceUsed`. Twice is once."""
    unused = Allowance.objects.filter(pk=allowance.pk, used_in=None)
    if not unused.exists():
        raise AllowanceUsed()
    unused.filter(revoked_at=None).update(revoked_at=at)


def _as_shown(found: CustomerReturn, rows: Mapping[int, Choice]) -> set[Grant]:
    """Return what people approved about lines that are as they were shown."""
    as_shown = {line_id: questions.shown(row) for line_id, row in rows.items()}
    return {
        (line_id, review.rule)
        for review in _approved(found)
        if (line_id := review.order_line_id or 0) in rows and review.shown == as_shown[line_id]
    }


def _beforehand(rows: Collection[int], *, begun_at: datetime, at: datetime) -> set[Grant]:
    return {
        (line_id, rule)
        for allowance in _allowances(list(rows), begun_at, at)
        for line_id in _lines_of(allowance, rows)
        for rule in OVERRULABLE
    }


def _approved(found: CustomerReturn) -> Sequence[Review]:
    # What people were asked about has its number since then.
    if not found.number:
        return []
    return list(found.reviews.filter(state=Review.State.APPROVED, order_line__isnull=False))


def _approved_whole(found: CustomerReturn) -> Sequence[Review]:
    whole = found.reviews.filter(state=Review.State.APPROVED, order_line__isnull=True)
    reviews = list(whole)
    if not reviews:
        return []
    shown = questions.shown_whole(found.lines.all())
    return [review for review in reviews if review.shown == shown]


def _write_used(used: Iterable[Review], taken: CustomerReturn, at: datetime) -> None:
    ReviewEntry.objects.bulk_create(
        ReviewEntry(review=review, what=ReviewEntry.What.USED, clerk=taken.clerk, at=at)
        for review in used
    )


def _allowances(line_ids: Sequence[int], begun_at: datetime, at: datetime) -> Iterable[Allowance]:
    orders = OrderLine.objects.filter(pk__in=line_ids).values("order")
    # Beforehand: given before the return was begun.
    return Allowance.objects.filter(
        order__in=orders,
        used_in=None,
        revoked_at=None,
        until__gt=at,
        given_at__lt=begun_at,
    ).order_by("until")


def _lines_of(allowance: Allowance, rows: Collection[int]) -> list[int]:
    if allowance.order_line_id:
        return [line_id for line_id in rows if line_id == allowance.order_line_id]
    of_order = OrderLine.objects.filter(order=allowance.order_id).values_list("pk", flat=True)
    return [line_id for line_id in of_order if line_id in rows]


def _use_allowances(taken: CustomerReturn, line_ids: Sequence[int], at: datetime) -> None:
    if not line_ids:
        return
    for allowance in list(_allowances(line_ids, taken.created_at, at)):
        if not _lines_of(allowance, line_ids):
            continue
        unused = Allowance.objects.filter(pk=allowance.pk, used_in=None, revoked_at=None)
        if not unused.update(used_in=taken, used_at=at):
            raise AllowanceUsed()
