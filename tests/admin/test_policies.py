"""Head office writes a policy's next version, after looking at last month under it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from customers.models import Customer
from orders import policies, returns
from orders.models import CustomerReturn, Order, PolicyVersion
from orders.quotes import Choice
from stores.models import Store, Tablet, User
from tests.factories import LONG_AGO, make_customer, make_order, make_policy, make_product

ADD = reverse("admin:orders_policyversion_add")
LEVELS = {f"{name}_level": "APPROVER" for name in policies.RULES.keys() | policies.LIMITS.keys()}
NEXT_YEAR = {"start_at_0": "2126-01-01", "start_at_1": "00:00"}


def form(**said: Any) -> dict[str, Any]:
    return {"product_class": "", "currency": "EUR"} | LEVELS | NEXT_YEAR | said


def change(version: PolicyVersion) -> str:
    return reverse("admin:orders_policyversion_change", args=[version.pk])


@pytest.fixture
def bags(lyon: Store) -> Order:
    """Four bags at 19,90 € bought in the shop twenty days ago."""
    placed_at = now() - timedelta(days=20)
    return make_order(
        make_customer(),
        [(make_product(), 4, 1990)],
        channel="STORE",
        store=lyon,
        placed_at=placed_at,
    )


def give_back(order: Order, tablet: Tablet, units: int = 1, days_ago: int = 5) -> CustomerReturn:
    at = now() - timedelta(days=days_ago)
    draft = returns.begin(order=order, store=tablet.store, at=at, tablet=tablet)
    returns.choose(draft=draft, choices=[Choice(order.lines.get().pk, units, "STYLE", "AS_NEW")])
    return returns.take(draft=draft, at=at)


def test_writes_each_rule_with_its_level_as_the_next_version(office: Client, anne: User) -> None:
    make_policy()
    said = form(
        days="45",
        final_sale="on",
        final_sale_level="NOBODY",
        allowed=["AS_NEW", "OPENED"],
        conditions_level="WAIVABLE",
        accepted=["PURCHASE"],
        fee_amount="3.90",
        fee_percent="10",
        fee_level="WAIVABLE",
        price_limit_amount="300",
        frequency_returns="5",
        frequency_days="90",
        cash_limit_amount="0",
        no_receipt_returns="2",
        no_receipt_days="365",
        no_receipt_amount="50",
        no_receipt_look_back_days="90",
        vip="on",
        window_clerk_fr="Trop tard.",
    )

    answer = office.post(ADD, said | {"_save": "1"})

    assert answer.status_code == 302
    written = PolicyVersion.objects.get(version=2)
    assert written.author == anne
    by_name = {rule["rule"]: rule for rule in written.rules}
    assert by_name["window"] == {
        **{"rule": "window", "days": 45, "from": "delivery", "level": "APPROVER"},
        "words": {"clerk": {"fr": "Trop tard."}},
    }
    assert by_name["final_sale"]["level"] == "NOBODY"
    assert by_name["fee"]["amount"] == 390
    assert by_name["price_limit"]["amount"] == 30000
    assert by_name["cash_limit"]["amount"] == 0
    assert by_name["no_receipt"]["look_back_days"] == 90
    assert set(by_name) == policies.RULES.keys() | policies.LIMITS.keys()


def test_opens_the_next_version_on_the_rules_of_the_one_in_force(office: Client) -> None:
    office.post(ADD, form(days="45", fee_amount="3.90", vip="on", window_level="WAIVABLE"))
    first = PolicyVersion.objects.get()
    PolicyVersion.objects.update(start_at=LONG_AGO)

    page = office.get(ADD)
    by_link = office.get(ADD, {"from": first.pk})
    initial = page.context["adminform"].form.initial

    assert initial["days"] == 45
    assert initial["window_level"] == "WAIVABLE"
    assert str(initial["fee_amount"]) == "3.90"
    assert by_link.context["adminform"].form.initial == initial
    assert office.get(ADD, {"from": "x" * 50}).status_code == 200


def test_what_is_opened_and_saved_again_is_the_same_policy(office: Client) -> None:
    said = form(
        days="45",
        window_from="sale",
        allowed=["AS_NEW"],
        fee_amount="3.90",
        fee_per="return",
        no_receipt_returns="2",
        no_receipt_days="365",
        no_receipt_amount="50",
        no_receipt_look_back_days="90",
        vip="on",
        vip_customer_en="Please wait.",
    )
    office.post(ADD, said)
    PolicyVersion.objects.update(start_at=LONG_AGO)

    opened = office.get(ADD).context["adminform"].form
    again = {field.html_name: field.value() for field in opened if field.value() not in (None, "")}
    office.post(ADD, again | NEXT_YEAR)

    first, second = PolicyVersion.objects.order_by("version")
    assert second.rules == first.rules


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_at_0": "2020-01-01"},
        {"days": "0"},
        {"days": "x"},
        {"days": "30", "window_level": ""},
        {"days": "30", "window_level": "EVERYBODY"},
        {"frequency_returns": "3"},
        {"price_limit_amount": "3.999"},
        {"price_limit_amount": "-1"},
        {"price_limit_amount": "1e3000"},
        {"price_limit_amount": "10", "currency": "ZZZ"},
        {"fee_percent": "101"},
        {"fee_percent": "10", "fee_level": "AUTOMATIC"},
        {"allowed": ["NEWISH"]},
        {"no_receipt_amount": "50"},
        {"window_clerk_fr": "x" * 201, "days": "30"},
        {"product_class": "x" * 31},
    ],
)
@pytest.mark.parametrize("button", ["_save", "_preview"])
def test_says_what_is_wrong_and_writes_nothing(
    office: Client, wrong: dict[str, Any], button: str
) -> None:
    page = office.post(ADD, form(**wrong) | {button: "1"})

    assert page.status_code == 200
    assert page.context["errors"]
    assert not PolicyVersion.objects.exists()


def test_shows_last_month_under_the_new_rules_before_anything_is_kept(
    office: Client, bags: Order, tablet: Tablet
) -> None:
    make_policy(days=30)
    taken = give_back(bags, tablet, units=2)

    page = office.post(ADD, form(days="10", fee_percent="10") | {"_preview": "1"})

    preview = page.context["preview"]
    assert preview["looked_at"] == 1
    assert [row.before.lines for row in preview["rows"]] == [1, 0, 0]
    assert [row.after.lines for row in preview["rows"]] == [0, 1, 0]
    assert str(taken.number) in page.content.decode()
    assert "Moreau" not in page.content.decode()
    # The form stands as it was filled in, and nothing was written.
    assert 'name="days" value="10"' in page.content.decode()
    assert PolicyVersion.objects.count() == 1


def test_shows_the_fees_and_what_is_no_part_of_it(
    office: Client, bags: Order, tablet: Tablet
) -> None:
    make_policy(days=30)
    give_back(bags, tablet)

    here = office.post(ADD, form(days="30", fee_percent="10") | {"_preview": "1"})
    elsewhere = office.post(
        ADD, form(days="1", product_class="HATS", fee_percent="10") | {"_preview": "1"}
    )

    assert here.context["preview"]["fees"][1] == "1,99\xa0€"
    assert elsewhere.context["preview"]["looked_at"] == 0
    assert elsewhere.context["preview"]["left_out"]


def test_a_legal_right_is_the_same_under_any_rules(
    office: Client, bags: Order, tablet: Tablet
) -> None:
    Order.objects.update(channel="WEB")
    bags.refresh_from_db()
    make_policy(days=30)
    give_back(bags, tablet, days_ago=15)

    page = office.post(
        ADD, form(days="1", window_level="NOBODY", price_limit_amount="0.01") | {"_preview": "1"}
    )

    assert [row.after.lines for row in page.context["preview"]["rows"]] == [1, 0, 0]


def test_a_version_that_is_coming_shows_what_it_will_change(
    office: Client, bags: Order, tablet: Tablet
) -> None:
    old = make_policy(days=30)
    give_back(bags, tablet)
    office.post(ADD, form(days="10", window_level="NOBODY"))
    coming = PolicyVersion.objects.get(version=2)

    page = office.get(change(coming))

    assert [row.after.lines for row in page.context["preview"]["rows"]] == [0, 0, 1]
    assert "preview" not in office.get(change(old)).context


def test_the_preview_asks_few_queries_however_many_came_back(
    office: Client, lyon: Store, tablet: Tablet, django_assert_num_queries: Any
) -> None:
    make_policy(days=30)
    rules = [
        {"rule": "frequency", "returns": 2, "days": 90, "level": "APPROVER"},
        {"rule": "price_limit", "amount": 100, "currency": "EUR", "level": "APPROVER"},
        {"rule": "cash_limit", "amount": 100, "currency": "EUR", "level": "APPROVER"},
        {"rule": "vip", "level": "APPROVER"},
    ]
    version = PolicyVersion(version=2, rules=rules, start_at=now())
    goods = make_product()
    for number in range(4):
        customer: Customer | None = make_customer(f"C{number}") if number % 2 else None
        order = make_order(
            customer,
            [(goods, 3, 1990)],
            channel="STORE",
            store=lyon,
            placed_at=now() - timedelta(days=9),
            tenders={"CASH": 5970},
        )
        give_back(order, tablet)
        give_back(order, tablet, days_ago=4)

    with django_assert_num_queries(5):
        found = policies.preview(version, now=now())

    assert found.lines == 8
    assert found.after["HUMAN"].lines == 8


def test_nobody_edits_or_deletes_a_version(office: Client) -> None:
    version = make_policy()
    delete = reverse("admin:orders_policyversion_delete", args=[version.pk])

    assert office.post(change(version), form(days="1")).status_code == 403
    assert office.post(delete, {"post": "yes"}).status_code == 403
    assert PolicyVersion.objects.get().rules == version.rules
