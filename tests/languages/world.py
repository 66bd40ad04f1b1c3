"""
A shop in which every name, address and text that is data carries the sign ¤.

What is on a screen without it was written by us, and has to be in the language of the screen.
"""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils.timezone import now

from customers import consent
from customers.models import Consent, ConsentWording, LoyaltyEntry, Touch, Visit
from omnistore.audit.models import Look
from omnistore.demo import inbox
from omnistore.demo.models import Message
from omnistore.outbox import relay
from omnistore.outbox.models import Connection, Delivery, Lane, Tally
from omnistore.outbox.tallies import FAILED, GIVEN_UP
from orders import returns
from orders.models import Order, PolicyVersion, Product, SalesImport
from orders.quotes import Choice
from stores import keys
from stores.models import ApiKey, Clerk, PinTries, User
from tests import factories
from tests.factories import LONG_AGO, NOON, WEBHOOK_SECRET

CARD = "2000000000015"
BARCODE = "4006381333931"
CUP = "4006381333948"


class World(SimpleNamespace):
    """The rows that the walk asks for by name."""


def make() -> World:
    """Return a shop with some of everything."""
    world = World()
    _people(world)
    _goods(world)
    _life(world)
    _systems(world)
    relay.relay(at=now())
    _letter(world)
    return world


def _systems(world: World) -> None:
    """Make systems in every state, some of whose figures are of the last hour."""
    at = now()
    for state in Connection.State.values:
        made = Connection.objects.create(
            name=f"¤{state}",
            url="https://crm.example/",
            secret=WEBHOOK_SECRET,
            state=state,
            state_at=at - timedelta(minutes=5),
            state_reason="" if state == "RUNNING" else "¤siege: ¤why",
            probe_at=at + timedelta(minutes=3),
            last_error="¤503",
            last_failure_at=at,
            last_success_at=at,
        )
        setattr(world, state.lower(), made)
        minute = at.replace(second=0, microsecond=0) - timedelta(minutes=2)
        for bucket in (0, 12, 30, FAILED, GIVEN_UP):
            Tally.objects.create(connection=made, minute=minute, bucket=bucket, count=40)


def _letter(world: World) -> None:
    """Have a message of Camille's given up, and her ledger held; the system was told of her."""
    lanes = Lane.objects.filter(connection=world.running)
    lane = lanes.get(stream__key=f"customer:{world.camille.pk}")
    lanes.filter(pk=lane.pk).update(is_held=True, told_at=NOON)
    waiting = Delivery.objects.filter(connection=world.running, stream=lane.stream)
    world.letter = waiting.latest("pk")
    waiting.filter(pk=world.letter.pk).update(state="DEAD", attempts=3, last_words="¤no")


def _people(world: World) -> None:
    world.store = factories.make_store(
        "LYO", name="¤Lyon", city="¤Lyon", street="¤Rue", postcode="69002"
    )
    world.till = factories.make_register(world.store, "¤Caisse")
    world.nadia = factories.make_clerk(world.store, "¤Nadia ¤Benali")
    world.marc = factories.make_clerk(world.store, "¤Marc ¤Perrin", role=Clerk.Role.MANAGER)
    factories.make_clerk(world.store, "¤Sam", role=Clerk.Role.MANAGER)
    world.lea = factories.make_clerk(world.store, "¤Léa")
    Clerk.objects.filter(pk=world.lea.pk).update(pin_hash="")
    world.opener = factories.make_user("¤opener", is_staff=True, is_superuser=True)
    world.tablet = factories.make_tablet(
        world.store, world.nadia, name="¤Comptoir", opened_by=world.opener
    )
    factories.make_tablet(world.store, secret="other", name="¤Vitrine", opened_by=world.opener)
    User.objects.filter(username="opener").update(username="¤other")
    world.key, world.key_secret = keys.make(
        store=world.store,
        name="¤Shop",
        scopes=[scope for scope, _ in ApiKey.SCOPES],
        register=world.till,
    )
    PinTries.objects.create(clerk=world.lea, tablet=world.tablet, failures=5)


def _goods(world: World) -> None:
    PolicyVersion.objects.create(version=1, rules=_rules(), start_at=LONG_AGO)
    goods: dict[str, Any] = {"model": "85099", "variant": "¤rouge"}
    world.bag = factories.make_product(
        "85099A", name="¤Sac", gtin=BARCODE, size="¤S", size_position=1, **goods
    )
    world.large_bag = factories.make_product(
        "85099B", name="¤Cabas", size="¤M", size_position=2, **goods
    )
    world.cup = factories.make_product("CUP", name="¤Tasse", gtin=CUP)
    world.service = factories.make_product("POST", name="¤Port", kind=Product.Kind.SERVICE)
    SalesImport.objects.create(fingerprint="f", file_name="¤x.csv", source="¤uci", started_at=NOON)


