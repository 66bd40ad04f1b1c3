"""What happens to orders, returns and refunds, for whoever wants to hear it."""

from dataclasses import dataclass
from datetime import date, datetime
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
class ReturnCancelled(Fact):
    name: ClassVar[str] = "orders.return.cancelled"
    label: ClassVar = _("an accepted return does not take place")

    return_id: UUID
    number: str


@dataclass(frozen=True)
class ReceivedUnits:
    """Units of one article that came in, in codes."""

    sku: str
    units: int
    condition: str
    disposition: str


@dataclass(frozen=True)
class GoodsReceived(Fact):
    """Goods of a return that was accepted before they were here."""

    name: ClassVar[str] = "orders.goods.received"
    label: ClassVar = _("awaited goods came in")

    return_id: UUID
    number: str
    is_complete: bool
    lines: list[ReceivedUnits]


@dataclass(frozen=True)
class ReturnSettled(Fact):
    name: ClassVar[str] = "orders.return.settled"
    label: ClassVar = _("all money of a return is paid")

    return_id: UUID
    number: str


@dataclass(frozen=True)
class ExchangedUnits:
    """One article taken in an exchange, in codes; `is_same`: at the price first paid."""

    sku: str
    units: int
    fulfilment: str
    is_same: bool
    amount: int


@dataclass(frozen=True)
class ExchangeMade(Fact):
    name: ClassVar[str] = "orders.exchange.made"
    label: ClassVar = _("goods were replaced")

    return_id: UUID
    number: str
    order_id: UUID
    credit: int
    charges: int
    # What the customer received, or paid when negative.
    difference: int
    currency: str
    # The new article went out before the other one came back.
    is_first: bool
    lines: list[ExchangedUnits]


@dataclass(frozen=True)
class ExchangeCancelled(Fact):
    name: ClassVar[str] = "orders.exchange.cancelled"
    label: ClassVar = _("an exchange was cancelled")

    return_id: UUID
    number: str


@dataclass(frozen=True)
class ExchangeOverdue(Fact):
    """The article that should have come back did not, and its day has passed."""

    name: ClassVar[str] = "orders.exchange.overdue"
    label: ClassVar = _("an exchanged article did not come back in time")

    return_id: UUID
    number: str
    due_on: date
    amount: int
    currency: str


@dataclass(frozen=True)
class ExchangeWrittenOff(Fact):
    name: ClassVar[str] = "orders.exchange.written_off"
    label: ClassVar = _("an exchanged article is no longer awaited")

    return_id: UUID
    number: str
    amount: int
    currency: str


@dataclass(frozen=True)
class ReplacementToSend(Fact):
    """A store has put an article aside that is to be shipped; the address is the shop's."""

    name: ClassVar[str] = "orders.replacement.to_send"
    label: ClassVar = _("an exchanged article is to be shipped")

    return_id: UUID
    order_id: UUID
    replacement_id: int
    sku: str
    units: int


@dataclass(frozen=True)
class PaymentCollected(Fact):
    """The customer paid what an exchange cost him more."""

    name: ClassVar[str] = "orders.payment.collected"
    label: ClassVar = _("a customer paid in an exchange")

    return_id: UUID
    collection_id: UUID
    purpose: str
    amount: int
    currency: str


@dataclass(frozen=True)
class PaymentRefused(Fact):
    name: ClassVar[str] = "orders.payment.refused"
    label: ClassVar = _("a customer did not pay in an exchange")

    return_id: UUID
    collection_id: UUID
    purpose: str
    amount: int
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
class RefundRerouted(Fact):
    """A refund that failed is paid another way, by the customer's agreement."""

    name: ClassVar[str] = "orders.refund.rerouted"
    label: ClassVar = _("a refund goes another way")

    refund_id: UUID
    replaced_id: UUID
    return_id: UUID
    tender: str
    amount: int
    currency: str


