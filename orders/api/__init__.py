"""The API's doors to carts, orders, returns, and to what the register has to pay."""
