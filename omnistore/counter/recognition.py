"""
Recognition: whom and what a text in the identify field leads to.

One phone, e-mail or card that exactly one person holds identifies him, and each code of his pass
does so once. A name, a household's phone, or a text with several meanings gives a list: nobody is
ever picked silently.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers import emails, identity, names, passes, phones
from customers.identity import Holder
from customers.models import Customer, Evidence, Identifier, NameKey
from omnistore import words
from omnistore.counter.meanings import Kind, Reading
from omnistore.counter.reading import read
from omnistore.errors import Refused
from orders import barcodes, catalogue, declarations, slips
from orders.models import CustomerReturn, Order, Product, Slip
from stores.models import Store

# So many are shown; beyond them the clerk asks for more.
MOST = 20
# Several words of one person's name can begin alike.
KEYS_EACH = 3
# More words than these say no more.
MOST_WORDS = 6


@dataclass(frozen=True)
class Understood:
    """
    What the text was taken for, and how it is written: PHONE and 06 12 34 56 78.

    Nothing is shown of a code that leads to nobody, but the host of a web address.
    """

    kind: Kind
    shown: str = ""


@dataclass(frozen=True)
class Candidate:
    """A person whom the text can mean, with just enough to choose."""

    customer: Customer
    how: Kind
    via: Identifier | None = None
    evidence: str | Promise = ""
    phone: str = ""
    email: str = ""
    home_store: str = ""
    last_purchase_at: datetime | None = None

    @property
    def city(self) -> str:
        return self.customer.city


@dataclass(frozen=True)
class Recognition:
    """What was understood and found; `problem` says why nothing was, when there is a reason."""

    understood: Understood
    customers: list[Candidate] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    returns: list[CustomerReturn] = field(default_factory=list)
    # What has this barcode, where a person was expected.
    article: Product | None = None
    # A gift receipt: it leads to a return, and to no order, whose prices would be seen.
    gift: Slip | None = None
    # The code of a return declared at home, which a clerk opens by it.
    declared: str = ""
    problem: Refused | None = None
    # There are more than those shown.
    more: bool = False
    # The one person whom a value of his own identifies; he is the only one in `customers`.
    identified: Candidate | None = None

    @property
    def is_order_number(self) -> bool:
        """Whether there is nobody to sign up with what was typed."""
        return self.understood.kind == Kind.ORDER

    @property
    def is_name(self) -> bool:
        """Whether it was taken for somebody's name: words, and nothing that identifies."""
        return self.understood.kind == Kind.NAME

    @property
    def size(self) -> int:
        """How many there are to choose from."""
        return len(self.customers) + len(self.orders) + len(self.returns)

    @property
    def is_single(self) -> bool:
        return self.size == 1

    @property
    def is_empty(self) -> bool:
        people = self.customers or self.orders or self.returns
        return not (people or self.article or self.gift or self.declared)


def find(text: str, *, store: Store, at: datetime, scanned_as: str = "") -> Recognition:
    """
    Return whom and what the text leads to; never raises, whatever was typed or scanned.

    Two queries at most for names, three for anything else, one more for digits that can be an
    article's; two when it identifies, none for a code that leads to nobody. An identified person
    comes without what only choosing needs (last purchase, home store). Those of this store come
    first, then who bought last.

    The code of a pass is used up by this: to be called by a POST only, outside any transaction.
    """
    try:
        reading = read(text, store.country, scanned_as=scanned_as)
    except Refused as refusal:
        return Recognition(Understood(Kind.NOTHING), problem=refusal)
    if reading.pass_code:
        return _by_pass(reading.pass_code, at)
    if reading.slip:
        return _by_slip(reading, store, at)
    if reading.words:
        return _by_name(reading, store, at)
    if reading.identifiers or reading.number:
        return _by_value(reading, store, at)
    return _by_barcode(reading) or _doubtful(reading)


def _by_pass(code: str, at: datetime) -> Recognition:
    understood = Understood(Kind.PASS)
    try:
        customer = passes.identify(code=code, at=at)
    except passes.WrongPass as refusal:
        return Recognition(understood, problem=refusal)
    person = Candidate(customer, Kind.PASS, evidence=_EVIDENCE[Kind.PASS])
    return Recognition(understood, customers=[person], identified=person)


