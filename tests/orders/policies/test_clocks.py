"""The clocks of the law: where they start, when they end, what a repair adds."""

from datetime import date, datetime, timedelta

import pytest
from django.utils.timezone import localtime
from hypothesis import given
from hypothesis import strategies as st

from orders import policies
from orders.models import Order, OrderLine, PolicyVersion, Product, Repair, ReturnLine
from orders.policies import PolicyBook, clocks, decide, holidays, outlook
from stores.models import Store
from tests.factories import NOON, make_order, make_product

Right = ReturnLine.Right
DAYS = st.dates(date(2001, 1, 1), date(2199, 12, 31))
NO_BOOK = PolicyBook([])


def bought(**fields: object) -> OrderLine:
    """A line of a web order delivered on Monday, 2 November 2026, at noon in Paris."""
    at = datetime(2026, 11, 2, 11, tzinfo=NOON.tzinfo)
    order = make_order(None, [(make_product(), 2, 1990)], **{"placed_at": at} | fields)
    return order.lines.select_related("order__store", "product", "paid_by").get()


def right_on(line: OrderLine, day: date, **said: str) -> str:
    at = localtime(NOON).replace(year=day.year, month=day.month, day=day.day, hour=23, minute=59)
    asked = {"reason": "CHANGED_MIND", "condition": "AS_NEW"} | said
    return decide(line, book=NO_BOOK, now=at, **asked).right


# --- the days on which one works -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2026, 4, 5), (2038, 4, 25), (2160, 3, 23)],
)
def test_knows_when_easter_is(year: int, month: int, day: int) -> None:
    assert holidays.easter(year) == date(year, month, day)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    sunday = holidays.easter(year)

    assert sunday.weekday() == 6
    assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


def test_knows_the_eleven_holidays_of_a_year() -> None:
    days = sorted(day.strftime("%d.%m") for day in holidays.of_year(2026))

    assert len(days) == 11
    assert {"06.04", "14.05", "25.05", "14.07"} <= set(days)


@given(DAYS)
def test_a_period_ends_on_a_day_on_which_one_works(day: date) -> None:
    last = holidays.working_day_from(day)

    assert holidays.is_working_day(last)
    assert timedelta() <= last - day <= timedelta(days=5)
    assert not any(
        holidays.is_working_day(day + timedelta(days=passed)) for passed in range((last - day).days)
    )


# --- withdrawal ----------------------------------------------------------------------------------


def test_rule_1_6_withdrawal_lasts_until_the_end_of_the_fourteenth_day(db: None) -> None:
    line = bought()

    assert right_on(line, date(2026, 11, 16)) == Right.WITHDRAWAL
    assert right_on(line, date(2026, 11, 17)) == ""


@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        (date(2026, 10, 31), date(2026, 11, 16)),  # the 14th day is a Saturday
        (date(2026, 10, 18), date(2026, 11, 2)),  # All Saints on a Sunday
        (date(2026, 10, 28), date(2026, 11, 12)),  # Armistice on a Wednesday
        (date(2026, 12, 11), date(2026, 12, 28)),  # Christmas on a Friday, then a week-end
        (date(2026, 3, 23), date(2026, 4, 7)),  # Easter Monday
    ],
)
def test_rule_1_6_a_last_day_on_which_one_rests_moves_to_the_next_working_day(
    db: None, delivered: date, last: date
) -> None:
    """Consumer Code L221-19, Regulation 1182/71."""
    at = localtime(NOON).replace(year=delivered.year, month=delivered.month, day=delivered.day)
    line = bought(delivered_at=at)

    assert right_on(line, last) == Right.WITHDRAWAL
    assert right_on(line, last + timedelta(days=1)) == ""


