"""Head office: sales, carts, returns and money to read; products and policies to keep."""

from orders.admin import (
    afterwards,
    allowances,
    carts,
    catalogue,
    credit,
    exchanges,
    goods,
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
    "allowances",
    "carts",
    "catalogue",
    "credit",
    "exchanges",
    "goods",
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
