"""The small rules of a policy: what each says, who may overrule it, and in which words."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from orders.models import Level, OrderLine, PolicyVersion, ReturnLine
from orders.policies import Decision, PolicyBook, decide, words
from stores.models import Store
from tests.factories import LONG_AGO, NOON, make_order, make_product

Right = ReturnLine.Right


@pytest.fixture
def line(lyon: Store) -> OrderLine:
    """Two bags at 19,90 €, bought in the shop of Lyon five days ago."""
    order = make_order(None, [(make_product(), 2, 1990)], channel="STORE", store=lyon)
    return order.lines.select_related("order", "product", "paid_by").get()


def book_of(*rules: dict[str, Any], **fields: Any) -> PolicyBook:
    return PolicyBook([PolicyVersion(version=1, rules=list(rules), start_at=LONG_AGO, **fields)])


def asked(line: OrderLine, *rules: dict[str, Any], **said: Any) -> Decision:
    given = {"reason": "STYLE", "condition": "AS_NEW", "now": NOON} | said
    return decide(line, book=book_of(*rules), **given)


WINDOW = {"rule": "window", "days": 30, "level": "APPROVER"}
FINAL = {"rule": "final_sale", "level": "NOBODY"}


def test_rule_1_5_a_yes_is_automatic_and_names_its_version(line: OrderLine) -> None:
    decision = asked(line, WINDOW, FINAL)

    assert (decision.right, decision.level) == (Right.POLICY, Level.AUTOMATIC)
    assert decision.evidence["days"] == 30
    assert decision.evidence["version"] == 1


def test_rule_1_5_the_window_counts_from_delivery_or_from_the_sale(line: OrderLine) -> None:
    line.order.delivered_at = NOON
    six_days_on = NOON + timedelta(days=6)
    rule = {"rule": "window", "days": 10, "level": "WAIVABLE"}

    by_delivery = asked(line, rule, now=six_days_on)
    by_sale = asked(line, rule | {"from": "sale"}, now=six_days_on)

    assert by_delivery.may_return
    assert not by_sale.may_return
    assert by_sale.evidence == {"sold_on": "2026-11-16", "days": 10, "until": "2026-11-26"}


def test_rule_1_5_a_no_says_its_rule_its_evidence_and_who_may_overrule_it(
    line: OrderLine,
) -> None:
    decision = asked(line, WINDOW, now=NOON + timedelta(days=60))

    assert (decision.rule, decision.level) == ("window", Level.APPROVER)
    assert decision.may_be_overruled
    assert decision.evidence["until"] == "2026-12-16"
    assert decision.sentence
    assert decision.customer_sentence != decision.sentence


def test_rule_1_5_the_strictest_no_speaks_and_all_are_kept(line: OrderLine) -> None:
    line.is_final_sale = True

    decision = asked(line, WINDOW, FINAL, now=NOON + timedelta(days=60))

    assert (decision.rule, decision.level) == ("final_sale", Level.NOBODY)
    assert [one.rule for one in decision.objections] == ["window", "final_sale"]
    assert not decision.may_be_overruled


def test_rule_1_5_what_a_human_grants_comes_back_as_a_gesture(line: OrderLine) -> None:
    late = {"now": NOON + timedelta(days=60)}
    worn = {"rule": "conditions", "allowed": ["AS_NEW"], "level": "WAIVABLE"}

    one = asked(line, WINDOW, worn, condition="SOILED", granted={"window"}, **late)
    both = asked(line, WINDOW, worn, condition="SOILED", granted={"window", "conditions"}, **late)

    assert (one.right, one.rule) == ("", "conditions")
    assert both.right == Right.GESTURE


def test_rule_1_6_no_rule_stands_before_a_legal_right(line: OrderLine) -> None:
    line.is_final_sale = True
    nothing = {"rule": "conditions", "allowed": ["AS_NEW"], "level": "NOBODY"}
    fee = {"rule": "fee", "percent": 50, "level": "NOBODY"}

    decision = asked(
        line, WINDOW, FINAL, nothing, fee, reason="DEFECTIVE", condition="DAMAGED", worth=1990
    )

    assert decision.right == Right.CONFORMITY
    assert decision.fees == ()


def test_a_proof_that_was_not_announced_is_asked_for(line: OrderLine) -> None:
    rule = {"rule": "receipt", "accepted": ["PURCHASE"], "level": "APPROVER"}

    assert asked(line, rule, proof="PURCHASE").may_return
    assert asked(line, rule).may_return
    assert asked(line, rule, proof="GIFT").rule == "receipt"


@pytest.mark.parametrize(
    ("rule", "worth", "kept"),
    [
        ({"percent": 10}, 1999, 199),
        ({"amount": 390, "currency": "EUR"}, 1999, 390),
        ({"amount": 390, "currency": "EUR", "percent": 10}, 1999, 589),
        ({"amount": 390, "currency": "GBP"}, 1999, 0),
        ({"amount": 5000, "currency": "EUR"}, 1999, 1999),
        ({"percent": 10}, 0, 0),
    ],
)
def test_a_fee_keeps_back_what_was_announced_and_never_more_than_it_is_worth(
    line: OrderLine, rule: dict[str, Any], worth: int, kept: int
) -> None:
    decision = asked(line, {"rule": "fee", "level": "WAIVABLE"} | rule, worth=worth)

    assert decision.may_return
    assert sum(fee.amount for fee in decision.fees) == kept


def test_a_fee_can_be_waived_and_an_exchange_costs_nothing(line: OrderLine) -> None:
    rule = {"rule": "fee", "percent": 10, "level": "WAIVABLE"}

    waived = asked(line, rule, worth=1999, granted={"fee"})

    assert waived.fees == ()
    assert waived.right == Right.POLICY
    assert asked(line, rule, worth=1999, taken=1999).fees == ()


def test_a_rule_that_needs_nobody_only_tells(line: OrderLine) -> None:
    decision = asked(line, WINDOW | {"level": "AUTOMATIC"}, now=NOON + timedelta(days=60))

    assert decision.right == Right.POLICY
    assert [notice.rule for notice in decision.notices] == ["window"]


def test_a_version_may_bring_words_of_its_own_in_both_languages(line: OrderLine) -> None:
    own = {"clerk": {"fr": "Trop tard.", "en": "Too late."}, "customer": {"fr": "Désolé."}}
    late = {"now": NOON + timedelta(days=60)}

    with override("fr"):
        french = asked(line, WINDOW | {"words": own}, **late)
    with override("en"):
        english = asked(line, WINDOW | {"words": own}, **late)

    assert (french.sentence, french.customer_sentence) == ("Trop tard.", "Désolé.")
    assert english.sentence == "Too late."
    assert english.customer_sentence not in ("", "Désolé.")


def test_old_versions_without_levels_are_read_as_before(line: OrderLine) -> None:
    old = ({"rule": "window", "days": 30}, {"rule": "final_sale"})

    assert asked(line, *old).right == Right.POLICY
    assert asked(line, *old, now=NOON + timedelta(days=60)).level == Level.APPROVER


def test_a_rule_nobody_here_knows_is_read_by_a_human(line: OrderLine) -> None:
    decision = asked(line, {"rule": "moon_phase", "level": "APPROVER"})

    assert (decision.rule, decision.level) == ("unknown_rule", Level.APPROVER)


def test_rule_1_4_the_version_in_force_at_the_sale_decides(line: OrderLine) -> None:
    def version(number: int, days: int, **fields: Any) -> PolicyVersion:
        rules = [{"rule": "window", "days": days, "level": "APPROVER"}]
        return PolicyVersion(version=number, rules=rules, **{"start_at": LONG_AGO} | fields)

    book = PolicyBook(
        [
            version(1, 10),
            version(2, 90, start_at=line.order.placed_at),
            version(3, 1, start_at=line.order.placed_at + timedelta(seconds=1)),
        ]
    )
    in_force = book.in_force(line)

    assert in_force is not None
    assert in_force.version == 2


@pytest.mark.parametrize(
    ("fields", "days"), [({}, 10), ({"product_class": "BAGS"}, 20)], ids=["chain", "class"]
)
def test_rule_1_4_the_closest_scope_decides(
    line: OrderLine, fields: dict[str, Any], days: int
) -> None:
    line.product.product_class = fields.get("product_class", "")
    versions = [
        PolicyVersion(version=1, rules=[{"rule": "window", "days": 10}], start_at=LONG_AGO),
        PolicyVersion(
            version=1,
            rules=[{"rule": "window", "days": 20}],
            start_at=LONG_AGO,
            product_class="BAGS",
        ),
    ]
    in_force = PolicyBook(versions).in_force(line)

    assert in_force is not None
    assert in_force.rules[0]["days"] == days


def test_evidence_is_written_as_people_write_it(line: OrderLine) -> None:
    with override("en"):
        pairs = dict(
            words.pairs({"until": "2026-12-16", "limit": 30000, "currency": "EUR", "days": 30})
        )

    assert pairs == {"Last day": "16\N{NO-BREAK SPACE}Dec", "Days": "30", "Limit": "€300.00"}
