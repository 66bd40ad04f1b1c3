"""
Notices of opinions: a store's managers are told by e-mail what a customer said should be read.

The mail says which return or sale and which score; the words are read on the tablet. It is claimed
by moving its time, so that of two workers one sends it; one that fails is tried again for a day.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from customers import mailing
from orders import approvers
from orders.models import Opinion, Review
from stores.models import User

logger = logging.getLogger(__name__)
# The next attempt, also of a worker that died.
BREAK = timedelta(minutes=10)
GIVEN_UP = timedelta(days=1)


def send_due(*, at: datetime, most: int = 50) -> int:
    """Mail what is due; return of how many opinions was told. Calls the network."""
    due = Opinion.objects.filter(notice_at__lte=at).order_by("notice_at")
    rows = due.select_related("store", "customer_return", "order")
    return sum(_tell(said, at) for said in rows[:most] if _claim(said, at))


def _claim(said: Opinion, at: datetime) -> bool:
    mine = Opinion.objects.filter(pk=said.pk, notice_at=said.notice_at)
    return bool(mine.update(notice_at=at + BREAK))


def _tell(said: Opinion, at: datetime) -> bool:
    is_over = said.answered_at is None or said.answered_at <= at - GIVEN_UP
    managers = [] if is_over or not mailing.is_on() else _managers(said)
    failed = [manager.pk for manager in managers if not _mail(said, manager)]
    if not failed:
        Opinion.objects.filter(pk=said.pk, notice_at=at + BREAK).update(notice_at=None)
    return bool(managers) and not failed


def _managers(said: Opinion) -> list[User]:
    found = approvers.from_afar(said.store, route=Review.Route.STORE, asked_by=None)
    return list(found.exclude(email="").select_related("clerk")) if said.store else []


def _mail(said: Opinion, manager: User) -> bool:
    with translation.override(manager.clerk.language):
        mail = EmailMessage(_title(said), _body(said), to=[manager.email])
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        logger.warning("opinions: not told opinion=%s failure=%s", said.pk, type(error).__name__)
        return False
    return True


def _title(said: Opinion) -> str:
    marks = {"score": said.score, "highest": said.marks.highest}
    return _("A customer said how it was: %(score)s out of %(highest)s") % marks


def _body(said: Opinion) -> str:
    about = f"{said.store.name if said.store else ''} · {said.number}"
    lines = [about]
    if said.comment:
        lines.append(_("There is a comment to read on the tablet."))
    if said.wants_call:
        lines.append(_("The customer would like to be called."))
    lines.append(f"{settings.PUBLIC_URL}{reverse('orders:opinions')}")
    return "\n\n".join(lines) + "\n"
