"""The walk over what came with returns: every turn one takes at the counter and with a manager."""

from collections.abc import Iterator
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from orders import returns
from orders.models import CustomerReturn, Order, Refund, Replacement, ReturnLine, Slip
from orders.quotes import Choice
from orders.slips import code_of, receipt_of
from tests.languages.steps import HTMX, Screen, get, post
from tests.languages.world import BARCODE, CUP, World

GOOD: dict[str, Any] = {"units": 1, "reason": "STYLE", "condition": "AS_NEW"}


def walk(counter: Client, manager: Client, world: World, language: str) -> Iterator[Screen]:
    yield from _starting(counter, world)
    yield from _instead(counter, world)
    yield from _means(counter, world)
    yield from _slips(counter, world, language)
    yield from _withdrawing(world, language)
    yield from _without_receipt(counter, world)
    yield from _asking(counter, manager, world)
    yield from _goods(counter, world)
    yield from _money(counter, world)


def _begin(counter: Client, order: Order, answers: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Begin a return of the order's first line; gives its page and what is answered there."""
    line = order.lines.order_by("position")[0]
    page = counter.post(f"/orders/{order.pk}/return/", {"line": line.pk}).headers["Location"]
    return page, {f"l{line.pk}-{name}": value for name, value in answers.items()}


def _scanned(text: str) -> dict[str, str]:
    return {"text": text, "scanned_by": "camera", "format": "ean_13"}


def _starting(counter: Client, world: World) -> Iterator[Screen]:
    """Scan with somebody on the screen, and let several purchases come back at once."""
    camille, luc = world.camille.pk, world.luc.pk
    for person in (camille, luc):
        yield from get(counter, f"/customers/{person}/points/")
        yield from post(counter, f"/customers/{person}/scan/", _scanned(BARCODE), headers=HTMX)
    page, said = _begin(counter, world.old, GOOD)
    for text in (BARCODE, CUP, "¤Cabas", "¤nothing", world.in_store.number, world.nobodys.number):
        yield from post(counter, f"{page}scan/", _scanned(text), headers=HTMX)
        yield from post(counter, f"{page}scan/", _scanned(text))
    yield from post(counter, f"{page}orders/{world.final.pk}/")
    yield from post(counter, f"{page}choices/", said, headers=HTMX)
    final = world.final.lines.order_by("position")[0]
    waivable = {f"l{final.pk}-{name}": value for name, value in GOOD.items()}
    yield from post(counter, f"{page}choices/", said | waivable, headers=HTMX)
    yield from get(counter, page)


def _instead(counter: Client, world: World) -> Iterator[Screen]:
    """Take another article, from here, from elsewhere, dearer."""
    page, said = _begin(counter, world.web, GOOD | {"reason": "TOO_SMALL"})
    yield from post(counter, f"{page}choices/", said, headers=HTMX)
    line = world.web.lines.order_by("position")[0]
    exchanged = said | {f"l{line.pk}-resolution": "EXCHANGE", f"l{line.pk}-replacement": ""}
    yield from post(counter, f"{page}choices/", exchanged, headers=HTMX)
    for text in ("¤Tasse", CUP):
        yield from post(counter, f"{page}scan/", {"text": text}, headers=HTMX)
        yield from post(counter, f"{page}scan/", _scanned(text), headers=HTMX)
    yield from post(counter, f"{page}instead/", {"product": world.cup.pk, "hand": "1"})
    yield from get(counter, page)


def _means(counter: Client, world: World) -> Iterator[Screen]:
    page, said = _begin(counter, world.web, GOOD)
    counter.post(f"{page}choices/", said)
    for told in ({"pay_by": "CASH"}, {"pay_by": "CASH", "agreed_to": "CASH"}, {"pay_by": "x"}):
        yield from post(counter, f"{page}means/", told, headers=HTMX)
    yield from get(counter, page)


def _slips(counter: Client, world: World, language: str) -> Iterator[Screen]:
    # By itself a slip is in the customer's language, whatever the clerk's.
    counter.post(f"/orders/{world.in_store.pk}/gift/")
    counter.post(f"/returns/{world.taken.pk}/slip/")
    gift = Slip.objects.get(kind="GIFT")
    for slip in Slip.objects.all():
        yield from get(counter, f"/slips/{slip.pk}/?language={language}")
        yield from _on_phone(slip, language)
    yield from post(counter, "/identify/", {"text": code_of(gift)}, headers=HTMX)
    begun = counter.post(f"/slips/{gift.pk}/return/").headers["Location"]
    line = world.in_store.lines.order_by("position")[0]
    said = {f"l{line.pk}-{name}": value for name, value in GOOD.items()}
    yield from get(counter, begun)
    yield from post(counter, f"{begun}choices/", said, headers=HTMX)


def _on_phone(slip: Slip, language: str) -> Iterator[Screen]:
    """A customer's phone has its own language."""
    phone = Client(headers={"Accept-Language": language})
    yield from get(phone, "/receipt/", "/receipt/paper/")
    yield from post(phone, "/receipt/", {"code": code_of(slip)})
    yield from _at_home(phone, slip)
    yield from post(phone, "/receipt/gift/")


def _at_home(phone: Client, slip: Slip) -> Iterator[Screen]:
    """Prepare a return by a receipt, and withdraw from a contract."""
    place = "/receipt/return/"
    if slip.order is None:
        return
    yield from get(phone, place)
    line = slip.order.lines.order_by("position")[0]
    said = {f"l{line.pk}-{name}": value for name, value in GOOD.items()} | {f"l{line.pk}-take": "1"}
    for told in ({}, said | {f"l{line.pk}-reason": ""}, said | {f"l{line.pk}-units": "9"}, said):
        yield from post(phone, place, told)
    declared = phone.post(f"{place}confirm/", said | {"key": "k"})
    yield Screen("POST the return's code", declared)
    yield from get(phone, f"{place}code/")
    yield from post(phone, f"{place}photo/", {"line": line.pk})


def _withdrawing(world: World, language: str) -> Iterator[Screen]:
    phone = Client(headers={"Accept-Language": language})
    slip = receipt_of(order=world.web, at=now())
    yield from post(phone, "/receipt/", {"code": code_of(slip)})
    yield from get(phone, "/receipt/paper/", "/receipt/withdrawal/")
    yield from _at_home(phone, slip)
    line = world.web.lines.order_by("position")[0]
    said = {"name": "¤Camille", "email": "c@example.com", f"l{line.pk}-take": "1"}
    for told in ({}, said):
        yield from post(phone, "/receipt/withdrawal/", told)
    phone.post("/receipt/withdrawal/confirm/", said | {"key": "k"})
    yield from get(phone, "/receipt/return/code/", "/receipt/withdrawal/", "/receipt/return/")


def _without_receipt(counter: Client, world: World) -> Iterator[Screen]:
    page = counter.post(f"/customers/{world.luc.pk}/unproven/").headers["Location"]
    yield from get(counter, page)
    for text in ("¤Sac", "¤nothing", world.in_store.number):
        yield from post(counter, f"{page}scan/", {"text": text}, headers=HTMX)
    yield from post(counter, f"{page}scan/", _scanned(BARCODE), headers=HTMX)
    yield from post(counter, f"{page}unproven/add/", {"product": world.bag.pk})
    said = {f"p{world.bag.pk}-{name}": value for name, value in GOOD.items()}
    for told in ({}, said):
        yield from post(counter, f"{page}unproven/", told, headers=HTMX)
        yield from post(counter, f"{page}unproven/settle/", told | {"agreed": "1"})
    yield from get(counter, page)


def _asking(counter: Client, manager: Client, world: World) -> Iterator[Screen]:
    """Have people decide: by PIN beside the tablet, from afar, too late."""
    yield from get(manager, "/account/")
    yield from post(manager, "/account/", {})
    yield from post(manager, "/account/", {"username": "¤opener", "password": "wrong"})
    manager.force_login(world.opener)
    yield from get(manager, "/reviews/")
    page, said = _begin(counter, world.old, GOOD)
    yield from post(counter, f"{page}choices/", said)
    yield from get(counter, page)
    yield from post(counter, f"{page}ask/")
    asked = CustomerReturn.objects.get(pk=page.split("/")[2])
    yield from get(counter, "/", "/returns/waiting/", "/returns/waiting/count/")
    yield from get(counter, f"{page}approvers/", f"{page}approvers/{world.marc.pk}/?say=no")
    yield from post(counter, f"{page}approvers/{world.marc.pk}/", {"pin": "000000"})
    reviews = ",".join(str(review.pk) for review in asked.reviews.all())
    decision = f"/reviews/{asked.pk}/"
    yield from get(manager, "/reviews/", decision)
    for told in ({}, {"review": reviews, "say": "no"}):
        yield from post(manager, f"{decision}decide/", told)
    no = {"review": reviews, "say": "no", "words": "¤no"}
    yield from post(manager, f"{decision}decide/", no)
    yield from get(counter, page, "/returns/waiting/")
    yield from _others(counter, asked, page)


def _others(counter: Client, asked: CustomerReturn, page: str) -> Iterator[Screen]:
    """What a review may have become besides."""
    for state in ("EXPIRED", "APPROVED"):
        asked.reviews.update(state=state)
        yield from get(counter, page)


def _goods(counter: Client, world: World) -> Iterator[Screen]:
    line = world.web.lines.order_by("position")[0]
    draft = returns.begin(order=world.web, store=world.store, at=now(), tablet=world.tablet)
    returns.choose(draft=draft, choices=[Choice(line.pk, 1, "STYLE", "AS_NEW")])
    returns.take(draft=draft, clerk=world.nadia, at=now(), is_in_hand=False)
    awaited = f"/returns/{draft.pk}/"
    yield from get(counter, "/goods/", awaited)
    given = Replacement.objects.filter(customer_return=world.taken)
    for fulfilment in ("STORE", "SHIPPED"):
        given.update(from_store=world.store, handed_over_at=None, fulfilment=fulfilment)
        yield from get(counter, "/goods/")
    yield from post(counter, "/goods/found/", {"product": world.bag.pk})
    own = ReturnLine.objects.get(customer_return=draft)
    received = {f"r{own.pk}-units": "1", f"r{own.pk}-condition": "OPENED"}
    yield from post(counter, f"{awaited}receive/", received | {f"r{own.pk}-units": "9"})
    yield from post(counter, f"{awaited}receive/", received)
    yield from post(counter, f"{awaited}cancel/")


def _money(counter: Client, world: World) -> Iterator[Screen]:
    """Let a refund fail and go another way."""
    refund = Refund.objects.filter(plan__customer_return=world.taken)[0]
    page = reverse("orders:return", args=[world.taken.pk])
    Refund.objects.filter(pk=refund.pk).update(state="FAILED", failure="¤declined")
    other = f"/refunds/{refund.pk}/other/"
    yield from get(counter, page, other)
    yield from post(counter, other, {"tender": "STORE_CREDIT"}, headers=HTMX)
    yield from post(counter, other, {"tender": "STORE_CREDIT", "agreed": "1"}, headers=HTMX)
    yield from get(counter, page)
    replaced = Refund.objects.get(replaces=refund)
    yield from post(counter, f"/refunds/{replaced.pk}/code/")
    yield from post(counter, f"/refunds/{replaced.pk}/code/", headers=HTMX)
