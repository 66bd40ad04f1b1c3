"""What the screens show of a return that a person decides: on the tablet, and on his own phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from omnistore.tokens import fingerprint
from omnistore.words import listed
from orders import approvers, reviews
from orders.approvers import Approver
from orders.models import CustomerReturn, ReturnLine, ReturnPhoto, Review
from orders.policies import words
from stores.models import Clerk, User

# So far back an approver is told how often the customer brought something.
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Asked:
    """A line of the return with what is asked about it; `along` are those asked about with it."""

    line: ReturnLine
    reviews: Sequence[Review]
    along: Sequence[ReturnLine] = ()
    photos: Sequence[ReturnPhoto] = ()

    @property
    def open(self) -> list[Review]:
        return [review for review in self.reviews if review.is_open]

    @property
    def is_open(self) -> bool:
        return bool(self.open)

    @property
    def may_be_approved(self) -> bool:
        return all(review.may_be_approved for review in self.open)

    @property
    def is_for_head_office(self) -> bool:
        return any(review.is_for_head_office for review in self.open)

    @property
    def evidence(self) -> list[tuple[str, str]]:
        """The figures of all its rules, each once, as people write them."""
        shown = {label: value for one in self.reviews for label, value in words.pairs(one.evidence)}
        return list(shown.items())


@dataclass(frozen=True)
class DecisionScreen:
    """A return that a person decides, with where it stands."""

    found: CustomerReturn
    asked: Sequence[Asked]
    others: Sequence[ReturnLine]
    managers: Sequence[Clerk]
    returns_in_a_year: int = 0

    @cached_property
    def reviews(self) -> list[Review]:
        return [review for asked in self.asked for review in asked.reviews]

    @property
    def open(self) -> list[Review]:
        return [review for review in self.reviews if review.is_open]

    @property
    def is_waiting(self) -> bool:
        return bool(self.open)

    @property
    def refused(self) -> list[Review]:
        return [review for review in self.reviews if review.is_refused]

    @property
    def is_over(self) -> bool:
        """Whether nobody answered in time: it can be asked again."""
        return any(review.is_expired for review in self.reviews) and not self.refused

    @property
    def due_at(self) -> datetime | None:
        return min((review.due_at for review in self.open), default=None)

    @property
    def total(self) -> int:
        """What the lines asked about are worth, in minor units."""
        return sum(line.amount for asked in self.asked for line in (asked.line, *asked.along))

    @property
    def who_looks(self) -> str:
        """Who is asked, by name when it is somebody of the store."""
        if any(review.is_for_head_office for review in self.open):
            return _("Head office")
        return listed(manager.name for manager in self.managers)

    @property
    def may_decide_here(self) -> bool:
        """Whether a manager beside the tablet could decide it by his PIN."""
        is_for_store = any(not review.is_for_head_office for review in self.open)
        return is_for_store and bool(self.managers)

    @property
    def here(self) -> list[Review]:
        """What a manager beside the tablet decides."""
        return [review for review in self.open if not review.is_for_head_office]

    @property
    def deciders(self) -> str:
        """Who decided, each once."""
        return listed(dict.fromkeys(filter(None, (one.decided_by for one in self.reviews))))

    @property
    def stamp(self) -> str:
        """What changes as soon as anything here does."""
        facts = [(str(review.pk), review.state, review.route) for review in self.reviews]
        return fingerprint(repr((self.found.state, facts)))[:16]


def read(found: CustomerReturn, *, now: datetime) -> DecisionScreen:
    """Return the screen of a return that was submitted to people."""
    asked_about: dict[int | None, list[Review]] = {}
    for review in reviews.current(found):
        asked_about.setdefault(review.order_line_id, []).append(review)
    lines = list(
        found.lines.select_related("product", "order_line__order")
        .prefetch_related("replacements__product")
        .order_by("position")
    )
    every = [review for group in asked_about.values() for review in group]
    asked_by = next((review.asked_by for review in every if review.asked_by_id), None)
    return DecisionScreen(
        found=found,
        asked=_asked(lines, asked_about, list(found.photos.order_by("taken_at"))),
        others=[line for line in lines if line.order_line_id not in asked_about],
        managers=list(approvers.at_hand(found.store, asked_by=asked_by).order_by("name")),
        returns_in_a_year=_returns_in_a_year(found, now),
    )


def _asked(
    lines: Sequence[ReturnLine],
    asked_about: Mapping[int | None, Sequence[Review]],
    photos: Sequence[ReturnPhoto],
) -> list[Asked]:
    """Return each line with its questions; lines without a receipt are asked about together."""
    without = [line for line in lines if line.order_line_id is None]
    return [
        Asked(
            line,
            asked_about[line.order_line_id],
            () if line.order_line_id else without[1:],
            [photo for photo in photos if photo.order_line_id == line.order_line_id],
        )
        for line in lines
        if line.order_line_id in asked_about and line not in without[1:]
    ]


def is_shown(found: CustomerReturn) -> bool:
    """Whether the return's page is the one of its decision: asked, or ended by an answer."""
    if found.state == CustomerReturn.State.NEEDS_REVIEW:
        return True
    return found.state == CustomerReturn.State.REFUSED and found.reviews.exists()


def may_decide(user: User, asked: Asked, found: CustomerReturn) -> bool:
    """Whether the user may answer what is open about the line."""
    return asked.is_open and all(
        approvers.may(Approver(user=user), review, found) for review in asked.open
    )


def _returns_in_a_year(found: CustomerReturn, now: datetime) -> int:
    if found.customer_id is None:
        return 0
    earlier = CustomerReturn.objects.filter(
        customer_id=found.customer_id, submitted_at__gte=now - YEAR
    )
    return earlier.exclude(pk=found.pk).exclude(state__in=CustomerReturn.NOT_COUNTED).count()
