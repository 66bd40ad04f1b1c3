"""Every screen of omnistore, asked for one after the other in one language."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from customers import consent
from omnistore.outbox.models import Connection
from orders.admin.policy_forms import ROWS
from stores.http import LANGUAGE_COOKIE, SIGN_IN_COOKIE, TABLET_COOKIE
from stores.models import Clerk, Tablet
from tests.factories import SIGN_IN
from tests.languages import letters, opinions, phoning, returning
from tests.languages.steps import HTMX, Screen, get, post
from tests.languages.world import BARCODE, CARD, World
from tests.receiver import listening

TYPED = (
    *("¤moreau", "04 78 12 34 56", "LYO-000003", "LYO-999999", "07 12 34 56 78", "x" * 600, "@"),
    *("06 12", "+999 1", "06 12 34 56 78 90 12", "2000000000016", "a", "", "((", BARCODE),
    *("WIFI:S:a;;", "https://¤.example/", "BEGIN:VCARD", "otpauth://totp/a", "mailto:x", "tel:+1"),
    *(
        "geo:1,1",
        "P9AAAAAAAA" + "B" * 16,
        "BEGIN:VEVENT",
        "SMSTO:1:a",
        "upi://pay",
        "¤a ¤text ¤of ¤many 1",
    ),
)


def walk(world: World, language: str) -> Iterator[Screen]:
    """Yield the answers of every door, the wrong turns included."""
    Clerk.objects.update(language=language)
    counter = _client(language)
    counter.cookies[TABLET_COOKIE] = "tablet-secret"
    counter.cookies[SIGN_IN_COOKIE] = SIGN_IN
    yield from _opening(_client(language))
    yield from _errors(counter, _client(language))
    yield from _identifying(counter, world)
    yield from _signing_up(counter)
    yield from _customer(counter, world)
    yield from _returning(counter, world)
    yield from returning.walk(counter, _client(language), world, language)
    yield from _team(counter, world)
    yield from opinions.walk(counter, _client(language), world, language)
    yield from letters.walk(_client(language), world, language)
    yield from phoning.walk(counter, language, world)
    yield from _locked(counter, world)
    yield from _head_office(_client(language), world)
    yield from _programs(language, world)


def _client(language: str, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    client.cookies[LANGUAGE_COOKIE] = language
    return client


def _opening(client: Client) -> Iterator[Screen]:
    yield from get(client, "/tablet/open/", "/offline/")
    language = client.cookies[LANGUAGE_COOKIE].value
    yield from get(client, f"/manifest.{language}.webmanifest")
    yield from post(client, "/tablet/open/", {})
    yield from post(client, "/tablet/open/", {"username": "¤opener", "password": "wrong"})
    right = {"username": "¤opener", "password": "counter-2026"}
    page = client.post("/tablet/open/", right)
    yield Screen("POST /tablet/open/", page)
    ticket = page.context["form"].initial["ticket"]
    yield from post(client, "/tablet/open/store/", {"ticket": ticket, "name": ""})


def _errors(counter: Client, stranger: Client) -> Iterator[Screen]:
    yield from get(counter, "/nothing/", "/team/", "/broken/")
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = stranger.cookies
    yield from post(strict, "/identify/", {"text": "x"})
    strict.get("/tablet/open/")
    form = "application/x-www-form-urlencoded; charset=utf-16"
    yield Screen("400", strict.post("/identify/", b"text=a", content_type=form))


def _identifying(counter: Client, world: World) -> Iterator[Screen]:
    yield from get(counter, "/", "/tablet/")
    numbers = (world.taken.number, world.order.number, world.in_store.number)
    for text in (*TYPED, *numbers):
        for scanned in ({}, {"scanned_by": "camera", "format": "qr_code"}):
            yield from post(counter, "/identify/", {"text": text, **scanned})
            yield from post(counter, "/identify/", {"text": text, **scanned}, headers=HTMX)
        yield from post(counter, "/understand/", {"text": text}, headers=HTMX)
    yield from post(counter, "/anonymous/")


def _signing_up(counter: Client) -> Iterator[Screen]:
    yield from get(counter, "/sign-up/", "/sign-up/again/")
    no = {f"consent_{wording.pk}": "no" for wording in consent.asked("fr")}
    told = {"first_name": "¤Zoé", "phone": "06 12 34 56 78", "customer_language": "fr"} | no
    for wrong in (
        *({}, {"phone": ""}, {"phone": "12"}, {"phone": "", "email": "@"}, {"first_name": ""}),
        *({"phone": "", "card": "1"}, {"phone": "", "card": "2000000000016"}, {"card": CARD}),
        *({"customer_language": "xx"}, {"first_name": "x" * 99}, {"consent_0": "no"}),
        *({"phone": "06\x00"}, {"phone": "+999 1"}, {next(iter(no)): ""}),
    ):
        yield from post(counter, "/sign-up/", told | wrong)
    yield from post(counter, "/sign-up/again/", told | {"customer_language": "en"}, headers=HTMX)
    yield from post(counter, "/sign-up/with/", {"text": "¤Zoé"})
    yield from post(counter, "/sign-up/", told | {"phone": "06 98 76 54 32"})


def _customer(counter: Client, world: World) -> Iterator[Screen]:
    for person in (world.camille, world.luc):
        page = reverse("counter:customer", args=[person.pk])
        yield from get(counter, page, *(f"{page}?show={show}" for show in ("web", "returns")))
        yield from get(counter, page, f"{page}crm/", headers=HTMX)
    for order in (world.order, world.in_store, world.nobodys, world.imported):
        yield from get(counter, reverse("counter:order", args=[order.pk]))


def _returning(counter: Client, world: World) -> Iterator[Screen]:
    line, other, _service = world.order.lines.order_by("position")
    begun = counter.post(f"/orders/{world.order.pk}/return/", {"line": line.pk})
    draft = begun.headers["Location"]
    chosen = f"{draft}choices/"
    yield from get(counter, draft)
    good: dict[str, Any] = {"units": 1, "reason": "TOO_SMALL", "condition": "AS_NEW"}
    exchange = good | {"resolution": "EXCHANGE", "replacement": world.large_bag.pk}
    for answers in (
        *({}, {"units": 1}, {"units": 1, "reason": "OTHER"}, {"units": "x"}, {"units": 99}, good),
        *(exchange, exchange | {"replacement": ""}, good | {"condition": "DAMAGED"}),
    ):
        said = {f"l{line.pk}-{name}": value for name, value in answers.items()}
        yield from post(counter, chosen, said, headers=HTMX)
    both = {f"l{line.pk}-{name}": value for name, value in good.items()}
    both |= {f"l{other.pk}-{name}": value for name, value in exchange.items()}
    yield from post(counter, chosen, both, headers=HTMX)
    yield from post(counter, f"{draft}settle/", both | {"agreed": "1"})
    yield from post(counter, f"{draft}settle/", both | {"agreed": "1990"})
    for taken in (draft, reverse("orders:return", args=[world.taken.pk])):
        yield from get(counter, taken, f"{taken}progress/")


def _team(counter: Client, world: World) -> Iterator[Screen]:
    Tablet.objects.filter(pk=world.tablet.pk).update(clerk=world.marc)
    yield from get(counter, "/team/", f"/team/{world.nadia.pk}/pin/")
    yield from post(counter, f"/team/{world.nadia.pk}/pin/", {"pin": "111111"})
    yield from post(counter, f"/team/{world.nadia.pk}/pin/", {"pin": "135790"})
    yield from post(counter, f"/team/{world.lea.pk}/tries/")
    other = Tablet.objects.get(name="¤Vitrine")
    yield from post(counter, f"/tablets/{other.pk}/revoke/")


def _locked(counter: Client, world: World) -> Iterator[Screen]:
    yield from get(counter, "/demo/crm/", "/demo/codes/")
    yield from get(counter, "/demo/crm/", headers=HTMX)
    yield from post(counter, "/lock/")
    yield from get(counter, "/clerks/", f"/clerks/{world.nadia.pk}/")
    for _wrong in range(6):
        yield from post(counter, f"/clerks/{world.nadia.pk}/", {"pin": "000000"})
    yield from post(counter, f"/clerks/{world.nadia.pk}/unlock/", {"pin": "0"}, headers=HTMX)


def _head_office(office: Client, world: World) -> Iterator[Screen]:
    yield from get(office, "/admin/login/")
    yield from post(office, "/admin/login/", {"username": "¤opener", "password": "wrong"})
    office.force_login(world.opener)
    yield from get(office, "/admin/", "/admin/password_change/", "/design/")
    key = {"name": "¤Key", "store": world.store.pk, "scopes": ["identify"]}
    yield from post(office, "/admin/stores/apikey/add/", key)
    yield from post(office, "/admin/password_change/", {"new_password1": "1", "new_password2": "2"})
    find = reverse("admin:customers_customer_find")
    yield from get(office, find, f"/admin/stores/clerk/{world.nadia.pk}/pin/")
    for text in ("¤moreau", "nobody", "LYO-000003", world.taken.number, ""):
        yield from post(office, find, {"store": world.store.pk, "text": text})
    for model in admin.site._registry:
        place = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield from get(office, place, f"{place}add/")
        yield from post(office, f"{place}add/", {})
        for row in model._default_manager.all()[:1]:
            yield from get(office, *(f"{place}{row.pk}/{page}/" for page in ("change", "history")))
    policy = {"days": 20, "currency": "EUR", "start_at_0": "2030-01-01", "start_at_1": "00:00"}
    levels = {f"{rule}_level": "APPROVER" for rule in ROWS}
    yield from post(office, "/admin/orders/policyversion/add/", policy | levels | {"_preview": "1"})
    yield from _systems(office, world)
    yield from _erasing(office, world)


def _systems(office: Client, world: World) -> Iterator[Screen]:
    """Look at systems in every state, and do to one all that can be done."""
    systems = "/admin/outbox/connection/"
    kinds = (f"{systems}add/?kind={kind}" for kind in settings.OMNISTORE_CONNECTORS)
    yield from get(office, systems, f"{systems}glance/", *kinds)
    yield from post(office, f"{systems}add/", {"kind": "webhook"})
    yield from post(office, f"{systems}add/", {"kind": "webhook", "which": "chosen"})
    for connection in (world.running, world.held, world.paused, world.refused):
        yield from get(office, f"{systems}{connection.pk}/change/")
    one = f"{systems}{world.running.pk}/"
    skip = f"{one}messages/{world.letter.pk}/skip/"
    forms = [f"{one}{name}/" for name in ("pause", "rotate", "events", "settings", "replay")]
    for place in (*forms, f"{one}purge/", skip):
        yield from get(office, place)
        yield from post(office, place, {})
    yield from _acts(office, one, skip, world)
    yield from get(office, f"{one}change/", f"{one}figures/")


def _acts(office: Client, one: str, skip: str, world: World) -> Iterator[Screen]:
    with listening() as receiver:
        Connection.objects.filter(pk=world.running.pk).update(url=receiver.url)
        for answer in (200, 401, 404, 500):
            receiver.answers = [(answer, {}, b"")]
            yield from post(office, f"{one}test/")
    yield from post(office, f"{one}rotate/", {"keep": 3600})
    yield from get(office, f"{one}rotate/", f"{one}change/")
    yield from post(office, f"{one}rotate/end/")
    yield from post(office, f"{one}events/", {"which": "everything"})
    customer = {"customer_id": str(world.camille.pk)}
    yield from post(office, f"{one}replay/", customer)
    yield from post(office, f"{one}replay/", customer | {"sure": 1})
    yield from post(office, f"{one}replay/", {"customer_id": str(UUID(int=7))})
    yield from post(office, f"{one}messages/{world.letter.pk}/again/")
    yield from post(office, skip, {"reason": "¤lost"})
    yield from post(office, f"{one}pause/", {"reason": "¤moving"})
    yield from post(office, f"{one}resume/")
    yield from post(office, f"{one}purge/", {"reason": "¤gone", "sure": "on"})


def _erasing(office: Client, world: World) -> Iterator[Screen]:
    for person in (world.camille, world.luc):
        erase = reverse("admin:customers_customer_erase", args=[person.pk])
        yield from get(office, erase)
    yield from post(office, erase)
    yield from get(office, erase)


def _programs(language: str, world: World) -> Iterator[Screen]:
    client = Client(raise_request_exception=False)
    known = {"Authorization": f"Bearer {world.key_secret}", "Accept-Language": language}
    for headers in ({"Accept-Language": language}, known):
        for place in ("customers/", "nothing/", f"customers/{world.taken.pk}/", "orders/"):
            yield from get(client, f"/api/{place}", headers=headers)
    for place, body in (
        *(("customers/", {}), ("customers/", {"first_name": "¤", "phone": "1"}), ("identify/", {})),
        *(("identify/", {"text": "a"}), ("orders/", {}), ("carts/", {}), ("returns/quote/", {})),
        *(("returns/", {}), ("orders/", [1])),
    ):
        answer = client.post(f"/api/{place}", body, "application/json", headers=known)
        yield Screen(f"POST /api/{place}", answer)
    broken = client.post("/api/identify/", "{", "application/json", headers=known)
    yield Screen("POST /api/ without JSON", broken)
