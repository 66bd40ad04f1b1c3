"""What happened to customers, in ids and codes: never a name, phone, e-mail or card."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from omnistore.outbox.facts import Fact


@dataclass(frozen=True)
class CustomerSignedUp(Fact):
    """A new person, with the kinds of identifiers he gave: PHONE, EMAIL, CARD."""

    name: ClassVar[str] = "customers.customer.signed_up"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("somebody joined")

    kinds: list[str]
    source: str
    language: str


@dataclass(frozen=True)
class IdentifierClaimed(Fact):
    """A person gave one more identifier, or began to share one with his household."""

    name: ClassVar[str] = "customers.identifier.claimed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a phone, e-mail or card became a customer's")

    identifier_id: int
    kind: str
    is_shared: bool
    source: str

    @property
    def topic(self) -> str:
        return f"identifier:{self.identifier_id}"


@dataclass(frozen=True)
class ConsentGiven(Fact):
    name: ClassVar[str] = "customers.consent.given"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a consent was given")

    consent_id: int
    purpose: str
    channel: str
    wording_id: int
    wording_version: int

    @property
    def topic(self) -> str:
        return f"consent:{self.purpose}:{self.channel}"


@dataclass(frozen=True)
class ConsentWithdrawn(Fact):
    name: ClassVar[str] = "customers.consent.withdrawn"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a consent was withdrawn")

    consent_id: int
    purpose: str
    channel: str
    wording_id: int
    wording_version: int

    @property
    def topic(self) -> str:
        return f"consent:{self.purpose}:{self.channel}"


@dataclass(frozen=True)
class LoyaltyChanged(Fact):
    """Points were earned, spent, taken or given back; `points` and `debt` are what it came to."""

    name: ClassVar[str] = "customers.loyalty.changed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a customer's points changed")

    points: int
    debt: int

    @property
    def topic(self) -> str:
        return "loyalty"


@dataclass(frozen=True)
class VisitAnonymous(Fact):
    """Someone was served who did not want to be known; goes into the store's stream."""

    name: ClassVar[str] = "customers.visit.anonymous"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("somebody was served without being identified")

    visit_id: int
    tablet_id: int | None
    clerk_id: int | None


@dataclass(frozen=True)
class CheckInAnnounced(Fact):
    """A customer said by his phone that he stands at a register; `how` is a code."""

    name: ClassVar[str] = "customers.check_in.announced"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a customer announced himself by phone")

    check_in_id: int
    register_id: int
    how: str

    @property
    def topic(self) -> str:
        return f"check_in:{self.check_in_id}"


@dataclass(frozen=True)
class CheckInClosed(Fact):
    """It waits no more: SERVED by the clerk, WITHDRAWN by the customer, or EXPIRED."""

    name: ClassVar[str] = "customers.check_in.closed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a customer who announced himself was served, or left")

    check_in_id: int
    register_id: int
    state: str
    clerk_id: int | None

    @property
    def topic(self) -> str:
        return f"check_in:{self.check_in_id}"
