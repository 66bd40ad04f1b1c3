"""A customer's phone at a register, and what the clerk's tablet then shows."""

from collections.abc import Iterator

from django.test import Client
from django.utils.timezone import now

from customers import consent
from customers.models import Message
from omnistore.tokens import fingerprint
from stores import registers
from stores.models import Register, Tablet
from tests import factories
from tests.languages.steps import Screen, get, post
from tests.languages.world import World


def walk(counter: Client, language: str, world: World) -> Iterator[Screen]:
    """Yield the register's screen, the phone's pages and the arrival on the tablet."""
    till = Register.objects.filter(store=world.store).order_by("pk")[0]
    yield from get(counter, f"/screen/{till.pk}/")
    yield from post(counter, f"/screen/{till.pk}/code/", {"shown": ""})
    phone = Client(raise_request_exception=False, HTTP_ACCEPT_LANGUAGE=language)
    code = registers.code_of(till, at=now())
    yield from get(phone, f"/c/{code}/", "/c/nothing/", "/c/anonymous/")
    phone.post("/c/", {"code": code})
    yield from get(phone, "/c/who/")
    yield from post(phone, "/c/who/", {"contact": "x"})
    phone.post("/c/who/", {"contact": "zoe@example.com"})
    yield from get(phone, "/c/code/")
    yield from post(phone, "/c/code/", {"code": "000000"})
    phone.post("/c/code/", {"code": Message.objects.latest("created_at").variables["code"]})
    consent.default_wordings()
    yield from get(phone, "/c/join/")
    yield from post(phone, "/c/join/", {"first_name": "¤Zoé", "phone": "1"})
    phone.post("/c/join/", {"first_name": "¤Zoé", "phone": "06 98 76 54 32"})
    yield from get(phone, "/c/here/")
    phone.post("/c/remember/")
    yield from get(phone, "/c/here/")
    # Two who share an address.
    for name in ("¤Ana", "¤Bo"):
        factories.make_evidence(
            factories.make_customer(name, "¤Petit"), "EMAIL", "both@example.com", is_shared=True
        )
    family = Client(raise_request_exception=False, HTTP_ACCEPT_LANGUAGE=language)
    family.post("/c/", {"code": registers.code_of(till, at=now())})
    family.post("/c/who/", {"contact": "both@example.com"})
    family.post("/c/code/", {"code": Message.objects.latest("created_at").variables["code"]})
    yield from get(family, "/c/which/")
    # The clerk's own tablet in a customer's hands, and the way back.
    counter.post("/c/turn/")
    yield from get(counter, "/c/handed/", "/c/anonymous/")
    Tablet.objects.filter(pk=world.tablet.pk).update(
        clerk=world.nadia, sign_in_hash=fingerprint(factories.SIGN_IN)
    )
    again = registers.code_of(till, at=now())
    yield from get(phone, f"/c/{again}/")
    phone.post("/c/", {"code": again, "way": "known"})
    arrived = counter.get("/arrivals/")
    yield Screen("GET /arrivals/", arrived)
    number = arrived.context["arrivals"][0].pk
    counter.post(f"/arrivals/{number}/serve/")
    yield from get(phone, "/c/here/")
    yield from post(counter, f"/arrivals/{number}/serve/", {})
    yield from get(counter, "/")
    yield from _passing(phone, language)


def _passing(known: Client, language: str) -> Iterator[Screen]:
    """Yield the pass: the way to it on a phone that is not known, then on one that is."""
    stranger = Client(raise_request_exception=False, HTTP_ACCEPT_LANGUAGE=language)
    yield from get(stranger, "/pass/", f"/pass/manifest.{language}.webmanifest")
    yield from post(stranger, "/pass/ask/", {"contact": "x"})
    for contact in ("nobody@example.com", "both@example.com"):
        stranger.post("/pass/ask/", {"contact": contact})
        yield from get(stranger, "/pass/code/")
        yield from post(stranger, "/pass/code/", {"code": "000000"})
        code = Message.objects.latest("created_at").variables["code"]
        yield from post(stranger, "/pass/code/", {"code": code})
    yield from get(known, "/pass/", "/pass/hour/", "/pass/leave/")
