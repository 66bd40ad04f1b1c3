"""Refunds by Stripe: asked once, whatever is lost on the way (rules.md 2.4, 2.5)."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.timezone import now
from stripe import WebhookSignature

from omnistore import outgoing
from omnistore.outbox.models import Event
from orders import gateways, refunds, returns
from orders.gateways import processors
from orders.journal import proof
from orders.models import (
    CustomerReturn,
    Instruction,
    JournalEntry,
    Order,
    Payment,
    Processor,
    ProcessorRequest,
    Refund,
    RefundPlan,
)
from orders.quotes import Choice
from stores.models import Clerk, Register, Tablet
from tests.crm.fakes.served import Said
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.orders.stripe_fake import KEY, FakeStripe, fixture, refused, stripe

INTENT = "pi_1PgafyB7WZ01zgkWSjxsAJo3"


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    """Stripe, where the customer's 30 € were captured."""
    with stripe() as fake:
        fake.captured[INTENT] = 3000
        yield fake
    outgoing.close()


@pytest.fixture
def processor(db: None, fake: FakeStripe) -> Processor:
    return Processor.objects.create(name="stripe-fr", secret_key=KEY, base_address=fake.url)


@pytest.fixture
def order(processor: Processor, tablet: Tablet) -> Order:
    make_policy()
    order = make_order(make_customer(), [(make_product(), 3, 1000)])
    order.payments.update(processor=processor.name, processor_reference=INTENT)
    return order


def bring_back(order: Order, tablet: Tablet, units: int = 1) -> Refund:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = order.lines.get()
    returns.choose(draft=draft, choices=[Choice(line.pk, units, "STYLE", "AS_NEW")])
    return returns.take(draft=draft, at=NOON).refund_plan.refunds.get()


def bring_back_all(order: Order, tablet: Tablet) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = order.lines.get()
    returns.choose(draft=draft, choices=[Choice(line.pk, line.quantity, "STYLE", "AS_NEW")])
    return returns.take(draft=draft, at=NOON)


@pytest.fixture
def refund(order: Order, tablet: Tablet) -> Refund:
    return bring_back(order, tablet)


def work(at: datetime = NOON) -> int:
    return processors.work(clock=lambda: at, chance=lambda: 1.0)


def state_of(refund: Refund) -> str:
    refund.refresh_from_db()
    return refund.state


def test_the_return_is_taken_before_anybody_is_called(refund: Refund, fake: FakeStripe) -> None:
    assert fake.asked == []
    assert (refund.state, refund.gateway) == ("AGREED", "PROCESSOR")
    assert not Instruction.objects.exists()


def test_a_processor_refunds_by_reference_and_settles_the_return(
    refund: Refund, fake: FakeStripe
) -> None:
    assert work() == 1

    (made,) = fake.refunds.values()
    assert (made["payment_intent"], made["amount"]) == (INTENT, 1000)
    assert state_of(refund) == Refund.State.PAID
    assert refund.reference == made["id"]
    assert CustomerReturn.objects.get().state == CustomerReturn.State.SETTLED
    assert Event.objects.filter(name="orders.refund.paid").count() == 1
    assert work() == 0


def test_rule_2_6_cash_waits_until_the_processor_was_called(
    order: Order, tablet: Tablet, till: Register, fake: FakeStripe
) -> None:
    order.payments.update(amount=2000)
    Payment.objects.create(order=order, tender="CASH", amount=1000, captured_at=NOON)
    bring_back_all(order, tablet)

    before = gateways.waiting_for(till, now=NOON)
    fake.before = [Said(503)]
    work()
    after = gateways.waiting_for(till, now=NOON)

    assert before == []
    assert [json.loads(row.body)["tender"] for row in after] == ["CASH"]


def test_a_processor_that_is_out_of_use_keeps_no_cash_back(
    order: Order, tablet: Tablet, till: Register
) -> None:
    order.payments.update(amount=2000)
    Payment.objects.create(order=order, tender="CASH", amount=1000, captured_at=NOON)
    bring_back_all(order, tablet)

    Processor.objects.update(is_active=False)

    assert len(gateways.waiting_for(till, now=NOON)) == 1


def test_only_ids_leave_the_house(refund: Refund, fake: FakeStripe) -> None:
    work()

    (made,) = fake.refunds.values()
    number = CustomerReturn.objects.get().number
    assert made["metadata"] == {"omnistore_refund": str(refund.pk), "omnistore_return": number}
    assert b"Camille" not in fake.asked[0].body


def test_rule_2_5_two_equal_partial_refunds_are_two_actions(
    order: Order, tablet: Tablet, fake: FakeStripe
) -> None:
    bring_back(order, tablet)
    bring_back(order, tablet)

    work()

    assert len(set(fake.keys)) == len(fake.refunds) == 2
    assert fake.refunded(INTENT) == 2000


