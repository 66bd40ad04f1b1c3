"""How it was, on a customer's phone, and what the store reads of it."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client
from django.utils.timezone import now

from customers.models import Customer
from orders import opinions
from orders.models import Opinion
from tests.factories import make_opinion
from tests.languages.steps import Screen, get, post
from tests.languages.world import World


def walk(counter: Client, phone: Client, world: World, language: str) -> Iterator[Screen]:
    """Yield each question, every answer that is no good, and the store's list in between."""
    phone.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    Customer.objects.filter(pk=world.camille.pk).update(language=language)
    world.camille.refresh_from_db()
    yield from get(counter, "/opinions/")
    yield from get(phone, "/opinion/x/")
    for scale in ("CSAT", "NPS", "CES"):
        asked = make_opinion(
            world.camille,
            world.store,
            scale,
            asked_at=now() - timedelta(hours=1),
            number=f"¤{scale}",
        )
        path = urlsplit(opinions.link(asked)).path
        yield from get(phone, path)
        yield from post(phone, path, {"score": ""})
        yield from post(phone, path, {"score": "1", "comment": "¤" * 501})
        yield from post(phone, path, {"score": "1", "comment": "¤words", "wants_call": "on"})
        yield from get(counter, "/opinions/", f"/customers/{world.camille.pk}/")
        yield from post(counter, f"/opinions/{asked.pk}/read/")
    for occasion in ("RETURN", "EXCHANGE"):
        Opinion.objects.filter(customer=world.camille).update(occasion=occasion)
        yield from get(counter, "/opinions/")
