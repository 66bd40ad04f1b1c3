"""
What the tour meets beside plain sales: a question for Marc, a gift receipt, numbered units, and
what two customers said of their visit.

Made without events, as the rest of the demo's past is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from omnistore.demo import staff
from omnistore.demo.people import CAMILLE, HELENE, JULIEN, THOMAS, WEI, Person
from orders import numbers, opinions, questions, quotes, returns, slips
from orders.models import (
    CustomerReturn,
    Occasion,
    Order,
    OrderLine,
    Product,
    Review,
    ReviewEntry,
    Scale,
    SoldSerial,
)
from orders.questions import Question
from orders.quotes import Choice
from stores.models import Clerk, Store

# Past every window of the shop, so that only a gesture is left.
LONG_SINCE = timedelta(days=60)
# A visitor of the demo has more time than a manager in a shop.
TO_ANSWER = timedelta(days=30)
ASKED_AGO, ANSWERED_AGO = timedelta(hours=20), timedelta(hours=16)
# Who said what: score, words, and whether the store may call.
SAID = (
    (THOMAS, Scale.CSAT, 2, "On ne m’a pas dit qu’un article soldé ne se reprend pas.", True),
    (JULIEN, Scale.CSAT, 5, "Très bon accueil, merci à Nadia.", False),
)


def add(*, source: str, stores: Mapping[str, Store], at: datetime) -> None:
    """Make them all."""
    _ask(source, stores["lyo"], at)
    _give(source, at)
    _print(source, at)
    _number(source)
    _say(source, stores["lyo"], at)


def _ask(source: str, store: Store, at: datetime) -> None:
    """Let Nadia ask Marc about an old article of a VIP: he may say yes, a machine may not."""
    line = _lines(source, HELENE).filter(order__placed_at__lt=at - LONG_SINCE).last()
    clerk = Clerk.objects.filter(name=staff.CLERKS[0].name).first()
    if line is None or clerk is None:
        return
    draft = returns.begin(order=line.order, store=store, clerk=clerk, at=at)
    returns.choose(draft=draft, choices=[Choice(line.pk, 1, "STYLE", "AS_NEW")])
    answer = quotes.draw_up(
        choices=returns.choices_of(draft), customer_id=draft.customer_id, now=at, store=store
    )
    asked = questions.of(answer)
    if not asked:
        return
    draft.number = numbers.following(store, "R")
    draft.number_key = numbers.key(draft.number)
    draft.state, draft.submitted_at = CustomerReturn.State.NEEDS_REVIEW, at
    draft.save()
    draft.lines.update(amount=answer.lines[0].amount, tax=answer.lines[0].tax)
    opened = Review.objects.bulk_create(_review(draft, question, clerk, at) for question in asked)
    ReviewEntry.objects.bulk_create(
        ReviewEntry(review=review, what=ReviewEntry.What.ASKED, clerk=clerk, at=at)
        for review in opened
    )


def _review(draft: CustomerReturn, question: Question, clerk: Clerk, at: datetime) -> Review:
    return Review(
        customer_return=draft,
        order_line_id=question.order_line_id,
        asked_by=clerk,
        kind=question.kind,
        rule=question.rule,
        level=question.level,
        sentences=question.sentences,
        evidence=dict(question.evidence),
        units=question.units,
        amount=question.amount,
        currency=draft.currency,
        shown=question.shown,
        route=Review.Route.STORE,
        fallback=Review.Fallback.ESCALATE,
        asked_at=at,
        due_at=at + TO_ANSWER,
    )


def _give(source: str, at: datetime) -> None:
    """Make a gift receipt of what Julien bought last in a store; `/demo/codes/` shows its code."""
    bought = Order.objects.filter(source=source, channel="STORE", **_of(source, JULIEN))
    order = bought.order_by("-placed_at").first()
    if order is not None:
        slips.gift_of(order=order, at=at)


def _print(source: str, at: datetime) -> None:
    """Make the receipt of what Camille bought last in a store; a phone opens it from the sheet."""
    bought = Order.objects.filter(source=source, channel="STORE", **_of(source, CAMILLE))
    order = bought.order_by("-placed_at").first()
    if order is not None:
        slips.receipt_of(order=order, at=at)


def _number(source: str) -> None:
    """Sell each unit of an article of Wei's last purchase by its number."""
    line = _lines(source, WEI).filter(quantity__lte=3).last()
    if line is None:
        return
    Product.objects.filter(pk=line.product_id).update(tracking=Product.Tracking.SERIAL)
    SoldSerial.objects.bulk_create(
        SoldSerial(order_line=line, serial=f"SN{line.pk:05d}{unit}")
        for unit in range(1, line.quantity + 1)
    )


def _say(source: str, store: Store, at: datetime) -> None:
    """Let two customers have answered how their last purchase in Lyon was."""
    for person, scale, score, comment, wants_call in SAID:
        bought = Order.objects.filter(
            source=source, channel="STORE", opinion=None, **_of(source, person)
        )
        order = bought.select_related("customer").order_by("-placed_at").first()
        if order is None or order.customer is None:
            continue
        asked, _code = opinions.put(
            customer=order.customer,
            order=order,
            store=store,
            occasion=Occasion.SALE,
            scale=scale,
            channel="EMAIL",
            asked_at=at - ASKED_AGO,
            expires_at=at - ASKED_AGO + opinions.LIFE,
        )
        asked.score, asked.comment, asked.wants_call = score, comment, wants_call
        asked.answered_at = at - ANSWERED_AGO
        asked.save()


def _lines(source: str, person: Person) -> QuerySet[OrderLine]:
    """Return the person's whole lines of goods, the oldest first."""
    lines = OrderLine.objects.filter(
        order__source=source,
        order__delivered_at__isnull=False,
        return_lines=None,
        product__kind=Product.Kind.GOODS,
        **{f"order__{name}": value for name, value in _of(source, person).items()},
    )
    return lines.select_related("order__customer").order_by("order__placed_at", "position")


def _of(source: str, person: Person) -> dict[str, str]:
    return {"customer__evidence__identifier__value": f"{source}:{person.number}"}
