"""What the file does not say, with the defaults of `manage.py import_sales`."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from orders.models import Order, Tender


@dataclass(frozen=True)
class Options:
    """Parameters of an import; with other ones the same file is another import."""

    source: str = "uci"
    currency: str = "GBP"
    # Included in the prices; 0.20 is twenty per cent.
    tax_rate: Decimal = Decimal("0.20")
    tender: str = Tender.CARD
    # Taken off every line of a sale; 0.10 is ten per cent.
    discount: Decimal = Decimal(0)
    channel: str = Order.Channel.WEB
    # Where it was sold; empty for the web.
    store_id: int | None = None
    delivery_days: int = 0
    # ISO code for what the file calls "Unspecified", "European Community" and the like.
    country: str = ""
    time_zone: str = "Europe/London"
    # The last day of the file becomes this one; without it dates stay and are history.
    shift_to: date | None = None

    @property
    def is_historical(self) -> bool:
        return self.shift_to is None

    def fingerprint(self) -> str:
        """Return the parameters as one text, the same for the same parameters."""
        return json.dumps(asdict(self), default=str, sort_keys=True)
