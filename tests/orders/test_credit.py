"""Store credit and gift cards: ledgers that never give more than they took (rules.md 2.8)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from omnistore.outbox.models import Event
from orders import credit, credit_codes
from orders.models import CreditAccount, CreditEntry, Payment
from stores.models import Clerk, Store
from tests.factories import NOON, make_customer, make_order, make_product, make_user


@pytest.fixture
def account(lyon: Store) -> CreditAccount:
    """Fifty euros of store credit, the bearer's."""
    return issued(5000)


@pytest.fixture
def code(account: CreditAccount, nadia: Clerk) -> str:
    return credit_codes.make(account=account, clerk=nadia, at=NOON)


def issued(amount: int, event_key: str = "return:1", **more: object) -> CreditAccount:
    return credit.issue(
        **{  # type: ignore[arg-type]
            "customer": None,
            "kind": "STORE_CREDIT",
            "amount": amount,
            "currency": "EUR",
            "reason": "return",
            "event_key": event_key,
            "at": NOON,
        }
        | more
    )


def spend(
    account: CreditAccount, code: str, amount: int, event_key: str = "sale:1", **more: object
) -> CreditEntry:
    return credit.use(
        **{  # type: ignore[arg-type]
            "number": account.number,
            "code": code,
            "amount": amount,
            "currency": "EUR",
            "event_key": event_key,
            "at": NOON,
        }
        | more
    )


def balance(account: CreditAccount) -> int:
    account.refresh_from_db()
    return account.balance


def test_rule_2_8_what_is_used_never_exceeds_what_was_issued(
    account: CreditAccount, code: str
) -> None:
    spend(account, code, 3000)

    with pytest.raises(credit.CreditTooSmall):
        spend(account, code, 2001, "sale:2")

    assert balance(account) == 2000
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditAccount.objects.update(used=5001)


def test_rule_2_8_an_account_has_one_currency(account: CreditAccount, code: str) -> None:
    with pytest.raises(credit.CreditCurrency):
        spend(account, code, 100, currency="GBP")


def test_rule_2_8_nothing_is_written_by_hand_without_author_and_reason(
    account: CreditAccount,
) -> None:
    anne = make_user()

    with pytest.raises(credit.NoReason):
        credit.correct(
            account=account, amount=500, reason=" ", event_key="hand:1", user=anne, at=NOON
        )
    credit.correct(
        account=account, amount=-500, reason="typed twice", event_key="hand:2", user=anne, at=NOON
    )

    entry = CreditEntry.objects.get(event_key="hand:2")
    assert (entry.user, entry.reason, balance(account)) == (anne, "typed twice", 4500)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditEntry.objects.create(
            account=account, kind="ISSUED", amount=1, event_key="x", is_manual=True, at=NOON
        )


def test_no_more_is_taken_off_by_hand_than_is_left(account: CreditAccount, code: str) -> None:
    spend(account, code, 4000)

    with pytest.raises(credit.CreditTooSmall):
        credit.correct(
            account=account, amount=-1001, reason="x", event_key="h", user=make_user(), at=NOON
        )


def test_the_same_event_is_written_once(account: CreditAccount, code: str) -> None:
    first, again = spend(account, code, 3000), spend(account, code, 3000)

    assert first == again
    assert issued(5000) == account
    assert balance(account) == 2000
    assert Event.objects.filter(name="orders.credit.used").count() == 1


def test_the_same_event_with_other_content_is_refused(account: CreditAccount, code: str) -> None:
    spend(account, code, 3000)

    with pytest.raises(credit.EventDiffers):
        spend(account, code, 2999)
    with pytest.raises(credit.EventDiffers):
        issued(5001)


def test_what_was_spent_comes_back_and_no_more(account: CreditAccount, code: str) -> None:
    spend(account, code, 3000)

    credit.restore(account=account, amount=1000, reason="", event_key="refund:1", at=NOON)

    assert balance(account) == 3000
    with pytest.raises(credit.CreditTooSmall):
        credit.restore(account=account, amount=2001, reason="", event_key="refund:2", at=NOON)