@dataclass(frozen=True)
class CreditIssued(Fact):
    """`left` is what may be spent of it now; without a customer it is the bearer's."""

    name: ClassVar[str] = "orders.credit.issued"
    label: ClassVar = _("store credit or a gift card was issued")

    credit_id: int
    kind: str
    amount: int
    left: int
    currency: str


@dataclass(frozen=True)
class CreditUsed(Fact):
    name: ClassVar[str] = "orders.credit.used"
    label: ClassVar = _("store credit or a gift card was spent")

    credit_id: int
    kind: str
    amount: int
    left: int
    currency: str


@dataclass(frozen=True)
class CreditRestored(Fact):
    name: ClassVar[str] = "orders.credit.restored"
    label: ClassVar = _("what was spent of store credit or a gift card came back")

    credit_id: int
    kind: str
    amount: int
    left: int
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


@dataclass(frozen=True)
class SatisfactionAsked(Fact):
    """
    A return is settled, or something bought: its customer is asked once how it was.

    `channel` is by which he is written to (EMAIL, SMS). Empty: we do not write. Then whoever hears
    it may, and asks at that moment whether he is allowed to.
    """

    name: ClassVar[str] = "orders.satisfaction.asked"
    label: ClassVar = _("a customer is to be asked how it was")

    occasion: str
    scale: str
    channel: str
    opinion_id: UUID | None
    return_id: UUID | None
    order_id: UUID | None
    number: str


@dataclass(frozen=True)
class SatisfactionAnswered(Fact):
    """A customer said how it was: `score` of `highest`; his words stay with the store."""

    name: ClassVar[str] = "orders.satisfaction.answered"
    label: ClassVar = _("a customer answered how it was: the score, without his words")

    opinion_id: UUID
    occasion: str
    scale: str
    score: int
    highest: int
    has_comment: bool
    wants_call: bool
    return_id: UUID | None
    order_id: UUID | None
    number: str


@dataclass(frozen=True)
class AdvertisingStopped(Fact):
    """He brought this article back: it is not to be advertised to him."""

    name: ClassVar[str] = "customers.advertising.stopped"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("an article is no longer to be advertised to a customer")

    sku: str
    model: str
    reason: str
    return_id: UUID

    @property
    def topic(self) -> str:
        return f"advertising:{self.sku}"


@dataclass(frozen=True)
class AdvertisingResumed(Fact):
    """He has it again after all; without an order, by an exchange or a cancelled return."""

    name: ClassVar[str] = "customers.advertising.resumed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("an article may be advertised to a customer again")

    sku: str
    model: str
    order_id: UUID | None

    @property
    def topic(self) -> str:
        return f"advertising:{self.sku}"


@dataclass(frozen=True)
class StockChanged(Fact):
    """What a store has of an article now; `available` is what is not put aside."""

    name: ClassVar[str] = "orders.stock.changed"
    fact_kind: ClassVar[str] = Fact.Kind.STATE
    label: ClassVar = _("the stock of an article changed")

    product_id: int
    sku: str
    on_hand: int
    reserved: int
    available: int

    @property
    def stream_key(self) -> str:
        # A stream of its own: sales of different articles never wait for one another.
        return f"stock:{self.store_code}:{self.product_id}"

    @property
    def topic(self) -> str:
        return self.stream_key


@dataclass(frozen=True)
class ReviewOpened(Fact):
    """A person is asked about a return; `amount` is what the line is worth."""

    name: ClassVar[str] = "orders.review.opened"
    label: ClassVar = _("a person is asked about a return")

    review_id: UUID
    return_id: UUID
    number: str
    kind: str
    rule: str
    level: str
    amount: int
    currency: str
    due_at: datetime


@dataclass(frozen=True)
class ReviewDecided(Fact):
    """It ended: `state` says how, `how` by which way."""

    name: ClassVar[str] = "orders.review.decided"
    label: ClassVar = _("a question about a return is answered")

    review_id: UUID
    return_id: UUID
    number: str
    kind: str
    rule: str
    state: str
    how: str