@pytest.mark.parametrize(
    ("postcode", "delivered", "last"),
    [
        ("69002", date(2026, 3, 20), date(2026, 4, 3)),  # Good Friday is none in Lyon
        ("67000", date(2026, 3, 20), date(2026, 4, 7)),  # in Strasbourg it is one
        ("57000", date(2025, 12, 12), date(2025, 12, 29)),  # Saint Stephen on a Friday in Metz
        ("97110", date(2026, 5, 13), date(2026, 5, 28)),  # abolition in Guadeloupe, a Wednesday
        ("97200", date(2026, 5, 8), date(2026, 5, 26)),  # Martinique, a Friday, then Whit Monday
        ("97300", date(2026, 5, 27), date(2026, 6, 11)),  # Guyane
        ("97400", date(2027, 12, 6), date(2027, 12, 21)),  # Réunion
        ("97600", date(2026, 4, 13), date(2026, 4, 28)),  # Mayotte
        ("97133", date(2026, 9, 25), date(2026, 10, 12)),  # Saint-Barthélemy, a Friday
        ("97150", date(2026, 5, 14), date(2026, 5, 29)),  # Saint-Martin
        ("97400", date(2026, 4, 13), date(2026, 4, 27)),  # what Mayotte has, Réunion has not
    ],
)
def test_rule_1_6_the_holidays_of_the_stores_place_count(
    lyon: Store, postcode: str, delivered: date, last: date
) -> None:
    """Code du travail L3134-13, L3422-2; decree 83-1003."""
    Store.objects.update(postcode=postcode)
    at = localtime(NOON).replace(year=delivered.year, month=delivered.month, day=delivered.day)
    line = bought(delivered_at=at, store=lyon)

    assert right_on(line, last) == Right.WITHDRAWAL
    assert right_on(line, last + timedelta(days=1)) == ""


def test_rule_1_6_where_the_place_is_not_known_the_latest_day_counts(db: None) -> None:
    at = localtime(NOON).replace(year=2026, month=3, day=20)
    line = bought(delivered_at=at)

    assert right_on(line, date(2026, 4, 7)) == Right.WITHDRAWAL


def test_rule_1_6_abroad_the_eleven_of_all_france_count(lyon: Store) -> None:
    Store.objects.update(postcode="67000", country="DE")
    at = localtime(NOON).replace(year=2026, month=3, day=20)
    line = bought(delivered_at=at, store=lyon)

    assert right_on(line, date(2026, 4, 4)) == ""


@given(DAYS)
def test_rule_1_6_withdrawal_is_never_shorter_than_fourteen_days(day: date) -> None:
    at = localtime(NOON).replace(year=day.year, month=day.month, day=day.day)
    order = Order(channel="WEB", placed_at=at, delivered_at=at)
    line = OrderLine(order=order, product=Product(sku="1"))

    clock = clocks.withdrawal(line)

    assert clock is not None
    assert 14 <= (clock.until - clock.start).days <= 19
    assert holidays.is_working_day(clock.until)


@pytest.mark.parametrize("channel", ["WEB", "PHONE", "MARKET"])
def test_rule_1_6_every_contract_at_a_distance_can_be_withdrawn_from(
    db: None, channel: str
) -> None:
    assert right_on(bought(channel=channel), date(2026, 11, 9)) == Right.WITHDRAWAL


def test_rule_1_6_click_and_collect_paid_online_can_be_withdrawn_from(
    db: None, lyon: Store
) -> None:
    """Fourteen days from the pick-up, though the till of the store told the sale."""
    picked_up = datetime(2026, 11, 9, 12, tzinfo=NOON.tzinfo)
    line = bought(channel="STORE", store=lyon, is_paid_online=True, delivered_at=picked_up)

    assert right_on(line, date(2026, 11, 23)) == Right.WITHDRAWAL
    assert right_on(line, date(2026, 11, 24)) == ""


def test_rule_1_6_what_was_reserved_online_and_paid_in_the_store_cannot(db: None) -> None:
    assert right_on(bought(is_paid_online=False), date(2026, 11, 9)) == ""


def test_rule_1_6_what_was_made_to_measure_cannot_be_withdrawn_from(db: None) -> None:
    line = bought()
    line.product.has_no_withdrawal = True

    assert right_on(line, date(2026, 11, 9)) == ""


