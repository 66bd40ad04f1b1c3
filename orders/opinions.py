"""
Opinions: what customers answered when they were asked how it was.

The link in the message carries a code and nothing else; the code is opaque, expires, is used once
and made of our key, so that another page (a receipt) may lead to the same question. Who holds it
may answer, and learns nothing. Opening it changes nothing; a POST answers.
"""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Avg, Case, Count, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, Evidence, Identifier
from omnistore.errors import Refused
from omnistore.outbox import events
from omnistore.tokens import fingerprint
from omnistore.words import MINUS, percent
from orders.facts import SatisfactionAnswered
from orders.models import CustomerReturn, Opinion, Scale
from orders.models.opinions import MARKS
from stores.models import Clerk, Store

logger = logging.getLogger(__name__)
# How long an answer is taken.
LIFE = timedelta(days=14)
# Of one finger that taps twice, the second tap is told what the first was.
SAME_TAP = timedelta(minutes=1)
# A comment is of use to who reads it soon; the score stays.
KEPT = timedelta(days=3 * 365)
# How long the shop's own list goes back.
SHOWN = timedelta(days=90)
CODE_BYTES = 16
HUNDREDTH = Decimal("0.01")


class NoSuchLink(Refused):
    """Forged, expired, used, or of somebody who was erased: it never says which."""

    status = 404
    code = "no_such_link"
    words = _("This link leads nowhere, or no longer.")


class Figures(NamedTuple):
    """
    What the answers of one store on one scale come to; `store` is empty for sales without one.

    Unit:     `mean` in marks of the scale; `well` a ratio from 0 to 1; `nps` from -100 to 100, None
              on other scales. Where nobody answered there is no row.
    Formula:  mean = sum of scores / answers; well = answers from `Marks.high` on / answers; nps =
              100 × (answers of 9 and 10 − answers of 0 to 6) / answers.
    Source:   `orders_opinion`, by `answered_at`.
    """

    store: str
    scale: str
    answers: int
    mean: Decimal
    well: Decimal
    nps: int | None

    @property
    def highest(self) -> int:
        return MARKS[self.scale].highest

    @property
    def name(self) -> str:
        return str(Scale(self.scale).label)

    @property
    def headline(self) -> str:
        """The one figure that people compare: NPS with its sign, else how many in a hundred."""
        if self.nps is not None:
            return f"{self.nps:+d}".replace("-", MINUS) if self.nps else "0"
        return percent(self.well)


def put(**fields: Any) -> tuple[Opinion, str]:
    """Return a question as it is put, and the code that answers it, in the caller's transaction."""
    asked = Opinion(**fields)
    code = _code(asked.pk, settings.ENCRYPTION_KEYS[0])
    asked.code_hash = fingerprint(code)
    asked.save(force_insert=True)
    return asked, code


def address(code: str) -> str:
    """Return the address of the page on which the code's question is answered."""
    return settings.PUBLIC_URL + reverse("orders:opinion", args=[code])


def link(asked: Opinion) -> str:
    """Return the address for another page that may lead to it; empty: its key is gone."""
    codes = (_code(asked.pk, secret) for secret in settings.ENCRYPTION_KEYS)
    return next((address(code) for code in codes if fingerprint(code) == asked.code_hash), "")


def find(code: str) -> Opinion | None:
    """Return what the code was given out for, answered or not; None: we never gave it out."""
    found = Opinion.objects.select_related("customer", "customer_return", "order", "store")
    return found.filter(code_hash=fingerprint(code)).first()


def is_open(asked: Opinion, *, at: datetime) -> bool:
    """Whether it may still be answered."""
    is_waiting = asked.answered_at is None and at < asked.expires_at
    return is_waiting and asked.customer.erased_at is None


def may_be_called(customer: Customer) -> bool:
    """Whether the store has a number to call him at."""
    held = Evidence.objects.filter(customer=customer, ended_at=None)
    return held.filter(
        identifier__kind=Identifier.Kind.PHONE, identifier__is_blocked=False
    ).exists()


def answer(
    *, asked: Opinion, score: int, comment: str = "", wants_call: bool = False, at: datetime
) -> None:
    """
    Take the customer's answer, once, and tell of it without his words.

    The same answer within a minute is the same finger: nothing happens.

    Raises:
        NoSuchLink: it was answered, has expired, or the customer was erased.
    """
    comment = comment.strip()
    with transaction.atomic():
        # Whoever erases him locks him too: a comment never outlives the erasure.
        people = Customer.objects.select_for_update(of=("self",), no_key=True)
        asked.customer = people.get(pk=asked.customer_id)
        asked.refresh_from_db(fields=["answered_at", "score", "comment", "wants_call"])
        if not is_open(asked, at=at):
            if _is_same_tap(asked, (score, comment, wants_call), at):
                return
            logger.warning("An opinion came by a link that is no longer good opinion=%s", asked.pk)
            raise NoSuchLink()
        asked.score, asked.comment, asked.wants_call = score, comment, wants_call
        asked.answered_at = at
        asked.notice_at = at if asked.is_low or comment or wants_call else None
        asked.save(update_fields=["score", "comment", "wants_call", "answered_at", "notice_at"])
        events.record(_answered(asked), at=at)


