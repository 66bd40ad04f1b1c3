"""How it was: who is asked by which question, answered once, and what becomes of the answer."""

import logging
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from customers import messages, privacy
from customers.models import Customer, Message
from omnistore.outbox.models import Event
from orders import checkout, opinion_notices, opinions, satisfaction
from orders import privacy as orders_privacy
from orders.checkout import Place, Sale, SoldLine, Tendered
from orders.models import CustomerReturn, Opinion, Product, SatisfactionQuestion
from stores.models import Clerk, Store, Tablet
from tests.customers.test_messages import answer as consent_answer
from tests.factories import LONG_AGO, NOON, make_customer, make_policy, make_product, make_user
from tests.orders.test_afterwards import bring, buy, pay, told

ASKED, ANSWERED = "orders.satisfaction.asked", "orders.satisfaction.answered"
EMAIL, PHONE = "camille@example.fr", "+33612345678"
WORDS = "Personne ne m’a aidée, appelez-moi."


@pytest.fixture
def camille(db: None) -> Customer:
    """She may be written to by e-mail."""
    camille = make_customer(email=EMAIL, phone=PHONE)
    consent_answer(camille, is_given=True)
    return camille


@pytest.fixture
def bag(db: None) -> Product:
    make_policy()
    return make_product("85099B", price=1990, model="85099")


@pytest.fixture
def taken(camille: Customer, bag: Product, tablet: Tablet) -> CustomerReturn:
    """A return of hers that is settled."""
    taken = bring(camille, bag, tablet)
    pay(taken)
    return taken


@pytest.fixture
def asked(taken: CustomerReturn) -> Opinion:
    return Opinion.objects.get(customer_return=taken)


def ask_for(occasion: str, asks: str, start_at: datetime = LONG_AGO) -> None:
    SatisfactionQuestion.objects.create(occasion=occasion, asks=asks, start_at=start_at)


def shop(customer: Customer, store: Store, *, at: datetime) -> None:
    """Let her buy in the store at that moment."""
    sale = Sale(
        source="till",
        number=f"NOW-{at:%j%H%M%S}",
        channel="STORE",
        currency="EUR",
        placed_at=at,
        delivered_at=at,
        lines=[SoldLine(sku="85099B", quantity=1, unit_price=1990)],
        tenders=[Tendered(tender="CARD", amount=1990)],
    )
    checkout.record(sale=sale, place=Place(store=store), customer=customer, at=at)


def say(asked: Opinion, score: int = 2, comment: str = WORDS, **fields: Any) -> Opinion:
    moment = fields.pop("at", NOON + timedelta(hours=3))
    opinions.answer(asked=asked, score=score, comment=comment, at=moment, **fields)
    return asked


# --- who is asked --------------------------------------------------------------------------------
def test_a_settled_return_is_asked_about_by_mail_two_hours_later(
    camille: Customer, taken: CustomerReturn, asked: Opinion
) -> None:
    message = Message.objects.get(purpose="SATISFACTION")

    assert (asked.occasion, asked.scale, asked.channel) == ("RETURN", "CSAT", "EMAIL")
    assert (message.customer, message.channel) == (camille, "EMAIL")
    assert message.next_at == NOON + timedelta(hours=2)
    assert message.variables["link"] == opinions.link(asked)
    assert [fact["channel"] for fact in told(ASKED)] == ["EMAIL"]


