"""
Submissions: a return goes to a person before it is taken, and comes back from him.

What is submitted has its number and keeps its units: nobody else can bring them back meanwhile.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict
from orders import grants, numbers, proofs, questions, quotes, returns, reviews, unproven
from orders.models import CustomerReturn, ReturnLine
from orders.questions import Question
from orders.quotes import Quote
from stores.models import Clerk

State = CustomerReturn.State


class NothingToAsk(Conflict):
    code = "nothing_to_ask"
    words = _("Nobody has to be asked: this return can be taken.")


class NoStore(Conflict):
    code = "no_store"
    words = _("This return is of no store: nobody can be asked.")


class AskedAndAnswered(Conflict):
    code = "asked_and_answered"
    words = _("A person has decided this already.")


def submit(*, draft: CustomerReturn, at: datetime, clerk: Clerk | None = None) -> CustomerReturn:
    """
    Ask people what the rules leave to them; a draft submitted already is given back unchanged.

    Raises:
        NothingToAsk: the return can be taken as it is.
        TooManyUnits, ReasonMissing, …: what no person's answer mends.
    """
    with transaction.atomic():
        locked = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if locked.state == State.NEEDS_REVIEW:
            return locked
        if not locked.is_draft:
            raise returns.DraftGone()
        _submit(locked, clerk, at)
    return locked


def ask_again(*, found: CustomerReturn, at: datetime, clerk: Clerk | None = None) -> CustomerReturn:
    """
    Let a person look at what ended for want of an answer: a machine's no is never final.

    Raises:
        AskedAndAnswered: a person has said no, or it did not end so.
        TooManyUnits, …: it came back otherwise meanwhile.
    """
    with transaction.atomic():
        locked = CustomerReturn.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if locked.state == State.NEEDS_REVIEW:
            return locked
        ended = reviews.current(locked)
        if locked.state != State.REFUSED or any(one.is_refused for one in ended) or not ended:
            raise AskedAndAnswered()
        _submit(locked, clerk, at)
    return locked


def _submit(locked: CustomerReturn, clerk: Clerk | None, at: datetime) -> None:
    ask = _asked_without_receipt if locked.is_unproven else _asked
    asked, currency = ask(locked, at)
    if not asked:
        raise NothingToAsk()
    _number(locked, currency, clerk, at)
    reviews.open_for(locked, asked, asked_by=clerk, at=at)


def _asked_without_receipt(locked: CustomerReturn, at: datetime) -> tuple[list[Question], str]:
    """Keep what the articles are worth; return what a person is asked (rules.md 1.7)."""
    worth = unproven.value(locked, now=at)
    if worth.problem is not None and not worth.to_ask:
        raise worth.problem
    for line in worth.lines:
        line.line.amount, line.line.tax = line.amount, line.tax
    ReturnLine.objects.bulk_update([line.line for line in worth.lines], ["amount", "tax"])
    return worth.to_ask, worth.currency


def _asked(locked: CustomerReturn, at: datetime) -> tuple[list[Question], str]:
    """Keep what the lines are worth; return what a person is asked."""
    choices = returns.choices_of(locked)
    answer = quotes.draw_up(
        choices=choices,
        customer_id=locked.customer_id,
        now=at,
        grants=grants.of_choices(choices, draft=locked, at=at),
        is_locked=True,
        proof=locked.proof,
        return_id=locked.pk,
        proven=proofs.of(locked),
        pay_by=locked.pay_by,
    )
    others = [one for one in answer.problems if not isinstance(one, quotes.NotReturnable)]
    if others:
        raise others[0]
    _keep_amounts(locked, answer)
    return questions.of(answer), answer.currency


def _number(locked: CustomerReturn, currency: str, clerk: Clerk | None, at: datetime) -> None:
    if locked.store is None:
        raise NoStore()
    locked.clerk = clerk or locked.clerk
    locked.number = locked.number or numbers.following(locked.store, "R")
    locked.number_key = numbers.key(locked.number)
    locked.currency = currency
    locked.state, locked.submitted_at = State.NEEDS_REVIEW, at
    locked.save()


def _keep_amounts(locked: CustomerReturn, answer: Quote) -> None:
    worth = {line.choice.order_line_id: line for line in answer.lines}
    rows = list(locked.lines.filter(order_line_id__in=worth))
    for row in rows:
        line = worth[row.order_line_id or 0]
        row.amount, row.tax = line.amount, line.tax
    ReturnLine.objects.bulk_update(rows, ["amount", "tax"])
