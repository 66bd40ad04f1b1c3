"""Carts, orders and returns as the API reads and writes them; amounts in minor units."""