def test_rule_1_6_a_seal_ends_withdrawal_only_once_it_is_broken(db: None) -> None:
    line = bought()
    line.product.withdrawal_ends_opened = True

    assert right_on(line, date(2026, 11, 9), condition="AS_NEW") == Right.WITHDRAWAL
    assert right_on(line, date(2026, 11, 9), condition="OPENED") == ""


def test_rule_1_6_says_by_when_the_refund_is_owed(db: None) -> None:
    decision = outlook(bought(), book=NO_BOOK, now=datetime(2026, 11, 9, 12, tzinfo=NOON.tzinfo))

    assert decision.evidence["until"] == "2026-11-16"
    assert decision.evidence["days_left"] == 7
    assert decision.evidence["owed_by"] == "2026-11-23"
    assert decision.customer_sentence


# --- conformity ----------------------------------------------------------------------------------


def test_rule_1_6_conformity_lasts_two_years_in_a_store_too(db: None, lyon: Store) -> None:
    line = bought(channel="STORE", store=lyon)

    assert right_on(line, date(2028, 11, 2), reason="DEFECTIVE") == Right.CONFORMITY
    assert right_on(line, date(2028, 11, 3), reason="DEFECTIVE") == ""
    assert right_on(line, date(2026, 11, 3), reason="STYLE") == ""


def test_rule_1_6_a_repair_prolongs_conformity_by_six_months(db: None, lyon: Store) -> None:
    line = bought(channel="STORE", store=lyon)
    Repair.objects.create(
        order_line=line, store=lyon, finished_on=date(2027, 2, 1), recorded_at=NOON
    )

    until = policies.prolong(order_line_id=line.pk)
    again = policies.prolong(order_line_id=line.pk)

    assert until == again == date(2029, 5, 2)
    line.refresh_from_db()
    assert right_on(line, date(2029, 5, 2), reason="DEFECTIVE") == Right.CONFORMITY


def test_rule_1_6_a_replacement_for_a_repair_begins_two_new_years(db: None, lyon: Store) -> None:
    line = bought(channel="STORE", store=lyon)

    until = policies.renew(order_line_id=line.pk, at=datetime(2028, 1, 31, 12, tzinfo=NOON.tzinfo))

    assert until == date(2030, 1, 31)


def test_rule_1_6_a_repair_is_owed_within_thirty_days(db: None) -> None:
    at = datetime(2027, 11, 9, 12, tzinfo=NOON.tzinfo)

    decision = decide(bought(), reason="DEFECTIVE", condition="DAMAGED", book=NO_BOOK, now=at)

    assert decision.evidence["owed_by"] == "2027-12-09"


@given(DAYS, st.integers(0, 60))
def test_so_many_months_later_is_the_same_day_or_that_months_last(day: date, months: int) -> None:
    later = clocks.months_after(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_rule_1_9_exchanged_goods_keep_the_clock_of_the_first_purchase(db: None) -> None:
    line = bought()
    first = line.order
    line.order = make_order(None, [], placed_at=NOON, channel="STORE")
    line.paid_by = first

    assert right_on(line, date(2026, 11, 16)) == Right.WITHDRAWAL
    assert right_on(line, date(2026, 11, 17)) == ""


def test_nothing_is_decided_about_what_was_not_handed_over(db: None) -> None:
    decision = outlook(bought(delivered_at=None), book=NO_BOOK, now=NOON)

    assert (decision.rule, decision.level) == ("not_handed_over", "NOBODY")


def test_rule_1_5_without_an_announced_policy_a_human_decides(db: None) -> None:
    line = bought(channel="STORE")

    decision = outlook(line, book=NO_BOOK, now=NOON)

    # What is not conform is covered all the same.
    assert decision.right == Right.CONFORMITY
    refused = decide(line, reason="STYLE", condition="AS_NEW", book=NO_BOOK, now=NOON)
    assert (refused.rule, refused.level) == ("no_policy", "APPROVER")
    assert PolicyVersion.objects.count() == 0
