"""Facts, the systems that are told, and what is on its way between them."""

from omnistore.outbox.models.connections import Connection, Tally
from omnistore.outbox.models.deliveries import Delivery, Lane, Replay
from omnistore.outbox.models.events import Event, Kind, Stream

__all__ = ["Connection", "Delivery", "Event", "Kind", "Lane", "Replay", "Stream", "Tally"]
