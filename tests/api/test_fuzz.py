"""Whatever a program sends, the answer is no 500."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import Program
from tests.factories import make_order, make_product

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([2**63, -(2**64), 10**40, "\x00", "\ud800", "x" * 10_000, "1e999", ""])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LINE = st.fixed_dictionaries(
    {},
    optional={
        "order_line": ANYTHING,
        "units": ANYTHING | st.just(1),
        "reason": ANYTHING | st.just("STYLE"),
        "reason_words": ANYTHING,
        "condition": ANYTHING | st.just("AS_NEW"),
        "resolution": ANYTHING | st.just("EXCHANGE"),
        "replacement": ANYTHING,
    },
)
pytestmark = pytest.mark.django_db


def is_answered(answer: Any) -> bool:
    return answer.status_code < 500 and bool(answer.content)


@given(text=st.text(max_size=600) | ANYTHING)
@FEW
def test_identifies_or_refuses_any_text(program: Program, text: Any) -> None:
    assert is_answered(program.post("identify/", json.dumps({"text": text})))


@given(body=ANYTHING, address=st.sampled_from(["customers/", "orders/", "returns/quote/"]))
@FEW
def test_answers_any_body(program: Program, body: Any, address: str) -> None:
    assert is_answered(program.post(address, json.dumps(body)))
    assert is_answered(program.put("carts/", json.dumps(body)))


@given(lines=st.lists(LINE, max_size=2) | ANYTHING, customer=ANYTHING, agreed=ANYTHING)
@FEW
def test_takes_or_refuses_any_return(
    program: Program, lines: Any, customer: Any, agreed: Any
) -> None:
    order = make_order(None, [(make_product(f"A{make_order().pk}"[:40]), 1, 100)])
    own = order.lines.get().pk
    if isinstance(lines, list):
        lines = [{"order_line": own, **row} if isinstance(row, dict) else row for row in lines]

    body = {"order": str(order.pk), "lines": lines, "customer": customer, "agreed_total": agreed}

    assert is_answered(program.take(json.dumps(body)))
    assert is_answered(program.post("returns/quote/", json.dumps(body)))


@given(
    value=st.text(max_size=30), name=st.sampled_from(["number", "customer", "cursor", "channel"])
)
@FEW
def test_filters_by_anything(program: Program, value: str, name: str) -> None:
    assert is_answered(program.get("orders/", {name: value.encode("utf-8", "replace")}))
    assert is_answered(program.get("carts/", {"customer": value.encode("utf-8", "replace")}))


@pytest.mark.parametrize(("address", "field"), [("customers/", "language"), ("orders/", "channel")])
def test_repeats_no_half_character(program: Program, address: str, field: str) -> None:
    assert program.post(address, json.dumps({field: "\ud800"})).status_code == 422