def lose_connection() -> None:
    raise ConnectionResetError


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param([Said(502, b"Bad gateway")], id="answer lost"),
        pytest.param([lose_connection, lose_connection], id="connection lost"),
        pytest.param([Said(200, b'{"id": "re_')], id="half an answer"),
    ],
)
def test_rule_2_5_a_lost_answer_is_asked_again_by_the_same_key_and_finds_the_same_refund(
    refund: Refund, fake: FakeStripe, lost: list[object]
) -> None:
    fake.after = list(lost)  # type: ignore[arg-type]

    work()
    assert state_of(refund) == Refund.State.ASKED
    assert len(fake.refunds) == 1
    work(at=NOON + timedelta(minutes=1))

    assert state_of(refund) == Refund.State.PAID
    assert len(fake.refunds) == 1
    assert set(fake.keys) == {str(refund.idempotency_key)}


def test_a_call_that_takes_too_long_is_asked_again(
    refund: Refund, fake: FakeStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "WHOLE_CALL", 0.2)
    answered = threading.Event()
    fake.after = [lambda: answered.wait(30) and None]

    work()
    answered.set()
    monkeypatch.undo()
    work(at=NOON + timedelta(minutes=1))

    assert state_of(refund) == Refund.State.PAID
    assert len(fake.refunds) == 1


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_what_passes_is_waited_for(refund: Refund, fake: FakeStripe, status: int) -> None:
    fake.before = [refused(status, "lock_timeout", "api_error")]

    work()
    assert state_of(refund) == Refund.State.ASKED
    assert work() == 0
    work(at=NOON + timedelta(minutes=1))

    assert state_of(refund) == Refund.State.PAID


def test_a_processor_that_asks_for_time_gets_it(refund: Refund, fake: FakeStripe) -> None:
    busy = refused(429, "rate_limit")
    fake.before = [busy._replace(headers={"Retry-After": "120"})]

    work()

    assert work(at=NOON + timedelta(seconds=119)) == 0
    assert work(at=NOON + timedelta(seconds=121)) == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (
            refused(402, "card_declined", "card_error", decline_code="generic_decline"),
            "generic_decline",
        ),
        (refused(402, "expired_card", "card_error"), "expired_card"),
        (refused(400, "charge_already_refunded"), "charge_already_refunded"),
        (refused(400, "amount_too_large", param="amount"), "amount_too_large"),
        (refused(404, "resource_missing", param="payment_intent"), "resource_missing"),
    ],
)
def test_rule_2_4_a_definite_no_fails_the_refund_and_frees_its_amount(
    refund: Refund, fake: FakeStripe, said: Said, code: str
) -> None:
    fake.before = [said]

    work()

    assert state_of(refund) == Refund.State.FAILED
    assert refund.failure == code
    assert RefundPlan.objects.get().state == RefundPlan.State.PARTLY_DONE
    assert Event.objects.filter(name="orders.refund.failed").count() == 1
    assert work(at=NOON + timedelta(days=2)) == 0
    assert refunds.plan({refund.payment.order_id: 3000})[0].amount == 3000  # type: ignore[union-attr]


def test_after_a_definite_no_the_next_attempt_has_a_key_of_its_own(
    refund: Refund, fake: FakeStripe
) -> None:
    """Stripe would answer the first key with the same no by heart."""
    fake.captured[INTENT] = 0
    work()
    assert state_of(refund) == Refund.State.FAILED
    fake.captured[INTENT] = 3000

    refunds.retry(refund=refund, at=NOON)
    work()

    assert state_of(refund) == Refund.State.PAID
    assert fake.keys == [str(refund.idempotency_key), f"{refund.idempotency_key}:2"]


def test_a_retry_is_refused_while_nobody_knows(refund: Refund, fake: FakeStripe) -> None:
    fake.after = [Said(502)]
    work()

    with pytest.raises(refunds.NothingToRetry):
        refunds.retry(refund=refund, at=NOON)


def test_a_pending_refund_that_succeeds_later_is_paid(refund: Refund, fake: FakeStripe) -> None:
    fake.status = "pending"
    work()
    assert state_of(refund) == Refund.State.PENDING
    (made,) = fake.refunds.values()
    made["status"] = "succeeded"

    assert work(at=NOON + timedelta(seconds=30)) == 0
    work(at=NOON + timedelta(minutes=2))

    assert state_of(refund) == Refund.State.PAID


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_pending_refund_that_fails_later_has_failed(
    refund: Refund, fake: FakeStripe, status: str
) -> None:
    fake.status = "requires_action"
    work()
    (made,) = fake.refunds.values()
    made |= {"status": status, "failure_reason": "expired_or_canceled_card"}

    work(at=NOON + timedelta(minutes=2))

    assert state_of(refund) == Refund.State.FAILED
    assert refund.failure == "expired_or_canceled_card"