def test_the_message_arrives_in_her_language_with_a_way_out(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    Customer.objects.filter(pk=camille.pk).update(language="en")
    camille.refresh_from_db()

    pay(bring(camille, bag, tablet))
    messages.send_due(clock=lambda: NOON + timedelta(hours=2), chance=lambda: 1.0)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([EMAIL], "How did your return go?")
    assert opinions.link(Opinion.objects.get()) in sent.body
    assert "List-Unsubscribe" in sent.message()
    assert "Camille" not in sent.body


def test_nobody_is_written_to_before_it_is_due(taken: CustomerReturn) -> None:
    messages.send_due(clock=lambda: NOON + timedelta(hours=1, minutes=59), chance=lambda: 1.0)

    assert mail.outbox == []


def test_a_text_goes_where_only_texts_may(bag: Product, tablet: Tablet) -> None:
    zoe = make_customer("Zoé", phone=PHONE, email=EMAIL)
    consent_answer(zoe, is_given=True, channel="SMS")

    pay(bring(zoe, bag, tablet))

    assert Message.objects.get().channel == "SMS"


def test_who_allows_nothing_is_not_written_to_and_another_system_may_ask(
    bag: Product, tablet: Tablet
) -> None:
    pay(bring(make_customer("Zoé", phone=PHONE, email=EMAIL), bag, tablet))

    assert not Message.objects.exists()
    assert [fact["channel"] for fact in told(ASKED)] == [""]


def test_who_refuses_meanwhile_gets_nothing(camille: Customer, taken: CustomerReturn) -> None:
    consent_answer(camille, is_given=False, at=NOON + timedelta(hours=1))

    messages.send_due(clock=lambda: NOON + timedelta(hours=2), chance=lambda: 1.0)

    assert mail.outbox == []
    assert Message.objects.get().state == "DROPPED"


@pytest.mark.parametrize(("days", "times"), [(0, 1), (29, 1), (30, 2)])
def test_she_is_not_asked_again_within_thirty_days_whatever_she_does(
    camille: Customer, bag: Product, tablet: Tablet, days: int, times: int
) -> None:
    ask_for("SALE", "NPS")
    later = NOON + timedelta(days=days)

    pay(bring(camille, bag, tablet))
    shop(camille, tablet.store, at=later)

    assert Opinion.objects.count() == Message.objects.count() == times


def test_a_sale_asks_nobody_until_head_office_wants_it(
    camille: Customer, bag: Product, lyon: Store
) -> None:
    shop(camille, lyon, at=NOON)
    assert not Opinion.objects.exists()

    ask_for("SALE", "NPS")
    shop(camille, lyon, at=NOON + timedelta(hours=1))

    asked = Opinion.objects.get()
    assert (asked.occasion, asked.scale, asked.store) == ("SALE", "NPS", lyon)
    assert [fact["order_id"] for fact in told(ASKED)] == [str(asked.order_id)]


def test_a_sale_told_days_later_asks_nobody(camille: Customer, bag: Product, lyon: Store) -> None:
    ask_for("SALE", "NPS")

    buy(camille, "85099B", lyon, placed_at=NOON)

    assert not Opinion.objects.exists()


def test_a_buyer_whom_nobody_may_write_to_is_still_asked_about_his_return(
    bag: Product, tablet: Tablet, lyon: Store
) -> None:
    ask_for("SALE", "NPS")
    zoe = make_customer("Zoé")

    shop(zoe, lyon, at=NOON)
    pay(bring(zoe, bag, tablet))

    assert [fact["occasion"] for fact in told(ASKED)] == ["RETURN"]


def test_an_exchange_has_a_question_of_its_own(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    ask_for("EXCHANGE", "CES")

    bring(camille, bag, tablet, resolution="EXCHANGE", replacement_id=bag.pk)

    assert Opinion.objects.get().question == "Votre échange a-t-il été facile\u202f?"


def test_head_office_turns_it_off(camille: Customer, bag: Product, tablet: Tablet) -> None:
    ask_for("RETURN", "OFF")

    pay(bring(camille, bag, tablet))

    assert not Opinion.objects.exists()
    assert told(ASKED) == []


def test_head_office_leaves_it_to_another_system(
    camille: Customer, bag: Product, tablet: Tablet
) -> None:
    ask_for("RETURN", "ELSEWHERE")

    pay(bring(camille, bag, tablet))

    assert not Opinion.objects.exists()
    assert not Message.objects.exists()
    assert [fact["channel"] for fact in told(ASKED)] == [""]


def test_the_newest_question_that_is_in_force_is_asked(db: None) -> None:
    ask_for("RETURN", "NPS")
    ask_for("RETURN", "CES", NOON)
    ask_for("RETURN", "OFF", NOON + timedelta(days=1))

    at = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(days=1)]

    assert [satisfaction.asked_after("RETURN", at=moment) for moment in at] == ["NPS", "CES", "OFF"]


@pytest.mark.parametrize(
    ("happened", "written"),
    [
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), datetime(2026, 11, 25, 11, 0, tzinfo=UTC)),
        # Ten in the evening in Paris: the next morning at nine.
        (datetime(2026, 11, 25, 19, 0, tzinfo=UTC), datetime(2026, 11, 26, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 25, 1, 0, tzinfo=UTC), datetime(2026, 11, 25, 8, 0, tzinfo=UTC)),
        # Saturday evening: Monday. The day before Christmas, in the evening, a Thursday: Saturday.
        (datetime(2026, 11, 28, 18, 0, tzinfo=UTC), datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 18, 0, tzinfo=UTC), datetime(2026, 12, 26, 8, 0, tzinfo=UTC)),
    ],
)
def test_nobody_is_woken_at_night_on_a_sunday_or_a_holiday(
    happened: datetime, written: datetime
) -> None:
    assert satisfaction.due_at(happened) == written


