"""Everything the customer's page shows, each noun asked once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from customers import consent, identity, loyalty, touches
from customers.models import Consent, Customer, Identifier, Touch, Visit
from omnistore.counter.meanings import Kind
from orders import awaited, carts, history, opinions, reviews
from orders.carts import OpenCart
from orders.history import Purchase
from orders.models import CustomerReturn, Opinion, Order
from stores.models import Store


class Show(models.TextChoices):
    """Which purchases are shown."""

    ALL = "all", _("All")
    STORE = "store", _("Store")
    WEB = "web", _("Web")
    RETURNS = "returns", _("Returns")

    @classmethod
    def named(cls, name: str) -> "Show":
        """Return the choice of that name; everything when there is none."""
        return cls(name) if name in cls.values else cls.ALL


CHANNELS = {Show.STORE: Order.Channel.STORE, Show.WEB: Order.Channel.WEB}
# What a clerk reads out to check who stands before him.
READ_OUT = ["PHONE", "EMAIL", "CARD"]


class Tab(NamedTuple):
    """One choice of what is shown (templates/components/tabs.html)."""

    url: str
    label: str
    is_current: bool


@dataclass(frozen=True)
class Bought:
    """The purchases or returns of one choice."""

    customer_id: UUID
    show: Show
    purchases: Sequence[Purchase] = field(default_factory=list)
    returns: Sequence[CustomerReturn] = field(default_factory=list)

    @property
    def is_returns(self) -> bool:
        return self.show == Show.RETURNS

    @property
    def tabs(self) -> list[Tab]:
        page = reverse("counter:customer", args=[self.customer_id])
        return [Tab(f"{page}?show={show}", str(show.label), show == self.show) for show in Show]


class Answers(NamedTuple):
    """What was said to the consents on one day in one place."""

    on: date
    store: Store | None
    entries: list[Consent]

    @property
    def by_purpose(self) -> dict[str, list[Consent]]:
        """The answers under the purpose they were asked for, in asking order."""
        purposes: dict[str, list[Consent]] = {}
        for entry in self.entries:
            purposes.setdefault(entry.wording.get_purpose_display(), []).append(entry)
        return purposes


@dataclass(frozen=True)
class Profile:
    """One customer as his page shows him."""

    customer: Customer
    points: int | None
    # Points that were to be taken back when too few were left.
    debt: int
    identifiers: Sequence[Identifier]
    consents: Sequence[Consent]
    touches: Sequence[Touch]
    visit: Visit | None
    # What he answered last when he was asked how it was.
    said: Opinion | None
    carts: Sequence[OpenCart]
    # A return of his that waits for a person's answer, and one whose article should be back.
    asked_about: UUID | None
    late: UUID | None
    # Of every channel, whatever is shown.
    purchases: Sequence[Purchase]
    bought: Bought

    @property
    def recognised_by(self) -> str:
        """By what the customer was recognised this time; empty when he has just signed up."""
        how = self.visit.how if self.visit else ""
        return str(Kind(how).label) if how in Kind.values else ""

    @property
    def is_by_card(self) -> bool:
        """Whether a number was enough that never changes: who holds it may be anybody."""
        return self.visit is not None and self.visit.how == Kind.CARD

    @property
    def consents_by_day(self) -> list[Answers]:
        """His answers, those given on one day in one place together, in asking order."""
        asked: dict[tuple[date, Store | None], list[Consent]] = {}
        for entry in self.consents:
            asked.setdefault((localtime(entry.at).date(), entry.store), []).append(entry)
        return [Answers(on, store, entries) for (on, store), entries in asked.items()]

    @property
    def channels(self) -> int:
        """On how many channels the latest purchases were made."""
        return len({purchase.order.channel for purchase in self.purchases})

    @property
    def changed_prices(self) -> int:
        """How many articles in his carts cost another price today."""
        return sum(line.has_price_changed for cart in self.carts for line in cart.lines)

    @property
    def to_return(self) -> Purchase | None:
        """The latest purchase of which something may still come back by its date, if any."""
        return next((purchase for purchase in self.purchases if purchase.may_return), None)


def read(customer_id: UUID, *, show: Show, now: datetime) -> Profile:
    """
    Return the page of the customer, in ten queries, three more when one channel is asked for.

    Raises:
        Http404: there is no such customer.
    """
    customer = get_object_or_404(_with_alerts(now), pk=customer_id)
    identifiers = [held for held in identity.of(customer) if held.kind in READ_OUT]
    identifiers.sort(key=lambda held: READ_OUT.index(held.kind))
    everything = purchases_of(customer, show=Show.ALL, now=now)
    return Profile(
        customer=customer,
        points=customer.points,
        debt=customer.debt or 0,
        identifiers=identifiers,
        consents=consent.current(customer),
        touches=touches.latest(customer),
        said=opinions.latest_of(customer),
        visit=Visit.objects.filter(customer=customer).order_by("-started_at", "-pk").first(),
        carts=carts.open_of(customer, now),
        asked_about=customer.asked_about,
        late=customer.late,
        purchases=everything.purchases,
        bought=everything if show == Show.ALL else purchases_of(customer, show=show, now=now),
    )


def _with_alerts(now: datetime) -> QuerySet[Any]:
    """Return customers with points and, in the same query, what of theirs needs somebody."""
    mine = reviews.asked_about().filter(customer=OuterRef("pk"))
    late = awaited.late_ones(at=now).filter(customer_return__customer=OuterRef("pk"))
    found: QuerySet[Any] = loyalty.with_points(Customer.objects.all()).annotate(
        asked_about=Subquery(mine.values("pk")[:1], output_field=models.UUIDField()),
        late=Subquery(late.values("customer_return")[:1], output_field=models.UUIDField()),
    )
    return found


def purchases_of(customer: Customer, *, show: Show, now: datetime) -> Bought:
    """Return the customer's purchases on the chosen channel, or his returns."""
    if show == Show.RETURNS:
        return Bought(customer.pk, show, returns=history.returns_of(customer))
    bought = history.of(customer, channel=CHANNELS.get(show, ""), now=now)
    return Bought(customer.pk, show, purchases=bought)
