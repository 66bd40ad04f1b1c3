"""Made-up people, goods and sums, for the design page."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace as Sample
from typing import Any
from uuid import UUID

from django.utils.timezone import now

from customers.models import CheckIn, Customer
from orders.models import Opinion, Order, Product, ReturnLine
from orders.opinions import Figures
from stores.models import Clerk, Register

NOBODY = UUID(int=0)
EURO = "EUR"

SAID = "One sentence that says what is so, and what to do about it."
ICONS = (
    *("person", "people", "search", "right", "left", "lock", "return", "swap", "phone", "mail"),
    *("card", "receipt", "cart", "store", "web", "check", "cross", "plus", "minus", "alert"),
    *("info", "clock", "star", "backspace", "tablet", "sms", "social", "offline", "crm", "mark"),
    *("language", "key", "box", "cash"),
)
KINDS = ("main", "paper", "quiet", "plain", "stop")


def nadia() -> Clerk:
    return Clerk(pk=1, name="Nadia Benali")


def marc() -> Clerk:
    return Clerk(pk=2, name="Marc Perrin", role=Clerk.Role.MANAGER)


def camille() -> Customer:
    return Customer(
        pk=NOBODY, first_name="Camille", last_name="Moreau", level="SILVER", created_at=now()
    )


def long_name() -> Customer:
    name = {"first_name": "Marie-Emmanuelle Théodora", "last_name": "de La Rochefoucauld-Duprey"}
    return Customer(pk=NOBODY, is_vip=True, created_at=now(), **name)


def answer(is_given: bool, channel: str) -> Sample:
    wording = Sample(channel=channel, get_channel_display=channel)
    return Sample(is_given=is_given, wording=wording)


def page() -> Sample:
    answers = Sample(
        on=now(),
        store="Lyon",
        by_purpose={"offers and news": [answer(True, "e-mail"), answer(False, "SMS")]},
    )
    touch = Sample(channel="EMAIL", summary="Receipt sent", at=now(), get_channel_display="e-mail")
    held = Sample(kind="PHONE", value="+33639980101", is_shared=True)
    return Sample(
        recognised_by="phone",
        visit=Sample(started_at=now()),
        channels=2,
        points=1240,
        debt=40,
        identifiers=[held],
        consents_by_day=[answers],
        touches=[touch],
    )


def remarks() -> list[Opinion]:
    said: dict[str, Any] = {"customer_id": NOBODY, "scale": "CSAT", "occasion": "SALE"}
    about = Order(number="LYO-044748")
    return [
        Opinion(score=score, comment=comment, order=about, answered_at=now(), **said)
        for score, comment in ((1, "Nobody was there."), (3, ""), (5, "Quick and kind."))
    ]


def arrivals() -> list[CheckIn]:
    at = Register(name="Caisse 1")
    return [
        CheckIn(
            pk=number,
            register=at,
            customer=camille(),
            digits=digits,
            is_unsure=is_unsure,
            announced_at=now(),
        )
        for number, digits, is_unsure in ((1, "21", False), (2, "84", True))
    ]


def figures() -> list[Figures]:
    return [Figures("Lyon", "NPS", 42, Decimal("8.1"), Decimal("0.62"), 38)]


def found() -> Sample:
    person = Sample(
        customer=camille(),
        how="PHONE",
        evidence="this phone, shared",
        phone="06 •• •• •• 01",
        city="Lyon",
        last_purchase_at=now() - timedelta(days=3),
    )
    return Sample(customers=[person], orders=[order()])


def article(name: str, picture: str = "") -> Product:
    address = f"/static/demo/products/{picture}.svg" if picture else ""
    return Product(name=name, picture=address, price=1095, currency=EURO)


def order() -> Sample:
    return Sample(
        pk=NOBODY,
        number="LYO-044748",
        store="Lyon",
        channel="STORE",
        customer=None,
        placed_at=now() - timedelta(days=2),
        delivered_at=now() - timedelta(days=2),
        total=4380,
        currency=EURO,
        get_channel_display="store",
    )


def cart() -> Sample:
    kept = Sample(product=article("Cake stand", "cake-stand"), quantity=1, total_now=1275)
    dearer = Sample(
        product=article("Bird ornament", "bird"),
        quantity=6,
        price_now=169,
        has_price_changed=True,
        total_online=954,
        total_now=1014,
    )
    cart = Sample(pk=NOBODY, changed_at=now(), currency=EURO)
    sums = {"total_online": 2229, "total_now": 2289, "has_price_changed": True}
    return Sample(cart=cart, units=7, lines=[kept, dearer], **sums)


def rights() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("yes", {"decision": Sample(may_return=True, sentence="withdrawal until 5 Dec")}),
        ("no", {"decision": Sample(may_return=False, sentence="no longer: 30 days are over")}),
    ]


def bought_line(key: int, *, may_return: bool) -> Sample:
    _words, given = rights()[0 if may_return else 1]
    line = Sample(pk=key, product=article("Cake stand", "cake-stand"), quantity=3, total=3285)
    return Sample(
        line=line,
        may_return=may_return,
        returned_units=1,
        left_units=2,
        decision=given["decision"],
    )


def purchase() -> Sample:
    lines = [bought_line(1, may_return=True), bought_line(2, may_return=False)]
    return Sample(order=order(), lines=lines)


def return_lines() -> list[tuple[str, dict[str, Any]]]:
    chosen = Sample(reason="TOO_SMALL", condition="AS_NEW", reason_words="", replacement_id=None)
    lists = {
        "currency": EURO,
        "reasons": ReturnLine.Reason.choices,
        "conditions": ReturnLine.Condition.choices,
    }
    states = (("rest", 3, 0, None, ""), ("chosen", 4, 1, chosen, ""), ("error", 5, 1, chosen, SAID))
    return [
        (words, lists | {"row": row(key, units=units, choice=choice, problem=problem)})
        for words, key, units, choice, problem in states
    ]


def row(key: int, *, units: int, choice: Sample | None, problem: str) -> Sample:
    line = bought_line(key, may_return=True)
    return Sample(
        key=f"l{key}",
        line=line,
        units=units,
        choice=choice,
        is_open=bool(choice) and not problem,
        is_wrong=bool(problem),
        problem=problem,
        decision=line.decision,
        draft=Sample(pk=NOBODY),
        photos=(),
        suggestions=(),
        serial_fields=(),
    )


def sums() -> Sample:
    line = Sample(choice=Sample(units=2), line=Sample(product=article("Cake stand")), amount=2190)
    share = Sample(payment=Sample(get_tender_display="card"), amount=2190)
    return Sample(lines_by_name=[line, line], quote=Sample(currency=EURO, refunds=[share]))


def to_ask(**more: Any) -> Sample:
    draft = Sample(pk=NOBODY, customer=camille())
    return Sample(draft=draft, to_ask=[Sample(sentence=SAID)], **more)


def shares() -> list[Sample]:
    paid = {"state": "paid", "tone": "ok", "icon": "check"}
    waiting = {"state": "asked for", "tone": "look", "icon": "clock"}
    failed = {
        "state": "failed",
        "tone": "stop",
        "icon": "alert",
        "may_retry": True,
        "sentence": SAID,
    }
    refund = Sample(pk=NOBODY, amount=1095, currency=EURO)
    return [Sample(words="Card", refund=refund, **state) for state in (paid, waiting, failed)]


def asked() -> Sample:
    return Sample(
        number="LYO-R-000012",
        until="Answer until 26 Nov at 14:35",
        amount=1095,
        currency=EURO,
        label="Number",
        credit="AV-2345-6789",
    )


def why() -> Sample:
    return Sample(
        rule="days to bring it back",
        is_yes=False,
        who="A manager may agree, here or from afar.",
        evidence=[("Sold", "2 Oct"), ("Last day", "1 Nov")],
        customer_sentence="It could be brought back within 30 days, until 1 Nov.",
    )


def photos() -> dict[str, Any]:
    shown = [Sample(pk=NOBODY), Sample(pk=NOBODY)]
    return {"draft": Sample(pk=NOBODY), "key": "l6", "line_id": 6, "photos": shown}


def suggested() -> Sample:
    larger = Sample(product=article("Cake stand, large"), why="One size larger.", available=2)
    other = Sample(product=article("Bowl"), why="The same in another colour.", available=0)
    return Sample(key="l7", suggestions=[larger, other])


def paper() -> Sample:
    rows = [
        Sample(name="1 × Cake stand", words="from LYO-044748 of 2 Oct", amount="€10.95"),
        Sample(name="Refund", amount="€10.95", is_strong=True),
    ]
    return Sample(
        title="Return slip",
        number="LYO-R-000012",
        made="26 Nov at 14:05",
        sender=["Lyon Bellecour", "1 rue du Plat"],
        blocks=[Sample(title="Came back", rows=rows)],
        notes=["The legal guarantee of conformity lasts two years from delivery."],
        square=Sample(size=3, path="M0 0h1v1h-1zM2 1h1v2h-1z"),
        code_in_groups="ABCD EFGH",
    )


def crm() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("not asked yet", {"crm": None}),
        ("told", {"crm": Sample(is_up_to_date=True, told_at=now())}),
        ("on its way", {"crm": Sample(is_waiting=True)}),
        ("trouble", {"crm": Sample(is_trouble=True, reason="It does not answer.")}),
        ("nothing to tell", {"crm": Sample(name="nothing")}),
    ]


def days() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("busy", {"counts": Sample(all=15, identified=12, anonymous=3, latest_at=now())}),
        ("empty", {"counts": Sample(all=0)}),
    ]


def tabs() -> list[Sample]:
    names = ("All", "Store", "Web")
    return [Sample(url="#", label=name, is_current=name == "All") for name in names]


def switch() -> dict[str, Any]:
    options = [
        {"value": "light", "label": "Light", "words": "warm paper"},
        {"value": "dark", "label": "Dark", "words": "for the evening", "is_on": True},
    ]
    return {"label": "Display", "name": "display", "options": options}


def tablet() -> Sample:
    store = Sample(name="Lyon Bellecour", country="FR")
    return Sample(name="Counter 1", store=store, register=Sample(name="1"), opened_at=now())


def people() -> list[Clerk]:
    return [nadia(), marc()]


def moments() -> list[dict[str, str]]:
    return [
        {"icon": "box", "title": "The goods", "words": "2 × back to the shelf"},
        {"icon": "crm", "title": "Everybody else", "words": "The CRM hears of it within seconds."},
    ]