def _by_slip(reading: Reading, store: Store, at: datetime) -> Recognition:
    """Return what the slip's code leads to, else the order or return with such a number."""
    understood = Understood(Kind.SLIP)
    if declarations.is_open(code=reading.slip, store=store, at=at):
        return Recognition(understood, declared=reading.slip)
    try:
        slip = slips.read(code=reading.slip, at=at)
    except slips.UnknownCode as refusal:
        orders, returns = _orders(reading.number), _returns(reading.number)
        problem = None if orders or returns else refusal
        return Recognition(understood, orders=orders, returns=returns, problem=problem)
    if slip.is_gift:
        return Recognition(understood, gift=slip)
    if slip.order is not None:
        return Recognition(understood, orders=[slip.order])
    return Recognition(understood, returns=[slip.customer_return] if slip.customer_return else [])


def _by_value(reading: Reading, store: Store, at: datetime) -> Recognition:
    sighting = identity.seen(reading.identifiers)
    person = _alone(sighting.holders, store.country)
    if person and not _is_anothers_order(reading.number, person.customer):
        understood = _understood(reading, sighting.holders, [], store.country)
        return Recognition(understood, customers=[person], identified=person)
    orders = _orders(reading.number)
    if not (sighting.holders or orders):
        return _nothing_yet(reading, sighting)
    people = _people(sighting.holders, orders, store.country)
    ranked = people if person else _detailed(people[: MOST + 1], store, at)
    return Recognition(
        _understood(reading, sighting.holders, orders, store.country),
        customers=ranked[:MOST],
        orders=orders,
        more=len(people) > MOST,
    )


def _by_barcode(reading: Reading) -> Recognition | None:
    """Return the article with that barcode, None when no article has it."""
    article = catalogue.by_barcode(reading.gtin) if reading.gtin else None
    if article is None:
        return None
    return Recognition(Understood(Kind.ARTICLE, barcodes.shown(reading.gtin)), article=article)


def _doubtful(reading: Reading) -> Recognition:
    return Recognition(Understood(reading.kind, reading.shown), problem=reading.doubt)


def _nothing_yet(reading: Reading, sighting: identity.Sighting) -> Recognition:
    """Return the article or the returns with that number; without any, what is to be said."""
    if article := _by_barcode(reading):
        return article
    returns = _returns(reading.number)
    understood = Understood(Kind.ORDER if returns else reading.kind, reading.shown)
    doubt = identity.Blocked() if sighting.blocked else reading.doubt
    return Recognition(understood, returns=returns, problem=None if returns else doubt)


def _by_name(reading: Reading, store: Store, at: datetime) -> Recognition:
    first, *others = reading.words[:MOST_WORDS]
    keys = NameKey.objects.filter(word__prefix=first)
    for other in others:
        same = NameKey.objects.filter(customer=OuterRef("customer"), word__prefix=other)
        keys = keys.filter(Exists(same))
    # In the index's own order: whole words come before longer ones that begin alike.
    enough = (MOST + 1) * KEYS_EACH
    rows = list(keys.order_by("word", "customer").values_list("customer_id", flat=True)[:enough])
    ids = list(dict.fromkeys(rows))
    people = [
        Candidate(Customer(pk=pk), Kind.NAME, evidence=_EVIDENCE[Kind.NAME]) for pk in ids[:MOST]
    ]
    return Recognition(
        Understood(Kind.NAME, reading.shown),
        customers=_detailed(people, store, at, asked=reading.words),
        more=len(ids) > MOST or len(rows) == enough,
    )


def _orders(number: str) -> list[Order]:
    if not number:
        return []
    orders = Order.objects.filter(number_key=number).select_related("customer", "store")
    return list(orders.order_by("-placed_at")[:MOST])


def _returns(number: str) -> list[CustomerReturn]:
    if not number:
        return []
    # The exclusion lets the database use the index of those that have a number.
    returns = CustomerReturn.objects.filter(number_key=number).exclude(number_key="")
    return list(returns.select_related("customer", "store").order_by("-created_at")[:MOST])


