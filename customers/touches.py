"""Touches: the customer's contacts on all channels."""

from customers.models import Customer, Touch


def latest(customer: Customer, limit: int = 6) -> list[Touch]:
    """Return the last contacts, newest first, each with its store and clerk."""
    touches = Touch.objects.filter(customer=customer).select_related("store", "clerk")
    return list(touches.order_by("-at", "-id")[:limit])
