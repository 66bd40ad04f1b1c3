"""Head office: the systems we tell, how they are doing, what waits for them."""

from omnistore.outbox.admin import connections, tables

__all__ = ["connections", "tables"]
