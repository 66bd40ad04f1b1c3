"""Head office: sales, carts, returns and money to read; products and policies to keep."""

from orders.admin import carts, catalogue, exchanges, policies, refunds, returns, sales

__all__ = ["carts", "catalogue", "exchanges", "policies", "refunds", "returns", "sales"]
