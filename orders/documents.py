"""Documents: what the screen of an exchange says about it, and what a clerk may do next."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders import awaited, exchanges
from orders.models import CustomerReturn, Exchange, Replacement
from stores.models import Store


@dataclass(frozen=True)
class Document:
    """An exchange as a store sees it; `to_give` is what lies aside there for its customer."""

    exchange: Exchange
    replacements: Sequence[Replacement]
    to_give: Sequence[Replacement]
    is_awaited: bool
    owed: int

    @property
    def state(self) -> str:
        ending = self.exchange.get_ending_display() if self.exchange.ending else ""
        return str(ending or self.exchange.get_state_display())

    @property
    def tone(self) -> str:
        return "ok" if self.exchange.is_made and not self.is_awaited else "look"

    @property
    def is_unpaid(self) -> bool:
        """Whether the customer has still to pay before anything changes hands."""
        return self.exchange.is_waiting or self.exchange.is_unpaid

    @property
    def is_moving(self) -> bool:
        """Whether the register still has to say whether the customer paid."""
        return self.exchange.collections.filter(state="ASKED").exists()


def of(found: CustomerReturn, *, store: Store) -> Document | None:
    """Return the exchange of the return, None when there is none."""
    exchange = Exchange.objects.filter(customer_return=found).select_related("order").first()
    if exchange is None:
        return None
    rows = exchanges.replacements_of(found)
    waiting = [row for row in rows if row.order_line_id and not row.is_handed_over]
    is_awaited = exchange.is_first and awaited.open_ones().filter(pk=exchange.pk).exists()
    return Document(
        exchange=exchange,
        replacements=rows,
        to_give=[
            row for row in waiting if row.reservation and row.reservation.store_id == store.pk
        ],
        is_awaited=is_awaited,
        owed=awaited.owed(exchange) if is_awaited else 0,
    )
