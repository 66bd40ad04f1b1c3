"""Head office: sales, carts, returns and money to read; products and policies to keep."""

from orders.admin import (
    afterwards,
    carts,
    catalogue,
    credit,
    exchanges,
    journal,
    policies,
    processors,
    refunds,
    returns,
    reviews,
    sales,
    slips,
    stock,
)

__all__ = [
    "afterwards",
    "carts",
    "catalogue",
    "credit",
    "exchanges",
    "journal",
    "policies",
    "processors",
    "refunds",
    "returns",
    "reviews",
    "sales",
    "slips",
    "stock",
]
