"""Store credit, gift cards and card processors in head office: what may be written, and by whom."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from orders import credit
from orders.models import CreditAccount, CreditEntry, JournalEntry, Processor, ProcessorRequest
from stores.models import Store, User
from tests.factories import NOON, make_customer, make_user

pytestmark = pytest.mark.usefixtures("in_english")

ACCOUNTS, ENTRIES = "admin:orders_creditaccount", "admin:orders_creditentry"
PROCESSORS, REQUESTS = "admin:orders_processor", "admin:orders_processorrequest"


@pytest.fixture
def account(lyon: Store) -> CreditAccount:
    """Fifty euros of store credit."""
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


def typed(**change: Any) -> dict[str, Any]:
    return {"sum": "10.00", "reason": "Broken promise", "key": str(uuid4())} | change


def correct(office: Client, to: CreditAccount, **change: Any) -> Any:
    return office.post(reverse(f"{ENTRIES}_add"), typed(account=to.pk) | change)


def issue(office: Client, lyon: Store, **change: Any) -> Any:
    told = typed(kind="GIFT_CARD", store=lyon.pk, currency="EUR", customer="")
    return office.post(reverse(f"{ACCOUNTS}_add"), told | change)


def left(account: CreditAccount) -> int:
    account.refresh_from_db()
    return account.balance


def test_lists_accounts_by_their_masked_number_with_what_is_left(
    office: Client, account: CreditAccount
) -> None:
    page = office.get(reverse(f"{ACCOUNTS}_changelist")).content.decode()

    assert account.masked in page
    assert "€50.00" in page
    assert account.number not in page


def test_lists_entries_with_reason_and_author(office: Client, account: CreditAccount) -> None:
    correct(office, account)

    page = office.get(reverse(f"{ENTRIES}_changelist")).content.decode()

    assert "Broken promise" in page
    assert "anne" in page


def test_rule_2_8_an_entry_by_hand_has_its_author_and_reason(
    office: Client, account: CreditAccount, anne: User
) -> None:
    more = correct(office, account)
    less = correct(office, account, sum="-60.00", reason="Mistyped")

    assert (more.status_code, less.status_code) == (302, 302)
    rows = CreditEntry.objects.filter(is_manual=True).order_by("amount")
    assert [(row.user, row.reason, row.amount) for row in rows] == [
        (anne, "Broken promise", 1000),
        (anne, "Mistyped", 6000),
    ]
    assert left(account) == 0
    assert JournalEntry.objects.filter(subject__startswith="credit-entry:").count() == 3


@pytest.mark.parametrize(
    "change",
    [
        {"reason": ""},
        {"reason": "   "},
        {"sum": "0"},
        {"sum": ""},
        {"sum": "0.001"},
        {"sum": "-50.01"},
        {"sum": "x"},
        {"sum": "1e9"},
        {"account": 999_999},
        {"key": "x"},
    ],
)
def test_rule_2_8_nothing_is_written_by_hand_that_says_too_little(
    office: Client, account: CreditAccount, change: dict[str, Any]
) -> None:
    answer = correct(office, account, **change)

    assert answer.status_code == 200
    assert not CreditEntry.objects.filter(is_manual=True).exists()
    assert left(account) == 5000


def test_two_clicks_on_one_form_are_one_entry(office: Client, account: CreditAccount) -> None:
    key = str(uuid4())

    for _ in range(2):
        correct(office, account, key=key)

    assert left(account) == 6000


def test_issues_a_gift_card_by_hand_and_shows_its_code_once(
    office: Client, lyon: Store, anne: User
) -> None:
    page = issue(office, lyon).content.decode()

    made = CreditAccount.objects.get()
    entry = made.entries.get(kind="ISSUED")
    assert (entry.user, entry.reason, entry.is_manual) == (anne, "Broken promise", True)
    assert (made.balance, made.kind) == (1000, "GIFT_CARD")
    assert made.number in page
    again = office.get(reverse(f"{ACCOUNTS}_change", args=[made.pk])).content.decode()
    assert made.number not in again


@pytest.mark.parametrize("change", [{"reason": ""}, {"sum": "-1"}, {"sum": "0"}])
def test_issues_nothing_without_a_reason_or_an_amount(
    office: Client, lyon: Store, change: dict[str, Any]
) -> None:
    assert issue(office, lyon, **change).status_code == 200
    assert not CreditAccount.objects.exists()


@pytest.mark.parametrize("page", [ACCOUNTS, ENTRIES])
def test_what_was_written_is_neither_edited_nor_deleted(
    office: Client, account: CreditAccount, page: str
) -> None:
    row = account if page == ACCOUNTS else account.entries.get()
    change, delete = (reverse(f"{page}_{act}", args=[row.pk]) for act in ("change", "delete"))

    assert office.get(change).status_code == 200
    assert office.post(change, typed(sum="9999")).status_code == 403
    assert office.post(delete, {"post": "yes"}).status_code == 403
    assert left(account) == 5000


def test_who_may_only_look_issues_and_corrects_nothing(
    client: Client, account: CreditAccount, lyon: Store
) -> None:
    looker = make_user("lou", is_staff=True)
    looker.user_permissions.set(
        Permission.objects.filter(codename__in=["view_creditaccount", "view_creditentry"])
    )
    client.force_login(looker)
    seen = client.get(reverse(f"{ACCOUNTS}_changelist"))

    assert seen.status_code == 200
    assert issue(client, lyon).status_code == 403
    assert correct(client, account).status_code == 403
    made = client.post(
        reverse(f"{ACCOUNTS}_changelist"),
        {"action": "make_code", "_selected_action": [account.pk]},
    )
    assert account.number not in made.content.decode()
    assert left(account) == 5000


# --- card processors -----------------------------------------------------------------------------


@pytest.fixture
def processor(db: None) -> Processor:
    return Processor.objects.create(name="stripe-fr", secret_key="rk_secret_1")


def save(office: Client, processor: Processor, **change: Any) -> Any:
    told = {"kind": "STRIPE", "base_address": "https://api.stripe.com", "is_active": "on"}
    address = reverse(f"{PROCESSORS}_change", args=[processor.pk])
    return office.post(address, told | {"secret_key": "", "webhook_secret": ""} | change)


def test_lists_processors_with_their_trouble_and_never_a_key(
    office: Client, processor: Processor
) -> None:
    Processor.objects.update(trouble="401 key refused")

    pages = [
        office.get(reverse(f"{PROCESSORS}_changelist")).content.decode(),
        office.get(reverse(f"{PROCESSORS}_change", args=[processor.pk])).content.decode(),
    ]

    assert all("401 key refused" in page for page in pages)
    assert not any("rk_secret_1" in page for page in pages)
    assert f"/processors/{processor.pk}/" in pages[1]


def test_keeps_a_key_that_is_not_typed_anew(office: Client, processor: Processor) -> None:
    kept = save(office, processor)
    processor.refresh_from_db()
    assert (kept.status_code, processor.secret_key) == (302, "rk_secret_1")

    save(office, processor, secret_key="rk_secret_2")
    processor.refresh_from_db()
    assert processor.secret_key == "rk_secret_2"


def test_a_processor_keeps_its_name_and_is_not_deleted(
    office: Client, processor: Processor
) -> None:
    save(office, processor, name="other")
    deleted = office.post(reverse(f"{PROCESSORS}_delete", args=[processor.pk]), {"post": "yes"})

    processor.refresh_from_db()
    assert processor.name == "stripe-fr"
    assert deleted.status_code == 403


def test_a_processor_has_an_address_that_nobody_reads_along(
    office: Client, processor: Processor
) -> None:
    answer = save(office, processor, base_address="http://api.stripe.com")

    assert answer.status_code == 200
    assert "It begins with https://." in answer.content.decode()


def test_what_a_processor_was_asked_is_only_read(office: Client) -> None:
    assert office.get(reverse(f"{REQUESTS}_changelist")).status_code == 200
    assert office.get(reverse(f"{REQUESTS}_add")).status_code == 403
    assert not ProcessorRequest.objects.exists()
