"""
Reviews: a person decides what the rules leave to him, on exactly what he was shown.

Every verb locks the return first: a decision, a withdrawal, the end of the time and the return's
taking wait for each other, and the second finds what the first made of it. A machine never refuses
for good: when nobody answers in time the return ends kindly and can be asked about again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from omnistore.hints import telling
from omnistore.outbox import events
from orders import approvers, notices
from orders.approvers import Approver
from orders.facts import ReviewDecided, ReviewOpened
from orders.models import CustomerReturn, Level, Review, ReviewEntry
from orders.policies import Notice
from orders.policies.words import in_each_language
from orders.questions import Question, shown
from orders.quotes import Quote, QuotedLine
from stores.models import Clerk, Store

State = Review.State
Route = Review.Route
Fallback = Review.Fallback
How = Review.How
What = ReviewEntry.What
MOST_WORDS = 300
# What was answered and never taken leaves the list after so long.
FORGOTTEN = timedelta(days=3)


class NotOpen(Conflict):
    code = "review_not_open"
    words = _("This was decided or taken back meanwhile. Look at it once more.")


class CannotBeApproved(Conflict):
    code = "review_cannot_be_approved"
    words = _("Nobody may overrule this rule: say why, in words for the customer.")


class WordsMissing(Invalid):
    code = "review_words_missing"
    words = _("Say why, in words for the customer.")


def open_for(
    found: CustomerReturn, questions: Iterable[Question], *, asked_by: Clerk | None, at: datetime
) -> list[Review]:
    """
    Open a review for each question and let the approvers be woken.

    Called inside the transaction that submits the return, which holds its lock.
    """
    reviews = Review.objects.bulk_create(
        _review(found, question, asked_by, at) for question in questions
    )
    _log(reviews, What.ASKED, at=at, clerk=asked_by)
    for review in reviews:
        events.record(_opened(review, found), at=at)
    for route in sorted({review.route for review in reviews}):
        notices.write(found, route=route, asked_by=asked_by, at=at)
    telling.after_commit(telling.store(found.store_id))
    return reviews


def decide(
    *,
    found: CustomerReturn,
    review_ids: Sequence[UUID],
    approver: Approver,
    is_approved: bool,
    words: str = "",
    how: str,
    at: datetime,
) -> CustomerReturn:
    """
    Let the approver say yes or no to these open reviews of the return, all of them or none.

    `words` are for the customer and needed for a no.

    Raises:
        NotOpen: one of them is decided already, or taken back.
        NotYoursToDecide, AskedBySelf, ForHeadOffice: see `approvers.check`.
        CannotBeApproved: a yes to what nobody may overrule.
        WordsMissing: a no without words.
    """
    words = " ".join(words.split())[:MOST_WORDS]
    with transaction.atomic():
        locked = _locked(found.pk)
        reviews = list(_open_of(locked).filter(pk__in=review_ids))
        if not reviews or len(reviews) != len(set(review_ids)):
            raise NotOpen()
        for review in reviews:
            approvers.check(approver, review, locked)
            if is_approved and not review.may_be_approved:
                raise CannotBeApproved()
        if not is_approved and not words:
            raise WordsMissing()
        state = State.APPROVED if is_approved else State.REFUSED
        for review in reviews:
            _end(review, locked, state, how=how, words=words, approver=approver, at=at)
        conclude(locked)
    return locked


def withdraw(*, found: CustomerReturn, clerk: Clerk | None, at: datetime) -> CustomerReturn:
    """
    Take back what was asked and is still open; the return is a draft again.

    Raises:
        NotOpen: everything was decided meanwhile.
    """
    with transaction.atomic():
        locked = _locked(found.pk)
        reviews = list(_open_of(locked))
        if not reviews:
            raise NotOpen()
        for review in reviews:
            approver = Approver(clerk=clerk)
            _end(review, locked, State.WITHDRAWN, how="", words="", approver=approver, at=at)
        locked.state = CustomerReturn.State.DRAFT
        locked.save(update_fields=["state"])
    return locked


def look(*, found: CustomerReturn, approver: Approver, at: datetime) -> None:
    """Write down that the approver looked at the evidence, once for each open review."""
    with transaction.atomic():
        locked = _locked(found.pk)
        mine = {"what": What.SEEN, "clerk": approver.clerk, "user": approver.user}
        seen = ReviewEntry.objects.filter(review__customer_return=locked, **mine)
        unseen = list(_open_of(locked).exclude(pk__in=seen.values("review_id")))
        _log(unseen, What.SEEN, at=at, clerk=approver.clerk, user=approver.user)


def end_due(*, at: datetime, most: int = 100) -> int:
    """
    Let the fallback speak where the time is up; return how many reviews that were.

    Safe to call from several workers at once: each return is looked at again under its lock.
    """
    due = Review.objects.filter(state=State.OPEN, due_at__lte=at).order_by("due_at")
    returns = list(dict.fromkeys(due.values_list("customer_return_id", flat=True)[:most]))
    return sum(_end_due_of(return_id, at) for return_id in returns)


def current(found: CustomerReturn) -> list[Review]:
    """Return the reviews of the return as it was submitted last, open ones and decided ones."""
    asked = found.reviews.exclude(kind=Review.Kind.LEGAL_NOTICE)
    if found.submitted_at is not None:
        asked = asked.filter(asked_at__gte=found.submitted_at)
    return list(
        asked.select_related("decided_by_clerk", "decided_by_user", "order_line__product").order_by(
            "asked_at", "order_line_id", "rule"
        )
    )


def waiting_in(store: Store, *, now: datetime) -> QuerySet[CustomerReturn]:
    """Return the store's returns that wait for a person or, just answered, for the counter."""
    is_asked = Q(state=CustomerReturn.State.NEEDS_REVIEW)
    is_answered = Q(
        state=CustomerReturn.State.DRAFT, number__isnull=False, submitted_at__gte=now - FORGOTTEN
    )
    return (
        CustomerReturn.objects.filter(is_asked | is_answered, store=store)
        .select_related("customer", "order", "store", "clerk")
        .order_by("submitted_at")
    )


