"""Withdrawals declared by law: which right they give, how long, and what is told of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from customers import letters, privacy
from customers.models import Message
from omnistore.outbox.models import Event
from orders import declarations, history, policies, quotes, returns, withdrawals
from orders import privacy as order_privacy
from orders.models import CustomerReturn, Order, OrderLine, Product, Withdrawal
from orders.policies import PolicyBook, words
from orders.quotes import Choice
from orders.units import with_returned
from orders.withdrawals import Said
from stores.models import Store, Tablet
from tests.factories import make_customer, make_order, make_product

# Delivered on Monday, 2 November 2026: the right lasts until Monday, 16 November.
DELIVERED = datetime(2026, 11, 2, 11, tzinfo=UTC)
IN_TIME = datetime(2026, 11, 16, 20, tzinfo=UTC)
TOO_LATE = datetime(2026, 11, 17, 8, tzinfo=UTC)
# Fourteen days after the declaration, which is a Monday too; and the day after.
LAST_DAY = datetime(2026, 11, 30, 17, tzinfo=UTC)
DAY_AFTER = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.fixture
def order(db: None) -> Order:
    customer = make_customer(email="camille@example.fr")
    return make_order(customer, [(make_product(name="Sac à pois"), 3, 1990)], placed_at=DELIVERED)


@pytest.fixture
def line(order: Order) -> OrderLine:
    return order.lines.get()


def declare(
    order: Order, at: datetime = IN_TIME, key: UUID | None = None, **said: Any
) -> Withdrawal:
    units = {line.pk: line.quantity for line in order.lines.all()}
    told = {"name": "Camille Moreau", "email": "c@example.fr", "units": units, "language": "fr"}
    return withdrawals.declare(order=order, said=Said(**told | said), key=key or uuid4(), at=at)


def right_at(line: OrderLine, at: datetime, *, units: int = 3, condition: str = "AS_NEW") -> str:
    """By which right so many units come back then; no policy gives any."""
    quote = quotes.draw_up(
        choices=[Choice(line.pk, units, "CHANGED_MIND", condition)],
        customer_id=line.order.customer_id,
        now=at,
    )
    return quote.lines[0].decision.right


# --- the clock -----------------------------------------------------------------------------------
def test_rule_1_6_who_withdrew_in_time_may_bring_it_for_fourteen_days_more(
    order: Order, line: OrderLine
) -> None:
    assert right_at(line, LAST_DAY) == ""

    declare(order)

    assert right_at(line, IN_TIME) == right_at(line, LAST_DAY) == "WITHDRAWAL"
    assert right_at(line, DAY_AFTER) == ""


def test_a_declaration_after_the_last_day_is_refused_and_moves_nothing(
    order: Order, line: OrderLine
) -> None:
    with pytest.raises(withdrawals.NothingToWithdraw):
        declare(order, at=TOO_LATE)

    assert right_at(line, TOO_LATE) == ""
    assert not Withdrawal.objects.exists()
    assert not Message.objects.exists()


def test_the_clerk_sees_when_it_was_declared(order: Order) -> None:
    declare(order)

    (found,) = history.of_order(order, now=LAST_DAY).lines
    shown = dict(words.pairs(found.decision.evidence))

    assert found.decision.rule == "withdrawn"
    assert found.decision.evidence["withdrawn_on"] == "2026-11-16"
    assert found.decision.until == date(2026, 11, 30)
    assert "16 nov." in found.decision.sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert shown["Rétractation"].replace("\N{NO-BREAK SPACE}", " ") == "16 nov."


def test_the_refund_is_owed_from_the_declaration_or_when_the_articles_are_here(
    order: Order, line: OrderLine
) -> None:
    declare(order, at=DELIVERED)
    clock = policies.clocks.withdrawal(OrderLine.objects.select_related("order").get())

    assert clock is not None
    assert clock.owed_by(date(2026, 11, 5)) == date(2026, 11, 16)
    assert clock.owed_by(date(2026, 11, 16)) == date(2026, 11, 16)


def test_only_so_many_units_as_were_withdrawn_from_may_come_later(
    order: Order, line: OrderLine
) -> None:
    declare(order, units={line.pk: 2})

    assert right_at(line, LAST_DAY, units=2) == "WITHDRAWAL"
    assert right_at(line, LAST_DAY, units=3) == ""


def test_units_that_came_back_are_not_counted_twice(
    order: Order, line: OrderLine, tablet: Tablet
) -> None:
    bring(order, line, 1, DELIVERED, tablet)
    declare(order, units={line.pk: 1})
    bring(order, line, 1, LAST_DAY, tablet)

    assert right_at(line, LAST_DAY, units=1) == ""
    assert with_returned(OrderLine.objects.all()).get().returned_units == 2


def bring(order: Order, line: OrderLine, units: int, at: datetime, tablet: Tablet) -> None:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=at)
    returns.choose(draft=draft, choices=[Choice(line.pk, units, "CHANGED_MIND", "AS_NEW")])
    returns.take(draft=draft, at=at)


def test_a_second_declaration_takes_what_the_first_left(order: Order, line: OrderLine) -> None:
    declare(order, units={line.pk: 2})
    declare(order, units={line.pk: 1})

    assert right_at(line, LAST_DAY) == "WITHDRAWAL"
    with pytest.raises(withdrawals.NothingToWithdraw):
        declare(order)


def test_it_may_be_declared_before_the_parcel_comes(order: Order, line: OrderLine) -> None:
    Order.objects.update(delivered_at=None)
    order.refresh_from_db()
    declare(order, at=DELIVERED - timedelta(days=1))
    Order.objects.update(delivered_at=DELIVERED)

    assert right_at(line, IN_TIME) == "WITHDRAWAL"


# --- which purchases -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"channel": "WEB"}, True),
        ({"channel": "PHONE"}, True),
        ({"channel": "STORE"}, False),
        ({"channel": "STORE", "is_paid_online": True}, True),
        ({"channel": "WEB", "is_paid_online": False}, False),
        ({"channel": "WEB", "is_historical": True}, False),
    ],
)
def test_rule_1_6_contracts_at_a_distance_and_no_others(
    db: None, fields: dict[str, Any], is_open: bool
) -> None:
    order = make_order(None, [(make_product(), 1, 1990)], placed_at=DELIVERED, **fields)

    assert bool(withdrawals.open_lines(order, at=IN_TIME)) == is_open


def test_what_is_made_to_measure_or_no_article_is_not_on_offer(order: Order) -> None:
    Product.objects.update(has_no_withdrawal=True)
    assert withdrawals.open_lines(order, at=IN_TIME) == []

    Product.objects.update(has_no_withdrawal=False, kind="SERVICE")
    assert withdrawals.open_lines(order, at=IN_TIME) == []


def test_sealed_goods_that_were_opened_do_not_come_back_by_it(
    order: Order, line: OrderLine
) -> None:
    Product.objects.update(withdrawal_ends_opened=True)
    declare(order)

    assert right_at(line, LAST_DAY) == "WITHDRAWAL"
    assert right_at(line, LAST_DAY, condition="OPENED") == ""


@pytest.mark.parametrize("units", [{}, {0: 1}])
def test_what_is_not_open_is_refused(order: Order, line: OrderLine, units: dict[int, int]) -> None:
    for wrong in (units, {line.pk: 4}, {line.pk: 0}, {line.pk: 1, 999_999: 1}):
        with pytest.raises(withdrawals.MoreThanOpen):
            declare(order, units=wrong)


# --- once, and told ------------------------------------------------------------------------------
def test_twice_is_once(order: Order) -> None:
    key = uuid4()

    first, second = declare(order, key=key), declare(order, key=key, at=TOO_LATE)

    assert first == second
    assert [Withdrawal.objects.count(), Message.objects.count()] == [1, 1]
    assert Event.objects.filter(name="orders.withdrawal.declared").count() == 1


def test_the_fact_has_no_personal_data(order: Order, line: OrderLine) -> None:
    made = declare(order)

    told = Event.objects.get(name="orders.withdrawal.declared").payload
    assert told["lines"] == [{"order_line_id": line.pk, "sku": "85099B", "units": 3}]
    assert (told["withdrawal_id"], told["number"]) == (str(made.pk), order.number)
    assert "Camille" not in str(told)
    assert "example.fr" not in str(told)


def test_the_row_is_sealed(order: Order) -> None:
    declare(order)

    raw = str(Withdrawal.objects.extra(select={"n": "name", "e": "email"}).values("n", "e").get())
    assert Withdrawal.objects.get().name == "Camille Moreau"
    assert "Camille" not in raw
    assert "example" not in raw


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "fr",
            (
                "Votre rétractation de l’achat",
                "le 16 nov. 2026 à 21 h 00",
                "Vous renoncez au contrat de l’achat",
                "3 × Sac à pois",
                "Déclaré par : Camille Moreau",
                "Accusé de réception à : c@example.fr",
                "dans les quatorze jours",
            ),
        ),
        (
            "en",
            (
                "Your withdrawal from purchase",
                "on 16 Nov 2026 at 21:00",
                "You withdraw from the contract for purchase",
                "3 × Sac à pois",
                "Declared by: Camille Moreau",
                "Acknowledged to: c@example.fr",
                "within fourteen days",
            ),
        ),
    ],
)
def test_the_acknowledgement_says_what_was_declared_by_whom_and_when(
    order: Order, language: str, said: tuple[str, ...]
) -> None:
    Order.objects.update(customer=None)
    order.refresh_from_db()
    declare(order, language=language)

    message = Message.objects.get()
    letter = letters.letter_of(message)
    assert (message.purpose, message.address) == ("ACKNOWLEDGED", "c@example.fr")
    for words_of in (letter.text, letter.html):
        plain = words_of.replace("\N{NO-BREAK SPACE}", " ")
        for words_said in (*said[1:], order.number):
            assert words_said in plain, words_said
    assert letter.subject.startswith(said[0])


def test_a_name_stays_a_name_in_the_letter(order: Order) -> None:
    declare(order, name="<a href='https://evil.example'>x</a>")

    assert "<a href" not in letters.letter_of(Message.objects.get()).html


# --- forgotten and kept --------------------------------------------------------------------------
def test_who_is_forgotten_leaves_the_declaration_without_name(order: Order) -> None:
    made = declare(order)
    assert order.customer is not None

    privacy.erase(customer=order.customer, at=LAST_DAY)
    privacy.erase(customer=order.customer, at=LAST_DAY)

    made.refresh_from_db()
    assert (made.name, made.email, made.forgotten_at) == ("", "", LAST_DAY)
    assert made.lines.get().units == 3
    assert Message.objects.get().state == "DROPPED"


def test_his_own_copy_says_what_he_declared(order: Order) -> None:
    declare(order)
    assert order.customer is not None

    (copy,) = order_privacy.withdrawals_of(order.customer)

    assert copy["declared_at"] == IN_TIME.isoformat()
    assert (copy["name"], copy["email"]) == ("Camille Moreau", "c@example.fr")
    assert copy["articles"] == [{"article": "Sac à pois", "units": 3}]


def test_names_are_kept_as_long_as_somebody_may_dispute_it(order: Order) -> None:
    made = declare(order)

    withdrawals.tidy(at=IN_TIME + withdrawals.KEPT - timedelta(seconds=1))
    made.refresh_from_db()
    assert made.name
    withdrawals.tidy(at=IN_TIME + withdrawals.KEPT)
    made.refresh_from_db()
    assert not made.name


def test_the_declaration_outlives_its_code(order: Order, line: OrderLine, lyon: Store) -> None:
    made = declare(order)

    assert declarations.sweep(at=IN_TIME + declarations.LIFE) == 1

    made.refresh_from_db()
    assert made.customer_return is None
    assert not CustomerReturn.objects.exists()
    assert made.lines.get().units == 3


@pytest.fixture(autouse=True)
def _in_paris() -> Iterator[None]:
    with timezone.override("Europe/Paris"):
        yield


def test_previews_judge_such_a_return_as_it_was(
    order: Order, line: OrderLine, tablet: Tablet
) -> None:
    declare(order)
    bring(order, line, 3, LAST_DAY, tablet)

    decision = policies.decide(
        OrderLine.objects.select_related("order", "product").get(),
        reason="CHANGED_MIND",
        condition="AS_NEW",
        book=PolicyBook([]),
        now=LAST_DAY,
        units=3,
    )

    assert decision.right == "WITHDRAWAL"