def _rules() -> list[dict[str, Any]]:
    """Return some of every level: what a clerk may waive, what a manager decides."""
    euros = {"currency": "EUR", "level": "APPROVER"}
    return [
        {"rule": "window", "days": 30, "level": "APPROVER"},
        {"rule": "final_sale", "level": "WAIVABLE"},
        {"rule": "fee", "amount": 200, "per": "return"} | euros,
        {"rule": "no_receipt", "look_back_days": 365, "returns": 5, "days": 365, "amount": 9000}
        | euros,
    ]


def _life(world: World) -> None:
    Connection.objects.create(name=inbox.NAME, url="https://crm.example/", secret=WEBHOOK_SECRET)
    inbox.the_inbox()
    consent.default_wordings(at=LONG_AGO)
    world.camille = factories.make_customer(
        "¤Camille",
        "¤Moreau",
        phone="+33612345678",
        email="camille@¤.fr",
        card=CARD,
        level="GOLD",
        is_vip=True,
        is_historical=True,
        city="¤Lyon",
        home_store=world.store,
    )
    world.luc = factories.make_customer("¤Luc", "¤Moreau", city="¤Lyon")
    for person in (world.camille, world.luc):
        factories.make_evidence(person, "PHONE", "+33478123456", is_shared=True)
    here: dict[str, Any] = {"customer": world.camille, "store": world.store, "clerk": world.nadia}
    for turn, wording in enumerate(consent.asked("fr")):
        Consent.objects.create(
            wording=wording, is_given=turn % 2 == 0, source="COUNTER", at=NOON, **here
        )
    LoyaltyEntry.objects.create(
        customer=world.camille, kind="IMPORTED", points=1240, reference="¤", at=NOON
    )
    for channel in Touch.Channel.values:
        Touch.objects.create(channel=channel, summary="¤Appel", at=NOON, **here)
    Visit.objects.create(outcome="IDENTIFIED", how="PHONE", started_at=now(), **here)
    Look.objects.create(
        customer_id=world.camille.pk, actor="CLERK", actor_id=1, reason="PAGE", at=NOON
    )
    factories.make_cart(
        world.camille, [(world.bag, 1, 1490), (world.large_bag, 2, 1990)], source="¤shop"
    )
    Message.objects.create(
        message_id="m",
        name="orders.return.accepted",
        subject=str(world.camille.pk),
        sequence="0001",
        content={},
        repeats=1,
        happened_at=NOON,
        received_at=NOON,
    )
    for wording in ConsentWording.objects.all():
        wording.text = "¤" + wording.text.replace(" ", "¤")
        wording.save()
    _purchases(world)


def _purchases(world: World) -> None:
    lines = [(world.bag, 3, 1990), (world.large_bag, 1, 1990), (world.service, 1, 500)]
    recently = now() - timedelta(days=3)

    def buy(**fields: Any) -> Order:
        return factories.make_order(
            fields.pop("customer", world.camille),
            lines,
            placed_at=recently,
            source="¤shop",
            store=fields.pop("store", world.store),
            **fields,
        )

    world.order = buy(channel=Order.Channel.WEB, store=None)
    world.in_store = buy(channel=Order.Channel.STORE, number="LYO-000002")
    world.nobodys = buy(customer=None, channel=Order.Channel.STORE, number="LYO-000003")
    world.web = buy(channel=Order.Channel.WEB, store=None)
    world.final = buy(channel=Order.Channel.STORE)
    world.final.lines.update(is_final_sale=True)
    world.old = factories.make_order(
        world.camille,
        lines,
        placed_at=now() - timedelta(days=60),
        source="¤shop",
        store=world.store,
        channel=Order.Channel.STORE,
    )
    factories.make_order(world.camille, lines, placed_at=LONG_AGO, source="¤shop")
    world.imported = factories.make_order(
        world.luc, lines, placed_at=LONG_AGO, source="¤shop", is_historical=True
    )
    world.taken = give_back(world, world.in_store)


def give_back(world: World, order: Order) -> Any:
    """Return a settled return with a refund and an exchange."""
    first, second = order.lines.order_by("position")[:2]
    draft = returns.begin(
        order=order, store=world.store, at=now(), tablet=world.tablet, clerk=world.nadia
    )
    choices = [
        Choice(first.pk, 1, "STYLE", "AS_NEW"),
        Choice(second.pk, 1, "TOO_SMALL", "OPENED", "EXCHANGE", world.bag.pk),
    ]
    returns.choose(draft=draft, choices=choices)
    return returns.take(draft=draft, clerk=world.nadia, at=now())