def test_the_sums_are_those_of_the_entries(account: CreditAccount, code: str) -> None:
    spend(account, code, 3000)
    credit.restore(account=account, amount=1000, reason="", event_key="refund:1", at=NOON)
    credit.correct(
        account=account, amount=700, reason="gift", event_key="h", user=make_user(), at=NOON
    )

    account.refresh_from_db()
    sums = dict(account.entries.values_list("kind").annotate(Sum("amount")))
    assert account.issued == sums["ISSUED"] == 5700
    assert account.used == sums["USED"] - sums["RESTORED"] == 2000


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_is_something(lyon: Store, amount: int) -> None:
    with pytest.raises(credit.NotAnAmount):
        issued(amount)

    assert not CreditAccount.objects.exists()


def test_what_has_expired_is_not_spent(account: CreditAccount, code: str) -> None:
    CreditAccount.objects.update(expires_on=date(2026, 11, 20))

    with pytest.raises(credit.CreditExpired):
        spend(account, code, 100)


def test_rule_5_2_a_wrong_code_and_an_unknown_number_get_the_same_answer(
    account: CreditAccount, code: str
) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(credit_codes.NotSpendable) as of_code:
        spend(account, wrong, 100)
    account.number = "9000000000000000"
    with pytest.raises(credit_codes.NotSpendable) as of_number:
        spend(account, code, 100)

    assert of_code.value.sentence == of_number.value.sentence
    assert of_code.value.code == of_number.value.code


def test_five_wrong_codes_block_the_account_for_a_quarter_of_an_hour(
    account: CreditAccount, code: str
) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(credit_codes.TRIES):
        with pytest.raises(credit_codes.NotSpendable):
            spend(account, wrong, 100)

    with pytest.raises(credit_codes.NotSpendable):
        spend(account, code, 100)
    spend(account, code, 100, at=NOON + credit_codes.BLOCKED)

    assert balance(account) == 4900


def test_the_code_is_kept_hashed_and_a_new_one_voids_it(
    account: CreditAccount, code: str, nadia: Clerk
) -> None:
    newer = credit_codes.make(account=account, clerk=nadia, at=NOON)

    account.refresh_from_db()
    assert newer not in account.pin_hash
    if newer != code:
        with pytest.raises(credit_codes.NotSpendable):
            spend(account, code, 100)
    assert spend(account, newer, 100).amount == 100
    assert account.entries.filter(kind="CODE_MADE", clerk=nadia).count() == 2


def test_a_clerk_makes_no_new_code_for_an_account_that_is_old_or_begun(
    account: CreditAccount, code: str, nadia: Clerk
) -> None:
    with pytest.raises(credit_codes.CodeGivenOut):
        credit_codes.make(account=account, clerk=nadia, at=NOON + timedelta(days=2))
    spend(account, code, 100)
    with pytest.raises(credit_codes.CodeGivenOut):
        credit_codes.make(account=account, clerk=nadia, at=NOON)

    assert credit_codes.make(account=account, user=make_user(), at=NOON + timedelta(days=2))


def test_an_account_without_a_code_is_not_spent(account: CreditAccount) -> None:
    with pytest.raises(credit_codes.NotSpendable):
        spend(account, "", 100)


def test_a_use_whose_sale_came_to_nothing_is_given_back_once(
    account: CreditAccount, code: str
) -> None:
    used = spend(account, code, 3000)

    credit.cancel_use(used=used, at=NOON)
    credit.cancel_use(used=used, at=NOON)

    assert balance(account) == 5000


def test_a_use_that_paid_an_order_is_not_cancelled(account: CreditAccount, code: str) -> None:
    used = spend(account, code, 1000)
    make_order(make_customer(), [(make_product(), 1, 1000)], tenders={"STORE_CREDIT": 1000})
    Payment.objects.update(credit_use=used)

    with pytest.raises(credit.UseSold):
        credit.cancel_use(used=used, at=NOON)


def test_a_number_is_found_however_it_is_typed(account: CreditAccount) -> None:
    number = account.number

    assert credit_codes.find(f" {number[:4]} {number[4:8]}-{number[8:]}") == account
    with pytest.raises(credit_codes.UnknownCredit):
        credit_codes.find("")