def _people(holders: Sequence[Holder], orders: Sequence[Order], country: str) -> list[Candidate]:
    """Return each person once, by the first thing that leads to him."""
    people: dict[UUID, Candidate] = {}
    for holder in holders:
        kind = Kind(holder.identifier.kind)
        evidence = _SHARED if holder.identifier.is_shared else _EVIDENCE
        person = Candidate(holder.customer, kind, holder.identifier, evidence[kind])
        masked = _with_masked_value(person, holder.identifier, country)
        people.setdefault(holder.customer.pk, masked)
    for order in orders:
        if order.customer:
            candidate = Candidate(order.customer, Kind.ORDER, evidence=_EVIDENCE[Kind.ORDER])
            people.setdefault(order.customer.pk, candidate)
    return list(people.values())


def _with_masked_value(person: Candidate, identifier: Identifier, country: str) -> Candidate:
    if person.how == Kind.PHONE:
        return replace(person, phone=phones.masked(identifier.value, country))
    if person.how == Kind.EMAIL:
        return replace(person, email=emails.masked(identifier.value))
    return person


def _alone(holders: Sequence[Holder], country: str) -> Candidate | None:
    """Return the one person found, if a value that he does not share led to him."""
    people = _people(holders, [], country)
    is_his_own = any(not holder.identifier.is_shared for holder in holders)
    return people[0] if is_his_own and len(people) == 1 else None


def _is_anothers_order(number: str, customer: Customer) -> bool:
    """Whether the digits that lead to the customer are an order's number too, and not of his."""
    if not number:
        return False
    return Order.objects.filter(number_key=number).exclude(customer=customer).exists()


def _understood(
    reading: Reading, holders: Sequence[Holder], orders: Sequence[Order], country: str
) -> Understood:
    if not holders:
        return Understood(Kind.ORDER, orders[0].number)
    identifier = holders[0].identifier
    kind = Kind(identifier.kind)
    is_phone = kind == Kind.PHONE
    return Understood(
        kind, words.phone(identifier.value, country) if is_phone else identifier.value
    )


def _detailed(
    people: Iterable[Candidate], store: Store, at: datetime, asked: Sequence[str] = ()
) -> list[Candidate]:
    """Return the people with what choosing needs: whole names first, then this store's own."""
    by_id = {person.customer.pk: person for person in people}
    rows = _with_details(at).filter(pk__in=by_id) if by_id else []
    detailed = [_filled(by_id[row.pk], row, store.country) for row in rows]

    def rank(person: Candidate) -> tuple[bool, bool, float, str]:
        customer, bought_at = person.customer, person.last_purchase_at
        is_whole = set(asked) <= set(names.words(customer.full_name))
        age = -bought_at.timestamp() if bought_at else 0.0
        return not is_whole, customer.home_store_id != store.pk, age, customer.full_name

    return sorted(detailed, key=rank)


def _filled(person: Candidate, row: Any, country: str) -> Candidate:
    return replace(
        person,
        customer=row,
        phone=phones.masked(row.phone, country) if row.phone else "",
        email=emails.masked(row.email) if row.email else "",
        home_store=row.home_store.name if row.home_store else "",
        last_purchase_at=row.last_purchase_at,
    )


def _with_details(at: datetime) -> QuerySet[Any]:
    bought = Order.objects.filter(customer=OuterRef("pk"), placed_at__lte=at)
    return Customer.objects.select_related("home_store").annotate(
        phone=_first_value(Identifier.Kind.PHONE),
        email=_first_value(Identifier.Kind.EMAIL),
        last_purchase_at=Subquery(bought.order_by("-placed_at").values("placed_at")[:1]),
    )


def _first_value(kind: str) -> Subquery:
    held = Evidence.objects.filter(
        customer=OuterRef("pk"), ended_at=None, identifier__kind=kind, identifier__is_blocked=False
    )
    return Subquery(held.order_by("started_at", "pk").values("identifier__value")[:1])


_EVIDENCE: dict[str, Promise] = {
    Kind.PHONE: _("has this phone"),
    Kind.CARD: _("has this card"),
    Kind.EMAIL: _("has this e-mail"),
    Kind.NAME: _("has this name"),
    Kind.ORDER: _("placed this order"),
    Kind.PASS: _("shows this pass"),
}
_SHARED: dict[str, Promise] = {
    Kind.PHONE: _("shares this phone"),
    Kind.EMAIL: _("shares this e-mail"),
    Kind.CARD: _("shares this card"),
}