def asked_about() -> QuerySet[CustomerReturn]:
    """Return all returns that wait for a person's answer, who asked first before the others."""
    return CustomerReturn.objects.filter(state=CustomerReturn.State.NEEDS_REVIEW).order_by(
        "submitted_at"
    )


def conclude(locked: CustomerReturn) -> None:
    """
    Give the return the state that its answers make, once all are there.

    It is a draft again, to be taken on what was approved and without what was not. When nothing
    else is in it, or a program asked, a no ends it: refused.
    """
    asked = current(locked)
    if locked.state != CustomerReturn.State.NEEDS_REVIEW or any(one.is_open for one in asked):
        return
    without = {one.order_line_id for one in asked if one.is_refused or one.is_expired}
    # A no without a line is about all of it.
    is_whole = None in without
    others = locked.lines.exclude(order_line_id__in=without - {None})
    is_alone = is_whole or locked.api_key_id is not None or not others.exists()
    is_over = bool(without) and is_alone
    locked.state = CustomerReturn.State.REFUSED if is_over else CustomerReturn.State.DRAFT
    locked.save(update_fields=["state"])


def announce(taken: CustomerReturn, answer: Quote, *, at: datetime) -> None:
    """
    Tell a person of what comes back by law though a limit was reached; nothing waits for him.

    Called inside the transaction that takes the return (rules.md 1.6).
    """
    told = Review.objects.bulk_create(
        _announcement(taken, line, notice, at)
        for line in answer.lines
        for notice in line.decision.notices
        if line.decision.is_legal
    )
    _log(told, What.ANNOUNCED, at=at)


def _locked(return_id: UUID) -> CustomerReturn:
    rows = CustomerReturn.objects.select_for_update(of=("self",)).select_related("store")
    return rows.get(pk=return_id)


def _open_of(found: CustomerReturn) -> QuerySet[Review]:
    return found.reviews.filter(state=State.OPEN).order_by("pk")


def _review(
    found: CustomerReturn, question: Question, asked_by: Clerk | None, at: datetime
) -> Review:
    route = approvers.route_of(
        amount=question.amount,
        is_beyond_the_store=question.is_beyond_the_store,
        store=found.store,
        asked_by=asked_by,
    )
    return Review(
        customer_return=found,
        order_line_id=question.order_line_id,
        asked_by=asked_by,
        kind=question.kind,
        rule=question.rule,
        level=question.level,
        sentences=question.sentences,
        evidence=dict(question.evidence),
        units=question.units,
        amount=question.amount,
        currency=found.currency,
        shown=question.shown,
        route=route,
        fallback=settings.OMNISTORE_REVIEW_FALLBACK,
        asked_at=at,
        due_at=at + time_for(route),
    )