def test_what_the_bank_sends_back_is_no_longer_paid(refund: Refund, fake: FakeStripe) -> None:
    work()
    (made,) = fake.refunds.values()
    made |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}

    found = processors.look_again(
        processor=Processor.objects.get(), reference=made["id"], refund_id=None
    )
    work(at=datetime.now(NOON.tzinfo))

    assert found == 1
    assert state_of(refund) == Refund.State.FAILED
    taken = CustomerReturn.objects.get()
    assert (taken.state, taken.settled_at) == (CustomerReturn.State.RECEIVED, None)
    assert RefundPlan.objects.get().state == RefundPlan.State.PARTLY_DONE


def sent_back(fake: FakeStripe) -> None:
    """Let the bank send the refund back that was paid."""
    (made,) = fake.refunds.values()
    made |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    processors.look_again(processor=Processor.objects.get(), reference=made["id"], refund_id=None)
    work(at=datetime.now(NOON.tzinfo))


def in_journal() -> list[tuple[str, int, dict[str, int]]]:
    rows = JournalEntry.objects.filter(subject__startswith="return:").order_by("number")
    return [(row.kind, row.gross, json.loads(row.tenders)) for row in rows]


def by_tender() -> dict[str, int]:
    sums: Counter[str] = Counter()
    for _kind, _gross, tenders in in_journal():
        sums.update(tenders)
    return {tender: amount for tender, amount in sums.items() if amount}


def test_rule_2_10_what_the_bank_sent_back_is_corrected_in_the_journal_by_more_entries(
    refund: Refund, fake: FakeStripe, nadia: Clerk
) -> None:
    work()
    sent_back(fake)
    owed = by_tender()

    refunds.reroute(
        refund=Refund.objects.get(pk=refund.pk),
        tender="STORE_CREDIT",
        how="BY_PHONE",
        register=None,
        clerk=nadia,
        at=NOON,
    )

    assert owed == {"OWED": 1000}
    assert in_journal() == [
        ("RETURN_SETTLED", 1000, {"CARD": 1000}),
        ("RETURN_CORRECTED", 0, {"CARD": -1000, "OWED": 1000}),
        ("RETURN_CORRECTED", 0, {"OWED": -1000, "STORE_CREDIT": 1000}),
    ]
    assert [verdict.broken for verdict in proof.verify()] == [None]


def test_rule_2_10_sent_back_and_paid_again_by_the_same_card_the_sums_are_as_before(
    refund: Refund, fake: FakeStripe
) -> None:
    work()
    sent_back(fake)
    failed = Refund.objects.get(pk=refund.pk)
    refunds.paid(failed, reference="re_again", at=NOON)

    assert by_tender() == {"CARD": 1000}
    assert [gross for _kind, gross, _tenders in in_journal()] == [1000, 0, 0]


def test_a_return_that_is_settled_again_is_told_again_and_asked_about_once(
    refund: Refund, fake: FakeStripe
) -> None:
    work()
    sent_back(fake)
    later = NOON + timedelta(days=40)
    refunds.paid(Refund.objects.get(pk=refund.pk), reference="re_again", at=later)

    told = Event.objects.filter(name__in=["orders.return.settled", "orders.satisfaction.asked"])
    names = told.values_list("name", flat=True)
    assert sorted(names) == ["orders.return.settled"] * 2 + ["orders.satisfaction.asked"]


def test_a_day_after_a_lost_answer_the_refund_is_looked_for_first(
    refund: Refund, fake: FakeStripe
) -> None:
    fake.after = [Said(502)]
    work()
    fake.forget_keys()

    work(at=NOON + timedelta(hours=25))

    assert len(fake.refunds) == 1
    assert state_of(refund) == Refund.State.PAID


def test_a_day_after_a_call_that_came_to_nothing_it_is_made(
    refund: Refund, fake: FakeStripe
) -> None:
    fake.before = [Said(500)]
    work()

    work(at=NOON + timedelta(hours=25))

    assert len(fake.refunds) == 1
    assert state_of(refund) == Refund.State.PAID


def test_a_key_that_is_refused_is_head_offices_to_mend(
    refund: Refund, fake: FakeStripe, processor: Processor
) -> None:
    Processor.objects.update(secret_key="sk_test_wrong")

    work()

    processor.refresh_from_db()
    assert processor.trouble == "key_refused"
    assert state_of(refund) == Refund.State.ASKED
    assert ProcessorRequest.objects.get().tries == 0

    Processor.objects.update(secret_key=KEY)
    work(at=NOON + timedelta(minutes=11))
    processor.refresh_from_db()
    assert (processor.trouble, state_of(refund)) == ("", Refund.State.PAID)


