"""Money at once: one credit spent twice, one refund rerouted twice, one request by two workers."""

from collections.abc import Iterator

import pytest

from omnistore import outgoing
from omnistore.outbox.models import Event
from orders import credit, credit_codes, gateways, refunds
from orders.gateways import processors
from orders.models import CreditAccount, Order, Processor, Refund
from stores.models import Clerk, Register, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product
from tests.orders.stripe_fake import KEY, FakeStripe, stripe
from tests.orders.test_stripe import INTENT, bring_back
from tests.races.together import at_once

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

ROUNDS = 5


@pytest.fixture
def order(tablet: Tablet) -> Order:
    make_policy()
    return make_order(make_customer(), [(make_product(), 3, 1000)])


def test_rule_2_8_a_credit_spent_at_two_registers_gives_no_more_than_it_has(nadia: Clerk) -> None:
    """The lock: the account's row."""
    for number in range(ROUNDS):
        account = credit.issue(
            customer=None,
            kind="STORE_CREDIT",
            amount=1000,
            currency="EUR",
            reason="return",
            event_key=f"return:{number}",
            at=NOON,
        )
        code = credit_codes.make(account=account, clerk=nadia, at=NOON)

        answers = at_once(
            2,
            lambda n, a=account, c=code: credit.use(  # type: ignore[misc]
                number=a.number,
                code=c,
                amount=600,
                currency="EUR",
                event_key=f"{a.pk}:{n}",
                at=NOON,
            ),
        )

        assert sum(isinstance(answer, credit.CreditTooSmall) for answer in answers) == 1
        account.refresh_from_db()
        assert account.used == 600


def test_wrong_codes_said_at_once_are_all_counted(nadia: Clerk) -> None:
    account = credit.issue(
        customer=None,
        kind="STORE_CREDIT",
        amount=1000,
        currency="EUR",
        reason="return",
        event_key="return:1",
        at=NOON,
    )
    code = credit_codes.make(account=account, clerk=nadia, at=NOON)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    answers = at_once(3, lambda _: credit_codes.opened(number=account.number, code=wrong, at=NOON))

    assert all(isinstance(answer, credit_codes.NotSpendable) for answer in answers), answers
    account.refresh_from_db()
    assert account.pin_tries == 3


def test_rule_2_6_a_refund_goes_another_way_once(
    order: Order, tablet: Tablet, till: Register, nadia: Clerk
) -> None:
    """The locks: the payment's row and the plan's."""
    for _ in range(3):
        refund = bring_back(order, tablet)
        (waiting,) = gateways.waiting_for(till, now=NOON)
        gateways.answer(register=till, instruction_id=waiting.id, is_paid=False, at=NOON)

        answers = at_once(
            3,
            lambda _, r=refund: refunds.reroute(  # type: ignore[misc]
                refund=r,
                tender="STORE_CREDIT",
                how="IN_PERSON",
                register=till,
                clerk=nadia,
                at=NOON,
            ),
        )

        assert sum(isinstance(answer, Refund) for answer in answers) == 1
        assert sum(isinstance(answer, refunds.NothingToRetry) for answer in answers) == 2
    assert CreditAccount.objects.count() == 3


def test_rule_2_4_a_retry_beside_another_way_pays_once(
    order: Order, tablet: Tablet, till: Register, nadia: Clerk
) -> None:
    """The locks: the payment's row and the plan's."""
    for _ in range(3):
        refund = bring_back(order, tablet)
        (waiting,) = gateways.waiting_for(till, now=NOON)
        gateways.answer(register=till, instruction_id=waiting.id, is_paid=False, at=NOON)

        def act(number: int, refund: Refund = refund) -> object:
            if number:
                return refunds.retry(refund=refund, at=NOON)
            return refunds.reroute(
                refund=refund,
                tender="STORE_CREDIT",
                how="IN_PERSON",
                register=till,
                clerk=nadia,
                at=NOON,
            )

        answers = at_once(2, act)

        assert sum(isinstance(answer, refunds.NothingToRetry) for answer in answers) == 1
        holding = refund.plan.refunds.filter(state__in=Refund.HOLDING)
        assert sum(row.amount for row in holding) == refund.amount
        for again in gateways.waiting_for(till, now=NOON):
            gateways.answer(register=till, instruction_id=again.id, is_paid=True, at=NOON)


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    with stripe() as fake:
        fake.captured[INTENT] = 3000
        yield fake
    outgoing.close()


def test_rule_2_5_two_workers_ask_a_processor_once(
    order: Order, tablet: Tablet, fake: FakeStripe
) -> None:
    """The claim: a conditional UPDATE of the request's row."""
    processor = Processor.objects.create(name="stripe-fr", secret_key=KEY, base_address=fake.url)
    order.payments.update(processor=processor.name, processor_reference=INTENT)
    bring_back(order, tablet)
    # Threads share the connections that the first call opens.
    assert processors.work(clock=lambda: NOON, chance=lambda: 1.0) == 1
    for _ in range(2):
        bring_back(order, tablet)

    answers = at_once(4, lambda _: processors.work(clock=lambda: NOON, chance=lambda: 1.0))

    assert sum(answer for answer in answers if isinstance(answer, int)) == 2
    assert len(fake.keys) == len(set(fake.keys)) == len(fake.refunds) == 3
    assert Event.objects.filter(name="orders.refund.paid").count() == 3