def _announcement(taken: CustomerReturn, line: QuotedLine, notice: Notice, at: datetime) -> Review:
    return Review(
        customer_return=taken,
        order_line=line.line,
        kind=Review.Kind.LEGAL_NOTICE,
        state=State.ANNOUNCED,
        rule=notice.rule,
        level=Level.AUTOMATIC,
        sentences=in_each_language(notice.rule, notice.evidence, notice.own),
        evidence=dict(notice.evidence),
        units=line.choice.units,
        amount=line.amount,
        currency=taken.currency,
        shown=shown(line.choice),
        route=Route.STORE,
        fallback=Fallback.REFUSE_KINDLY,
        asked_at=at,
        due_at=at,
    )


def time_for(route: str) -> timedelta:
    """Return how long whom it goes to has for an answer."""
    if route == Route.HEAD_OFFICE:
        return timedelta(hours=settings.OMNISTORE_REVIEW_HOURS)
    return timedelta(minutes=settings.OMNISTORE_REVIEW_MINUTES)


def _end(
    review: Review,
    found: CustomerReturn,
    state: str,
    *,
    how: str,
    words: str,
    approver: Approver,
    at: datetime,
) -> None:
    review.state, review.how, review.words, review.decided_at = state, how, words, at
    if state in (State.APPROVED, State.REFUSED):
        review.decided_by_clerk, review.decided_by_user = approver.clerk, approver.user
    review.save()
    said = {"how": how, "words": words, "clerk": approver.clerk, "user": approver.user}
    _log([review], What(state), at=at, **said)
    events.record(_decided(review, found), at=at)
    telling.after_commit(telling.store(found.store_id))


def _end_due_of(return_id: UUID, at: datetime) -> int:
    with transaction.atomic():
        locked = _locked(return_id)
        due = list(_open_of(locked).filter(due_at__lte=at))
        passed_on = [review for review in due if not _fall_back(review, locked, at)]
        if passed_on:
            _pass_on(passed_on, locked, at)
        conclude(locked)
    return len(due)


def _fall_back(review: Review, found: CustomerReturn, at: datetime) -> bool:
    """End the review as its fallback says, or return False: head office is to be asked."""
    is_small = review.amount <= settings.OMNISTORE_REVIEW_SMALL and review.may_be_approved
    if review.fallback == Fallback.APPROVE_SMALL and is_small:
        state, how = State.APPROVED, How.FALLBACK
    elif review.is_for_head_office or review.fallback == Fallback.REFUSE_KINDLY:
        state, how = State.EXPIRED, How.FALLBACK
    else:
        return False
    _end(review, found, state, how=how, words="", approver=Approver(), at=at)
    return True


def _pass_on(reviews: Sequence[Review], found: CustomerReturn, at: datetime) -> None:
    for review in reviews:
        review.route, review.due_at = Route.HEAD_OFFICE, at + time_for(Route.HEAD_OFFICE)
        review.save(update_fields=["route", "due_at"])
    _log(reviews, What.ESCALATED, at=at)
    asked_by = next((review.asked_by for review in reviews if review.asked_by), None)
    notices.write(found, route=Route.HEAD_OFFICE, asked_by=asked_by, at=at)


def _log(reviews: Iterable[Review], what: str, *, at: datetime, **said: object) -> None:
    ReviewEntry.objects.bulk_create(
        ReviewEntry(review=review, what=what, at=at, **said) for review in reviews
    )


def _opened(review: Review, found: CustomerReturn) -> ReviewOpened:
    return ReviewOpened(
        customer_id=found.customer_id,
        store_code=found.store.code if found.store else "",
        review_id=review.pk,
        return_id=found.pk,
        number=found.number or "",
        kind=review.kind,
        rule=review.rule,
        level=review.level,
        amount=review.amount,
        currency=review.currency,
        due_at=review.due_at,
    )


def _decided(review: Review, found: CustomerReturn) -> ReviewDecided:
    return ReviewDecided(
        customer_id=found.customer_id,
        store_code=found.store.code if found.store else "",
        review_id=review.pk,
        return_id=found.pk,
        number=found.number or "",
        kind=review.kind,
        rule=review.rule,
        state=review.state,
        how=review.how,
    )