def test_a_key_with_other_content_is_never_taken_for_an_answer(
    refund: Refund, fake: FakeStripe
) -> None:
    fake.after = [Said(502)]
    work()
    Refund.objects.update(amount=999)

    work(at=NOON + timedelta(minutes=1))

    assert state_of(refund) == Refund.State.ASKED
    assert Processor.objects.get().trouble == "key_reused"


def test_an_address_that_is_not_public_is_not_called(refund: Refund, processor: Processor) -> None:
    Processor.objects.update(base_address="http://10.0.0.1/")

    work()

    processor.refresh_from_db()
    assert processor.trouble == "forbidden_address"
    assert state_of(refund) == Refund.State.ASKED


def test_the_secret_key_is_sealed(processor: Processor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_key FROM orders_processor")
        assert KEY not in cursor.fetchone()[0]


def test_a_charge_is_refunded_as_a_charge(order: Order, tablet: Tablet, fake: FakeStripe) -> None:
    order.payments.update(processor_reference="ch_1PgafuB7WZ01zgkWXYmPNZs8")
    fake.captured["ch_1PgafuB7WZ01zgkWXYmPNZs8"] = 3000
    refund = bring_back(order, tablet)

    work()

    assert state_of(refund) == Refund.State.PAID


def test_a_payment_of_an_unknown_processor_is_the_registers(
    order: Order, tablet: Tablet, till: Register
) -> None:
    order.payments.update(processor="adyen-fr")

    assert bring_back(order, tablet).gateway == Refund.Gateway.REGISTER
    assert Instruction.objects.get().register == till


def test_a_lease_keeps_others_away_and_ends(refund: Refund) -> None:
    first = processors.claim(at=NOON)

    assert first is not None
    assert processors.claim(at=NOON) is None
    assert processors.claim(at=NOON + processors.LEASE) is not None


def test_an_answer_that_comes_after_the_lease_changes_nothing(
    refund: Refund, fake: FakeStripe
) -> None:
    late = processors.claim(at=NOON)
    assert late is not None
    answer = processors.call(late, at=NOON)
    other = processors.claim(at=NOON + processors.LEASE)
    assert other is not None

    processors.settle(late, answer, at=NOON, chance=lambda: 1.0)
    assert state_of(refund) == Refund.State.ASKED
    processors.settle(other, processors.call(other, at=NOON), at=NOON, chance=lambda: 1.0)

    assert state_of(refund) == Refund.State.PAID
    assert Event.objects.filter(name="orders.refund.paid").count() == 1
    assert len(fake.refunds) == 1


# --- what Stripe tells ---------------------------------------------------------------------------

SECRET = "whsec_stripe"


def tell(client: Client, processor: Processor, about: dict[str, Any], secret: str = SECRET) -> int:
    """Post an event in Stripe's form about the object, signed by its own library."""
    event = fixture("event") | {"type": "refund.updated", "data": {"object": about}}
    body = json.dumps(event)
    signature = WebhookSignature.generate_signature_header(body, secret)
    return client.post(
        f"/hooks/processors/{processor.pk}/",
        body,
        "application/json",
        headers={"Stripe-Signature": signature},
    ).status_code


def test_news_of_a_refund_lets_it_be_looked_at_at_once(
    client: Client, refund: Refund, fake: FakeStripe, processor: Processor
) -> None:
    Processor.objects.update(webhook_secret=SECRET)
    fake.status = "pending"
    work()
    (made,) = fake.refunds.values()
    stale = dict(made)
    made["status"] = "succeeded"

    assert tell(client, processor, stale) == 204
    work(at=now())

    # What it told was old: what Stripe answers now counts.
    assert state_of(refund) == Refund.State.PAID


@pytest.mark.parametrize(
    "about",
    [
        {"object": "refund", "id": "re_of_somebody_else", "metadata": {}},
        {"object": "refund", "id": None, "metadata": {"omnistore_refund": "x" * 500}},
        {"object": "refund", "id": "", "metadata": None},
        {"object": "plan", "id": "price_1"},
        {},
    ],
)
def test_news_of_what_we_do_not_know_is_taken_and_forgotten(
    client: Client, refund: Refund, processor: Processor, about: dict[str, Any]
) -> None:
    Processor.objects.update(webhook_secret=SECRET)
    before = ProcessorRequest.objects.values().get()

    assert tell(client, processor, about) == 204
    assert ProcessorRequest.objects.values().get() == before


def test_unsigned_news_is_refused(client: Client, refund: Refund, processor: Processor) -> None:
    about = {"object": "refund", "id": "re_1", "metadata": {}}
    # Without a secret of ours nothing is signed.
    assert tell(client, processor, about, secret="") == 401
    Processor.objects.update(webhook_secret=SECRET)

    assert tell(client, processor, about, secret="whsec_other") == 401
    bare = client.post(f"/hooks/processors/{processor.pk}/", b"\xff{", "application/json")
    assert bare.status_code == 401