# --- answering -----------------------------------------------------------------------------------
def test_the_fact_has_the_score_and_none_of_her_words(asked: Opinion) -> None:
    say(asked, wants_call=True)

    (fact,) = told(ANSWERED)
    assert (fact["score"], fact["highest"], fact["scale"]) == (2, 5, "CSAT")
    assert fact["return_id"] == str(asked.customer_return_id)
    assert (fact["has_comment"], fact["wants_call"]) == (True, True)
    assert WORDS not in str(list(Event.objects.values_list("payload", flat=True)))


def test_no_log_has_her_words(asked: Opinion, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    say(asked)

    with pytest.raises(opinions.NoSuchLink):
        say(asked, score=4)

    assert WORDS not in caplog.text
    assert opinions.link(asked).split("/")[-2] not in caplog.text


def test_what_is_said_is_said_once(asked: Opinion) -> None:
    say(asked, score=2)

    with pytest.raises(opinions.NoSuchLink):
        say(asked, score=5, comment="")

    asked.refresh_from_db()
    assert (asked.score, asked.comment) == (2, WORDS)
    assert len(told(ANSWERED)) == 1


def test_the_same_finger_may_tap_twice(asked: Opinion) -> None:
    first = NOON + timedelta(hours=3)
    say(asked, at=first)
    say(asked, at=first + timedelta(seconds=59))

    with pytest.raises(opinions.NoSuchLink):
        say(asked, at=first + timedelta(seconds=60))
    assert len(told(ANSWERED)) == 1


def test_after_two_weeks_nothing_is_taken(asked: Opinion) -> None:
    assert asked.expires_at == NOON + timedelta(days=14, hours=2)

    with pytest.raises(opinions.NoSuchLink):
        say(asked, at=asked.expires_at)


@pytest.mark.parametrize(("scale", "score"), [("CSAT", 0), ("CSAT", 6), ("NPS", 11), ("CES", 8)])
def test_the_database_takes_no_score_beside_the_scale(
    asked: Opinion, scale: str, score: int
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.filter(pk=asked.pk).update(scale=scale, score=score, answered_at=NOON)


def test_a_code_names_nobody_and_cannot_be_made_from_what_is_stored(
    camille: Customer, asked: Opinion
) -> None:
    code = opinions.link(asked).split("/")[-2]

    assert len(code) == 22
    assert code not in (asked.code_hash, asked.pk.hex)
    assert opinions.find(code) == asked
    assert opinions.find(asked.code_hash) is None


def test_the_link_outlives_the_key_that_made_it(asked: Opinion, settings: Any) -> None:
    before = opinions.link(asked)

    settings.ENCRYPTION_KEYS = ["another-key-" * 4, *settings.ENCRYPTION_KEYS]

    assert opinions.link(asked) == before


# --- erased --------------------------------------------------------------------------------------
def test_forgetting_her_empties_her_words_and_keeps_the_score(
    camille: Customer, asked: Opinion
) -> None:
    say(asked, wants_call=True)

    privacy.erase(customer=camille, at=NOON + timedelta(hours=4))

    asked.refresh_from_db()
    assert (asked.score, asked.comment, asked.wants_call) == (2, "", False)
    assert opinion_notices.send_due(at=NOON + timedelta(hours=5)) == 0


def test_who_is_forgotten_is_asked_nothing_any_more(camille: Customer, asked: Opinion) -> None:
    privacy.erase(customer=camille, at=NOON + timedelta(hours=1))
    messages.send_due(clock=lambda: NOON + timedelta(hours=2), chance=lambda: 1.0)

    assert mail.outbox == []
    with pytest.raises(opinions.NoSuchLink):
        say(asked)
    asked.refresh_from_db()
    assert asked.comment == ""


def test_her_copy_has_what_she_was_asked_and_said(camille: Customer, asked: Opinion) -> None:
    say(asked)

    (copied,) = orders_privacy.opinions_of(camille)

    assert (copied["score"], copied["comment"]) == (2, WORDS)
    assert copied["about"] == asked.number


def test_old_words_go_and_the_score_stays(asked: Opinion) -> None:
    say(asked)

    opinions.tidy(at=NOON + timedelta(days=3 * 365 - 1))
    asked.refresh_from_db()
    assert asked.comment == WORDS

    opinions.tidy(at=NOON + timedelta(days=3 * 365 + 1))
    asked.refresh_from_db()
    assert (asked.comment, asked.score) == ("", 2)


# --- told to the store ---------------------------------------------------------------------------
@pytest.fixture
def manager(marc: Clerk) -> Clerk:
    marc.user = make_user("marc", email="marc@example.fr")
    marc.save()
    return marc


def test_the_stores_manager_is_told_without_her_words(asked: Opinion, manager: Clerk) -> None:
    say(asked, wants_call=True)

    assert opinion_notices.send_due(at=NOON + timedelta(hours=3)) == 1

    (sent,) = mail.outbox
    assert sent.to == ["marc@example.fr"]
    assert "2 sur 5" in sent.subject
    assert asked.number in sent.body
    assert WORDS not in sent.body and "Camille" not in sent.body


def test_he_is_told_once(asked: Opinion, manager: Clerk) -> None:
    say(asked)

    sent = [opinion_notices.send_due(at=NOON + timedelta(hours=hours)) for hours in (3, 4)]

    assert sent == [1, 0]


def test_a_happy_customer_without_words_is_no_reason_to_write(
    asked: Opinion, manager: Clerk
) -> None:
    say(asked, score=5, comment="")

    assert opinion_notices.send_due(at=NOON + timedelta(hours=3)) == 0


def test_managers_of_other_stores_hear_nothing(asked: Opinion, manager: Clerk) -> None:
    manager.stores.clear()
    say(asked)

    assert opinion_notices.send_due(at=NOON + timedelta(hours=3)) == 0


def test_a_mail_that_fails_is_tried_again_and_given_up_after_a_day(
    asked: Opinion, manager: Clerk, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.orders.test_opinions.Broken"
    said_at = NOON + timedelta(hours=3)
    say(asked, at=said_at)

    opinion_notices.send_due(at=said_at)
    asked.refresh_from_db()
    assert asked.notice_at == said_at + opinion_notices.BREAK

    opinion_notices.send_due(at=said_at + timedelta(days=1))
    asked.refresh_from_db()
    assert asked.notice_at is None


class Broken:
    """A mail server that is away."""

    def __init__(self, **_: Any) -> None:
        pass

    def send_messages(self, _mails: Any) -> None:
        raise OSError


# --- figures -------------------------------------------------------------------------------------
def answers(customer_return: CustomerReturn, scale: str, scores: list[int]) -> None:
    """Write so many answers; each is about a return of its own."""
    taken = customer_return
    for at, score in enumerate(scores):
        Opinion.objects.create(
            customer_id=taken.customer_id,
            customer_return=CustomerReturn.objects.create(
                customer_id=taken.customer_id, currency="EUR", created_at=NOON
            ),
            store=taken.store,
            occasion="RETURN",
            scale=scale,
            code_hash=f"{scale}{at}",
            score=score,
            asked_at=NOON,
            expires_at=NOON,
            answered_at=NOON,
        )


def test_figures_are_counted_by_store_and_scale(taken: CustomerReturn, asked: Opinion) -> None:
    answers(taken, "NPS", [0, 6, 7, 8, 9, 10, 10])
    answers(taken, "CSAT", [1, 4, 5])

    csat, nps = opinions.figures(Opinion.objects.all())

    assert (csat.answers, round(csat.mean, 2), csat.well) == (3, Decimal("3.33"), Decimal("0.67"))
    assert (nps.answers, nps.nps, nps.headline) == (7, 14, "+14")
    assert csat.nps is None
    assert csat.store == "Lyon Bellecour"