def for_store(store: Store, *, at: datetime) -> QuerySet[Any]:
    """
    Return what customers said of the store lately, what is to be read first, low scores first.

    Each has `rank`: 0 is low and not read, 1 is not read and has words or wants a call, 2 is read
    or has nothing to read.
    """
    not_read = Q(read_at__isnull=True)
    low = Q(pk__in=[])
    for scale, marks in MARKS.items():
        low |= Q(scale=scale, score__lte=marks.low)
    rank = Case(
        When(not_read & low, then=Value(0)),
        When(not_read & (~Q(comment="") | Q(wants_call=True)), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    said = Opinion.objects.filter(store=store, answered_at__gt=at - SHOWN)
    joined: QuerySet[Any] = said.select_related("customer_return", "order", "read_by").annotate(
        rank=rank
    )
    return joined.order_by("rank", "-answered_at")


def waiting_in(store: Store, *, at: datetime) -> QuerySet[Any]:
    """Return those of the store that somebody should read."""
    return for_store(store, at=at).filter(rank__lt=2)


def read(*, opinion_id: UUID, store: Store, clerk: Clerk, at: datetime) -> None:
    """Note that the store has read it; the first who did stays noted."""
    mine = Opinion.objects.filter(pk=opinion_id, store=store, answered_at__isnull=False)
    mine.filter(read_at=None).update(read_at=at, read_by=clerk, notice_at=None)


def latest_of(customer: Customer) -> Opinion | None:
    """Return what the customer answered last."""
    said = Opinion.objects.filter(customer=customer, answered_at__isnull=False)
    return said.select_related("store", "customer_return", "order").order_by("-answered_at").first()


def of_return(taken: CustomerReturn) -> Opinion | None:
    """Return what was answered about the return."""
    said = Opinion.objects.filter(customer_return=taken, answered_at__isnull=False)
    return said.select_related("store", "customer_return", "order").first()


def figures(said: QuerySet[Opinion]) -> Sequence[Figures]:
    """Return what the answered ones among these come to, by store and scale, in one query."""
    high, low = Q(pk__in=[]), Q(pk__in=[])
    for scale, marks in MARKS.items():
        high |= Q(scale=scale, score__gte=marks.high)
        low |= Q(scale=scale, score__lte=marks.low)
    rows = (
        said.filter(answered_at__isnull=False)
        .order_by()
        .values("store__name", "scale")
        .annotate(
            answers=Count("pk"),
            mean=Avg("score"),
            high=Count("pk", filter=high),
            low=Count("pk", filter=low),
        )
    )
    return [_figures(row) for row in rows.order_by("store__name", "scale")]


def tidy(*, at: datetime) -> None:
    """Empty the comments that are older than `KEPT`."""
    Opinion.objects.filter(answered_at__lte=at - KEPT).exclude(comment="").update(comment="")


def _figures(row: Mapping[str, Any]) -> Figures:
    answers = row["answers"]
    balance = Decimal(100 * (row["high"] - row["low"])) / answers
    return Figures(
        store=row["store__name"] or "",
        scale=row["scale"],
        answers=answers,
        mean=Decimal(str(row["mean"])),
        well=(Decimal(row["high"]) / answers).quantize(HUNDREDTH),
        nps=round(balance) if row["scale"] == Scale.NPS else None,
    )


def _is_same_tap(asked: Opinion, said: tuple[int, str, bool], at: datetime) -> bool:
    if asked.answered_at is None or asked.customer.erased_at is not None:
        return False
    is_now = at - asked.answered_at < SAME_TAP
    return is_now and said == (asked.score, asked.comment, asked.wants_call)


def _answered(asked: Opinion) -> SatisfactionAnswered:
    return SatisfactionAnswered(
        customer_id=asked.customer_id,
        store_code=asked.store.code if asked.store else "",
        opinion_id=asked.pk,
        occasion=asked.occasion,
        scale=asked.scale,
        score=asked.score or 0,
        highest=asked.marks.highest,
        has_comment=bool(asked.comment),
        wants_call=asked.wants_call,
        return_id=asked.customer_return_id,
        order_id=asked.order_id,
        number=asked.number,
    )


def _code(opinion_id: UUID, secret: str) -> str:
    signed = salted_hmac("omnistore opinion", opinion_id.hex, secret=secret, algorithm="sha256")
    return urlsafe_b64encode(signed.digest()[:CODE_BYTES]).decode().rstrip("=")
