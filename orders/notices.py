"""
Notices: an approver is woken by e-mail and web push, with ids and words only.

The rows are written in the transaction that asks; they are sent later, outside of any, claimed so
that two workers send nothing twice, tried again with longer and longer breaks, and dropped once
nobody need decide any more.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from omnistore import outgoing, words
from orders import approvers
from orders.models import CustomerReturn, Review, ReviewNotice
from stores import pushes
from stores.models import Clerk, User

logger = logging.getLogger(__name__)

Channel = ReviewNotice.Channel
State = ReviewNotice.State
# Seconds before the next attempt.
BREAKS = (10, 30, 120, 600, 1800, 3600, 3600)
# A worker that died with a claimed notice lets it go again after so long.
LEASE = timedelta(seconds=60)
# The push service knows the browser no more.
GONE = (404, 410)


def write(found: CustomerReturn, *, route: str, asked_by: Clerk | None, at: datetime) -> None:
    """
    Write a notice for every approver and channel; called inside the transaction that asks.

    The first attempt waits for who may stand beside the tablet (`OMNISTORE_REVIEW_GRACE_SECONDS`).
    """
    users = approvers.from_afar(found.store, route=route, asked_by=asked_by)
    first = at + timedelta(seconds=settings.OMNISTORE_REVIEW_GRACE_SECONDS)
    common = {"customer_return": found, "route": route, "created_at": at, "next_at": first}
    rows = []
    for user in users.prefetch_related("push_subscriptions"):
        if user.email:
            rows.append(ReviewNotice(user=user, channel=Channel.EMAIL, **common))
        rows += [
            ReviewNotice(user=user, channel=Channel.PUSH, subscription=browser, **common)
            for browser in user.push_subscriptions.all()
            if browser.ended_at is None and pushes.is_on()
        ]
    ReviewNotice.objects.bulk_create(rows)


def send_due(*, at: datetime, most: int = 50) -> int:
    """Send what is due and return how many notices went out. Calls the network."""
    due = ReviewNotice.objects.filter(state=State.WAITING, next_at__lte=at).order_by("next_at")
    rows = due.select_related("customer_return__store", "user__clerk", "subscription")
    return sum(_send(notice, at) for notice in rows[:most] if _claim(notice, at))


def _claim(notice: ReviewNotice, at: datetime) -> bool:
    mine = ReviewNotice.objects.filter(
        pk=notice.pk, state=State.WAITING, attempts=notice.attempts, next_at=notice.next_at
    )
    claimed = mine.update(attempts=F("attempts") + 1, next_at=at + LEASE)
    notice.attempts += 1
    return bool(claimed)


def _send(notice: ReviewNotice, at: datetime) -> bool:
    reviews = list(_open(notice))
    if not reviews:
        _end(notice, State.DROPPED)
        return False
    language = notice.user.clerk.language if _has_clerk(notice.user) else settings.LANGUAGE_CODE
    with translation.override(language):
        is_mail = notice.channel == Channel.EMAIL
        failure = _mail(notice, reviews) if is_mail else _push(notice, reviews, at)
    if not failure:
        _end(notice, State.SENT, sent_at=at)
        return True
    logger.warning("notices: not sent notice=%s failure=%s", notice.pk, failure)
    if failure.startswith("gone") or notice.attempts > len(BREAKS):
        _end(notice, State.FAILED, failure=failure)
    else:
        pause = timedelta(seconds=BREAKS[notice.attempts - 1])
        _end(notice, State.WAITING, failure=failure, next_at=at + pause)
    return False


def _open(notice: ReviewNotice) -> list[Review]:
    rows = notice.customer_return.reviews.filter(state=Review.State.OPEN, route=notice.route)
    return list(rows.order_by("due_at"))


def _end(notice: ReviewNotice, state: str, **fields: object) -> None:
    ReviewNotice.objects.filter(pk=notice.pk).update(state=state, **fields)


def _has_clerk(user: User) -> bool:
    return getattr(user, "clerk", None) is not None


def _mail(notice: ReviewNotice, reviews: list[Review]) -> str:
    """Send the mail; return a code when it did not go out."""
    mail = EmailMessage(_title(notice), _body(notice, reviews), to=[notice.user.email])
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        return type(error).__name__[:40]
    return ""


def _push(notice: ReviewNotice, reviews: list[Review], at: datetime) -> str:
    """Wake the browser; return a code when it did not work, `gone…` when it never will."""
    browser = notice.subscription
    if browser is None or browser.ended_at is not None:
        return "gone"
    content = {
        "title": _title(notice),
        "body": _where_and_how_much(notice, reviews),
        "url": page(notice.customer_return),
        "tag": str(notice.customer_return_id),
    }
    try:
        answer = pushes.send(browser, content)
    except (outgoing.Forbidden, outgoing.Away) as error:
        return type(error).__name__[:40]
    if answer.status in GONE:
        pushes.end(browser, at=at)
        return f"gone {answer.status}"
    return "" if 200 <= answer.status < 300 else f"answered {answer.status}"


def page(found: CustomerReturn) -> str:
    """Return the path of the page on which it is decided."""
    return reverse("orders:decision", args=[found.pk])


def _title(notice: ReviewNotice) -> str:
    return _("Return %(number)s: please decide") % {"number": notice.customer_return.number}


def _where_and_how_much(notice: ReviewNotice, reviews: list[Review]) -> str:
    worth = sum({review.order_line_id: review.amount for review in reviews}.values())
    store = notice.customer_return.store
    amount = words.money(worth, notice.customer_return.currency)
    return f"{store.name if store else ''} · {amount}"


def _body(notice: ReviewNotice, reviews: list[Review]) -> str:
    until = {"moment": words.moment(reviews[0].due_at)}
    lines = [
        _where_and_how_much(notice, reviews),
        _("An answer is waited for until %(moment)s.") % until,
        f"{settings.PUBLIC_URL}{page(notice.customer_return)}",
    ]
    return "\n\n".join(lines) + "\n"
