"""One step of a walk: what was asked for, and what came back."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpResponseBase
from django.test import Client

HTMX = {"HX-Request": "true"}


class Screen(NamedTuple):
    """An answer that somebody reads, and where it came from."""

    place: str
    answer: HttpResponseBase


def get(client: Client, *places: str, **options: Any) -> Iterator[Screen]:
    for place in places:
        yield Screen(f"GET {place}", client.get(place, **options))


def post(client: Client, place: str, sent: Any = None, **options: Any) -> Iterator[Screen]:
    """Yield the page that somebody reads in the end."""
    answer = client.post(place, sent, follow="headers" not in options, **options)
    yield Screen(f"POST {place} {sent}", answer)
