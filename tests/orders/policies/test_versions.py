"""Announcing a policy: what is refused, in which words, and what is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from orders import policies
from orders.models import PolicyVersion
from orders.policies import LIMITS, RULES, schema, words
from stores.models import Store
from tests.factories import NOON, make_user

GOOD: list[dict[str, Any]] = [
    {"rule": "window", "days": 30, "from": "delivery", "level": "APPROVER"},
    {"rule": "final_sale", "level": "BEFOREHAND"},
    {"rule": "conditions", "allowed": ["AS_NEW", "OPENED"], "level": "WAIVABLE"},
    {"rule": "receipt", "accepted": ["PURCHASE", "GIFT"], "level": "APPROVER"},
    {"rule": "fee", "amount": 390, "currency": "EUR", "percent": 10, "level": "WAIVABLE"},
    {"rule": "price_limit", "amount": 30000, "currency": "EUR", "level": "APPROVER"},
    {"rule": "frequency", "returns": 5, "days": 90, "level": "APPROVER"},
    {"rule": "cash_limit", "amount": 0, "currency": "EUR", "level": "APPROVER"},
    {
        **{"rule": "no_receipt", "look_back_days": 90, "returns": 2, "days": 365},
        **{"amount": 5000, "currency": "EUR", "level": "APPROVER"},
    },
    {"rule": "vip", "level": "APPROVER", "words": {"clerk": {"fr": "VIP.", "en": "VIP."}}},
]


def test_rule_1_4_a_change_is_the_next_version_with_its_author(db: None) -> None:
    anne = make_user()

    first = policies.announce(rules=GOOD, start_at=NOON, at=NOON, author=anne)
    second = policies.announce(rules=GOOD[:1], start_at=NOON + timedelta(days=1), at=NOON)

    assert (first.version, second.version) == (1, 2)
    assert first.author == anne
    assert PolicyVersion.objects.get(version=1).rules == GOOD


def test_rule_1_4_each_store_and_class_counts_its_own_versions(lyon: Store) -> None:
    for scope in ({}, {"store": lyon}, {"product_class": "BAGS"}):
        written = policies.announce(rules=GOOD, start_at=NOON, at=NOON, **scope)  # type: ignore[arg-type]

        assert written.version == 1


def test_rule_1_4_no_version_holds_for_the_past(db: None) -> None:
    with pytest.raises(policies.PolicyOfThePast):
        policies.announce(rules=GOOD, start_at=NOON - timedelta(hours=1), at=NOON)

    assert not PolicyVersion.objects.exists()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"rule": "moon_phase", "level": "NOBODY"}, "moon_phase"),
        ({"level": "NOBODY"}, ""),
        ({"rule": ["window"]}, ""),
        ("window", ""),
        (None, ""),
        ({"rule": "window", "days": 30}, ""),
        ({"rule": "window", "days": 30, "level": "EVERYBODY"}, ""),
        ({"rule": "window", "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": "30", "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": True, "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": 1.5, "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": 0, "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": 10**9, "level": "NOBODY"}, "days"),
        ({"rule": "window", "days": 30, "from": "moon", "level": "NOBODY"}, "from"),
        ({"rule": "window", "days": 30, "from": [], "level": "NOBODY"}, "from"),
        ({"rule": "window", "days": 30, "colour": "red", "level": "NOBODY"}, "colour"),
        ({"rule": "conditions", "allowed": [], "level": "NOBODY"}, "allowed"),
        ({"rule": "conditions", "allowed": ["NEWISH"], "level": "NOBODY"}, "allowed"),
        ({"rule": "conditions", "allowed": "AS_NEW", "level": "NOBODY"}, "allowed"),
        ({"rule": "conditions", "allowed": [{}], "level": "NOBODY"}, "allowed"),
        ({"rule": "fee", "level": "WAIVABLE"}, "amount"),
        ({"rule": "fee", "amount": 390, "level": "WAIVABLE"}, "currency"),
        ({"rule": "fee", "percent": 101, "level": "WAIVABLE"}, "percent"),
        ({"rule": "fee", "percent": 10, "level": "AUTOMATIC"}, ""),
        ({"rule": "price_limit", "amount": 1, "currency": "XXQ", "level": "NOBODY"}, "currency"),
        ({"rule": "price_limit", "amount": 10**15, "currency": "EUR", "level": "NOBODY"}, "amount"),
        ({"rule": "vip", "level": "APPROVER", "words": "Bonjour"}, ""),
        ({"rule": "vip", "level": "APPROVER", "words": {"clerk": {"de": "Nein"}}}, ""),
        ({"rule": "vip", "level": "APPROVER", "words": {"clerk": {"fr": "x" * 201}}}, ""),
        ({"rule": "vip", "level": "APPROVER", "words": {"clerk": {"fr": 7}}}, ""),
    ],
)
def test_says_in_one_sentence_what_is_wrong_with_a_rule(db: None, rule: Any, said: str) -> None:
    with pytest.raises(policies.InvalidRules) as refused:
        policies.announce(rules=[GOOD[0], rule], start_at=NOON, at=NOON)

    assert refused.value.code == "invalid_policy"
    assert refused.value.problems
    assert said in refused.value.sentence
    assert not PolicyVersion.objects.exists()


def test_one_rule_stands_there_once(db: None) -> None:
    with pytest.raises(policies.InvalidRules):
        policies.announce(rules=[GOOD[0], GOOD[0]], start_at=NOON, at=NOON)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["rule", "level", "days", "amount", "words", "clerk", "fr", "allowed"]),
            inner | st.sampled_from(["window", "fee", "vip", "conditions", "NOBODY", "EUR"]),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_nothing_that_is_written_as_rules_breaks_the_check(rules: Any) -> None:
    assert isinstance(schema.problems(rules), list)


def test_a_policy_without_a_version_is_refused(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(version=0, rules=GOOD, start_at=NOON)


def test_every_rule_that_may_be_written_is_known_and_has_words(db: None) -> None:
    assert set(schema.PARAMETERS) == set(RULES) | set(LIMITS) == set(schema.NAMES)
    assert set(schema.PARAMETERS) <= set(words.SENTENCES)
