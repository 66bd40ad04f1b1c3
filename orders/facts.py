"""What happens to orders, returns and refunds, for whoever wants to hear it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from omnistore.outbox.facts import Fact


@dataclass(frozen=True)
class ReturnedUnits:
    """One line of a return, in codes."""

    order_line_id: int
    sku: str
    units: int
    reason: str
    condition: str
    right: str
    resolution: str
    amount: int


@dataclass(frozen=True)
class ReturnAccepted(Fact):
    name: ClassVar[str] = "orders.return.accepted"
    label: ClassVar = _("goods came back")

    return_id: UUID
    number: str
    order_ids: list[UUID]
    amount: int
    currency: str
    lines: list[ReturnedUnits]


@dataclass(frozen=True)
class ReturnSettled(Fact):
    name: ClassVar[str] = "orders.return.settled"
    label: ClassVar = _("all money of a return is paid")

    return_id: UUID
    number: str


@dataclass(frozen=True)
class ExchangeMade(Fact):
    name: ClassVar[str] = "orders.exchange.made"
    label: ClassVar = _("goods were replaced")

    return_id: UUID
    number: str
    order_id: UUID
    credit: int
    charges: int
    currency: str


@dataclass(frozen=True)
class RefundPaid(Fact):
    name: ClassVar[str] = "orders.refund.paid"
    label: ClassVar = _("a refund was paid")

    refund_id: UUID
    return_id: UUID
    tender: str
    amount: int
    currency: str


@dataclass(frozen=True)
class RefundFailed(Fact):
    name: ClassVar[str] = "orders.refund.failed"
    label: ClassVar = _("a refund could not be paid")

    refund_id: UUID
    return_id: UUID
    tender: str
    amount: int
    currency: str


@dataclass(frozen=True)
class CartChanged(Fact):
    """A shop told us a cart's new content; `total` is at the prices it showed."""

    name: ClassVar[str] = "orders.cart.changed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("a web cart changed")

    cart_id: UUID
    source: str
    state: str
    units: int
    total: int
    currency: str

    @property
    def topic(self) -> str:
        return f"cart:{self.cart_id}"


@dataclass(frozen=True)
class OrderRecorded(Fact):
    """A sale was paid, on whichever channel."""

    name: ClassVar[str] = "orders.order.recorded"
    label: ClassVar = _("a sale of any channel")

    order_id: UUID
    number: str
    channel: str
    units: int
    total: int
    currency: str
