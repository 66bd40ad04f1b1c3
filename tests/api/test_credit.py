"""Store credit and gift cards by the API: how much is left, spend, give back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from orders import credit, credit_codes
from orders.models import CreditAccount, Payment
from stores.models import Store
from tests.api.conftest import Program
from tests.api.test_fuzz import ANYTHING, FEW, is_answered
from tests.factories import NOON, make_customer, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(lyon: Store) -> CreditAccount:
    return credit.issue(
        customer=make_customer(),
        kind="STORE_CREDIT",
        amount=5000,
        currency="EUR",
        reason="return",
        event_key="return:1",
        store=lyon,
        at=NOON,
    )


@pytest.fixture
def asked(account: CreditAccount) -> dict[str, Any]:
    code = credit_codes.make(account=account, user=make_user(), at=NOON)
    return {"number": account.number, "code": code, "amount": 3000, "currency": "EUR"}


def spend(program: Program, asked: dict[str, Any], key: str = "k1") -> Any:
    return program.post("credit/uses/", json.dumps(asked), **{"Idempotency-Key": key})


def test_the_number_tells_what_is_left_and_nobodys_name(
    program: Program, account: CreditAccount
) -> None:
    answer = program.post("credit/balance/", json.dumps({"number": account.number}))

    assert answer.status_code == 200
    assert answer.json()["balance"] == 5000
    assert answer.json()["number"] == f"•••{account.number[-4:]}"
    assert "Camille" not in answer.content.decode()


def test_spends_once_per_key(program: Program, asked: dict[str, Any]) -> None:
    first, again = spend(program, asked), spend(program, asked)

    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["balance"] == 2000
    assert spend(program, asked, "k2").json()["code"] == "credit_too_small"


def test_the_same_key_with_another_sum_is_refused(program: Program, asked: dict[str, Any]) -> None:
    spend(program, asked)

    assert spend(program, asked | {"amount": 1}).json()["code"] == "credit_event_differs"


def test_a_wrong_code_spends_nothing(program: Program, asked: dict[str, Any]) -> None:
    wrong = f"{(int(asked['code']) + 1) % 1_000_000:06d}"

    answer = spend(program, asked | {"code": wrong})

    assert (answer.status_code, answer.json()["code"]) == (422, "credit_not_spendable")
    assert CreditAccount.objects.get().used == 0


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1.50", 10**12, None])
def test_a_sum_is_a_whole_number_of_cents(
    program: Program, asked: dict[str, Any], amount: Any
) -> None:
    assert spend(program, asked | {"amount": amount}).status_code in (400, 422)
    assert CreditAccount.objects.get().used == 0


def test_a_key_of_another_scope_spends_nothing(
    make_program: Callable[..., Program], asked: dict[str, Any]
) -> None:
    assert spend(make_program("register"), asked).status_code == 403


def test_a_use_is_given_back_when_its_sale_came_to_nothing(
    program: Program, asked: dict[str, Any]
) -> None:
    used = spend(program, asked).json()["id"]

    for _ in range(2):
        assert program.post(f"credit/uses/{used}/cancel/", "").json()["balance"] == 5000


def sale(used: str, amount: int = 3000) -> str:
    tender = {"tender": "STORE_CREDIT", "amount": amount, "credit_use": used}
    return json.dumps(
        {
            "source": "till",
            "number": "T-1",
            "channel": "STORE",
            "currency": "EUR",
            "placed_at": "2026-11-21T12:00:00Z",
            "delivered_at": "2026-11-21T12:00:00Z",
            "lines": [{"sku": "85099B", "quantity": 1, "unit_price": amount}],
            "tenders": [tender],
        }
    )


def test_a_sale_names_the_use_that_paid_it(program: Program, asked: dict[str, Any]) -> None:
    make_product()
    used = spend(program, asked).json()["id"]

    assert program.post("orders/", sale(used)).status_code == 201
    assert program.post("orders/", sale(used)).status_code == 200

    assert str(Payment.objects.get().credit_use_id) == used
    assert program.post(f"credit/uses/{used}/cancel/", "").json()["code"] == "credit_use_sold"
    other = sale(used).replace("T-1", "T-2")
    assert program.post("orders/", other).json()["code"] == "unknown_credit_use"


def test_a_sale_is_not_paid_by_a_use_of_another_sum_or_one_given_back(
    program: Program, asked: dict[str, Any]
) -> None:
    make_product()
    used = spend(program, asked).json()["id"]

    assert program.post("orders/", sale(used, 2999)).json()["code"] == "unknown_credit_use"
    program.post(f"credit/uses/{used}/cancel/", "")
    assert program.post("orders/", sale(used)).json()["code"] == "unknown_credit_use"
    assert not Payment.objects.exists()


def test_a_card_number_is_no_reference(program: Program) -> None:
    make_product()
    told = json.loads(sale("00000000-0000-4000-8000-000000000000"))
    told["tenders"] = [
        {
            "tender": "CARD",
            "amount": 3000,
            "processor": "stripe-fr",
            "processor_reference": "4111111111111111",
        }
    ]

    answer = program.post("orders/", json.dumps(told))

    assert answer.status_code in (400, 422)
    assert not Payment.objects.exists()


@given(number=ANYTHING, code=ANYTHING, amount=ANYTHING, currency=ANYTHING)
@FEW
def test_spends_or_refuses_anything(
    program: Program, number: Any, code: Any, amount: Any, currency: Any
) -> None:
    body = {"number": number, "code": code, "amount": amount, "currency": currency}

    assert is_answered(spend(program, body))
    assert is_answered(program.post("credit/balance/", json.dumps({"number": number})))
