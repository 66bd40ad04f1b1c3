"""The journal: chained, closed day by day, and verified entry by entry (rules.md 2.10)."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.utils.timezone import localdate

from omnistore import appendonly
from orders import credit, gateways, journal, returns
from orders.journal import chain, closings, proof, writing
from orders.models import CustomerReturn, JournalClosing, JournalEntry, JournalHead, Order
from orders.quotes import Choice
from stores.models import Register, Store, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product, make_store

pytestmark = pytest.mark.django_db
TABLES = ("orders_journalentry", "orders_journalclosing")


def write(store: Store, number: int, at: datetime = NOON, **fields: Any) -> JournalEntry:
    with transaction.atomic():
        return journal.write(
            **{
                "store": store,
                "kind": "RETURN_SETTLED",
                "subject": f"return:{number}",
                "document": f"LYO-R{number:06d}",
                "gross": 1990,
                "tax": 332,
                "taxes": {"0.2000": (1990, 332)},
                "tenders": {"CARD": 1990},
                "currency": "EUR",
                "at": at,
            }
            | fields
        )


@pytest.fixture
def week(lyon: Store) -> Store:
    """Three days with three entries each, the first two closed."""
    for number in range(9):
        write(lyon, number, at=NOON + timedelta(days=number // 3))
    closings.close(store=lyon, at=NOON + timedelta(days=2))
    return lyon


@contextmanager
def administrator() -> Iterator[Any]:
    """What somebody can do who may take the guards away."""
    for table in (*TABLES, "orders_journalhead"):
        appendonly.unguard(connection, table)
    with connection.cursor() as cursor:
        yield cursor


def found(**asked: Any) -> proof.Broken | None:
    (verdict,) = proof.verify(**asked)
    return verdict.broken


def rechain(store: Store, start: int) -> None:
    """Compute the chain again from an entry on, as somebody would who has no key."""
    before = JournalEntry.objects.filter(store=store, number__lt=start).order_by("number").last()
    previous = before.hash if before else ""
    for entry in JournalEntry.objects.filter(store=store, number__gte=start).order_by("number"):
        entry.previous_hash = previous
        entry.hash = previous = chain.entry_hash([getattr(entry, n) for n in chain.ENTRY])
        entry.save()
    JournalHead.objects.update(last_hash=previous)


def test_rule_2_10_numbers_have_no_gap_and_each_entry_continues_the_last(lyon: Store) -> None:
    par = make_store("par")
    entries = [write(lyon, 1), write(par, 2), write(lyon, 3), write(lyon, 4)]

    assert [entry.number for entry in entries] == [1, 1, 2, 3]
    assert [entry.previous_hash for entry in entries] == ["", "", entries[0].hash, entries[2].hash]
    assert [verdict.broken for verdict in proof.verify()] == [None, None]


def test_the_same_event_is_written_once(lyon: Store) -> None:
    assert write(lyon, 1) == write(lyon, 1, gross=5)

    assert JournalEntry.objects.count() == 1


def test_is_rolled_back_with_what_it_says(lyon: Store) -> None:
    write(lyon, 1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(lyon, 2)
        1 / 0  # noqa: B018

    assert write(lyon, 3).number == 2
    assert found() is None


def test_anybody_can_compute_the_hash(lyon: Store, nadia: Any) -> None:
    """The format of docs/returns/journal.md, written out by hand."""
    import hashlib

    entry = write(lyon, 7, clerk_id=nadia.pk)

    text = (
        f'["entry",1,"{entry.id}",{lyon.pk},1,"RETURN_SETTLED","return:7","LYO-R000007",1990,332,'
        f'"{{\\"0.2000\\":[1990,332]}}","{{\\"CARD\\":1990}}","EUR",{nadia.pk},"2026-11-21",'
        f'"2026-11-21T12:00:00.000000+00:00",""]'
    )
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


COLUMNS = {
    "kind": "'EXCHANGE_MADE'",
    "subject": "'return:99'",
    "document": "'LYO-R999999'",
    "gross": "1",
    "tax": "1",
    "taxes": "'{}'",
    "tenders": "'{\"CASH\":1990}'",
    "currency": "'USD'",
    "clerk_id": "(SELECT MIN(id) FROM stores_clerk)",
    "day": "'2026-11-20'",
    "at": "'2026-11-21 12:00:01+00:00'",
    "previous_hash": "'0'",
    "hash": "'0'",
    "seal": "'0'",
    "store_id": "(SELECT id FROM stores_store WHERE code = 'par')",
    "number": "50",
    "id": "'00000000000000000000000000000001'",
}


def test_every_column_is_among_those_tried() -> None:
    assert {field.column for field in JournalEntry._meta.local_fields} == set(COLUMNS)


@pytest.mark.parametrize("column", COLUMNS)
def test_rule_2_10_names_the_entry_of_which_any_column_was_changed(
    column: str, week: Store, nadia: Any
) -> None:
    make_store("par")
    with administrator() as cursor:
        cursor.execute(
            f'UPDATE orders_journalentry SET "{column}" = {COLUMNS[column]} WHERE number = 5'
        )

    broken = next(verdict.broken for verdict in proof.verify(stores=[week]))

    assert broken is not None
    assert broken.number == 5


@pytest.mark.parametrize("column", ["document", "at", "hash", "seal"])
def test_names_the_entry_whose_text_became_bytes(column: str, week: Store) -> None:
    """SQLite keeps what it is given, whatever the column was declared as."""
    junk = "X'00'" if connection.vendor == "sqlite" else "'2026-11-20'"
    with administrator() as cursor:
        cursor.execute(f'UPDATE orders_journalentry SET "{column}" = {junk} WHERE number = 5')

    broken = found()
    assert broken is not None
    assert broken.number == 5


@pytest.mark.parametrize(
    ("act", "number", "why"),
    [
        ("DELETE FROM orders_journalentry WHERE number = 5", 5, "missing"),
        ("DELETE FROM orders_journalentry WHERE number = 1", 1, "missing"),
        ("DELETE FROM orders_journalentry WHERE number = 9", 9, "cut"),
        ("DELETE FROM orders_journalentry WHERE number > 6", 7, "cut"),
        ("DELETE FROM orders_journalhead", 1, "added"),
        ("UPDATE orders_journalhead SET last_number = 8", 9, "added"),
        ("UPDATE orders_journalhead SET last_hash = 'f'", 9, "head"),
        ("UPDATE orders_journalhead SET open_day = '2026-01-01'", 9, "head"),
        ("DELETE FROM orders_journalclosing WHERE number = 1", 6, "closing_missing"),
        ("DELETE FROM orders_journalclosing WHERE number = 2", 9, "closing_missing"),
        ("UPDATE orders_journalclosing SET grand = totals WHERE number = 2", 6, "closing_changed"),
        ("UPDATE orders_journalclosing SET last_number = 5 WHERE number = 2", 5, "closing_changed"),
    ],
)
def test_rule_2_10_finds_what_was_taken_away(act: str, number: int, why: str, week: Store) -> None:
    with administrator() as cursor:
        cursor.execute(act)

    assert found() == proof.Broken(number, why)


def test_finds_two_entries_that_changed_places(week: Store) -> None:
    with administrator() as cursor:
        for old, new in ((4, 99), (5, 4), (99, 5)):
            cursor.execute(
                "UPDATE orders_journalentry SET number = %s WHERE number = %s", [new, old]
            )

    assert found() == proof.Broken(4, "changed")


def test_finds_the_last_entry_deleted_with_the_head_turned_back(week: Store) -> None:
    with administrator() as cursor:
        cursor.execute("DELETE FROM orders_journalentry WHERE number = 9")
        last = JournalEntry.objects.get(number=8)
        cursor.execute("UPDATE orders_journalhead SET last_number = 8, last_hash = %s", [last.hash])

    assert found() == proof.Broken(8, "head")


def test_finds_a_tail_computed_again_without_the_key(week: Store) -> None:
    with administrator():
        JournalEntry.objects.filter(number=5).update(gross=1)
        rechain(week, 5)

    assert found() == proof.Broken(5, "unsealed")


def test_finds_an_inserted_entry(week: Store) -> None:
    with administrator():
        last = JournalEntry.objects.get(number=9)
        last.pk, last.number, last.subject = None, 10, "return:forged"
        last.pk = "00000000-0000-0000-0000-000000000001"
        last.save(force_insert=True)
        rechain(week, 10)
        JournalHead.objects.update(last_number=10)

    assert found() == proof.Broken(10, "unsealed")


def test_finds_an_older_head_and_tail_put_back_only_by_an_anchor(
    week: Store, tmp_path: Path
) -> None:
    """With a key's seals of yesterday nothing in the database tells that today is missing."""
    kept = JournalHead.objects.values().get()
    write(week, 10, at=NOON + timedelta(days=2))
    anchors = tmp_path / "anchors"
    call_command("verify_journal", anchors=anchors, stdout=StringIO())
    with administrator() as cursor:
        cursor.execute("DELETE FROM orders_journalentry WHERE number = 10")
        JournalHead.objects.update(**kept)

    assert found() is None
    with pytest.raises(CommandError):
        call_command("verify_journal", against=anchors, stdout=StringIO())


def test_keys_are_changed_without_breaking_what_was_sealed(week: Store, settings: Any) -> None:
    settings.JOURNAL_KEYS = ["a new key of at least 32 characters", *settings.JOURNAL_KEYS]
    write(week, 10, at=NOON + timedelta(days=2))
    assert found() is None

    settings.JOURNAL_KEYS = settings.JOURNAL_KEYS[:1]
    assert found() == proof.Broken(1, "unsealed")


def test_rule_2_10_a_day_is_closed_with_its_totals_and_those_of_all_time(week: Store) -> None:
    first, second = JournalClosing.objects.order_by("number")

    assert [first.day, second.day] == [date(2026, 11, 21), date(2026, 11, 22)]
    assert (second.first_number, second.last_number) == (4, 6)
    assert json.loads(second.totals)["EUR"] == {
        "entries": 3,
        "gross": 5970,
        "tax": 996,
        "kinds": {"RETURN_SETTLED": [3, 5970, 996]},
        "tenders": {"CARD": 5970},
        "taxes": {"0.2000": [5970, 996]},
    }
    assert json.loads(second.grand)["EUR"]["gross"] == 11940
    assert second.previous_hash == first.hash


def test_closes_missed_days_once(week: Store) -> None:
    write(week, 10, at=NOON + timedelta(days=9))

    made = [closings.close_all(at=NOON + timedelta(days=12)) for _ in range(2)]

    assert [[closing.day.day for closing in some] for some in made] == [[23, 30], []]
    assert found() is None


def test_nothing_is_written_into_a_closed_day(week: Store) -> None:
    late = write(week, 10, at=NOON)

    assert late.day == date(2026, 11, 23)
    assert late.at == NOON
    assert found() is None


def test_an_entry_forged_into_a_closed_day_is_found(week: Store) -> None:
    """Even by somebody who has the key."""
    with administrator():
        head = writing.locked(week)
        head.open_day = date(2026, 11, 21)
        entry = JournalEntry.objects.get(number=9)
        entry.day = date(2026, 11, 22)
        entry.hash = chain.entry_hash([getattr(entry, n) for n in chain.ENTRY])
        entry.seal = chain.seal(entry.hash)
        entry.save()

    assert found() == proof.Broken(9, "unclosed")


def test_verifies_from_a_day_on(week: Store) -> None:
    (verdict,) = proof.verify(since=date(2026, 11, 22))
    assert (verdict.entries, verdict.broken) == (6, None)
    with administrator() as cursor:
        cursor.execute("UPDATE orders_journalentry SET gross = 1 WHERE number IN (2, 5)")

    assert found(since=date(2026, 11, 22)) == proof.Broken(5, "changed")
    assert found() == proof.Broken(2, "changed")


def test_each_stores_first_broken_entry_is_named(week: Store) -> None:
    par = make_store("par")
    write(par, 20)
    write(par, 21)
    with administrator() as cursor:
        cursor.execute("UPDATE orders_journalentry SET gross = 1 WHERE number IN (2, 5)")
    out = StringIO()

    with pytest.raises(CommandError) as ended:
        call_command("verify_journal", stdout=out)

    assert ended.value.returncode == 1
    lyo, paris = out.getvalue().splitlines()
    assert lyo.startswith("lyo: BROKEN at entry 2:")
    assert paris.startswith("par: BROKEN at entry 2:")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET hash = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_rule_2_10_the_database_refuses_to_change_it(act: str, table: str, week: Store) -> None:
    if connection.vendor == "postgresql":
        # A table with checks still to be made is not emptied anyway.
        connection.check_constraints()
    elif act.startswith("TRUNCATE"):
        act = "DELETE FROM {}"

    with (
        pytest.raises(IntegrityError, match="only added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table))

    assert found() is None


def test_the_end_of_the_chain_never_goes_back(week: Store) -> None:
    for act in ("UPDATE orders_journalhead SET last_number = 3", "DELETE FROM orders_journalhead"):
        with (
            pytest.raises(IntegrityError, match=r"never goes back|only added to"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(act)


def test_a_settled_return_is_in_the_journal(tablet: Tablet, till: Register) -> None:
    make_policy()
    order = make_order(
        make_customer(), [(make_product(), 3, 1990)], tenders={"CARD": 4000, "CASH": 1970}
    )
    taken = take(order, tablet, 2)
    assert not JournalEntry.objects.exists()

    # Cash is asked for once the card is answered.
    while waiting := gateways.waiting_for(till, now=NOON):
        gateways.answer(register=till, instruction_id=waiting[0].id, is_paid=True, at=NOON)

    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.subject) == ("RETURN_SETTLED", f"return:{taken.pk}")
    assert (entry.document, entry.gross, entry.tax) == (taken.number, 3980, 663)
    assert json.loads(entry.taxes) == {"0.2000": [3980, 663]}
    assert json.loads(entry.tenders) == {"CARD": 2667, "CASH": 1313}
    assert found() is None


def test_an_exchange_is_in_the_journal_beside_its_return(tablet: Tablet, till: Register) -> None:
    make_policy()
    order = make_order(make_customer(), [(make_product(), 3, 1990)])

    taken = take(order, tablet, 1, "EXCHANGE")

    by_kind = {entry.kind: entry for entry in JournalEntry.objects.all()}
    assert set(by_kind) == {"EXCHANGE_MADE", "RETURN_SETTLED"}
    assert json.loads(by_kind["EXCHANGE_MADE"].tenders) == {"RETURN": 1990}
    assert json.loads(by_kind["RETURN_SETTLED"].tenders) == {"EXCHANGE": 1990}
    assert by_kind["EXCHANGE_MADE"].document == taken.exchange.order.number


def test_rule_2_8_what_moves_on_a_credit_is_in_the_journal(lyon: Store) -> None:
    account = credit.issue(
        customer=make_customer(),
        kind="STORE_CREDIT",
        amount=2000,
        currency="EUR",
        reason="LYO-R000001",
        event_key="refund:1",
        at=NOON,
        store=lyon,
    )
    account.refresh_from_db()

    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.gross) == ("CREDIT_ISSUED", 2000)
    assert json.loads(entry.tenders) == {"STORE_CREDIT": 2000}
    assert entry.document == account.masked


def test_an_export_holds_every_column_and_says_what_verifying_says(
    week: Store, tmp_path: Path
) -> None:
    out = tmp_path / "journal.jsonl"

    days = ("--from=2026-11-22", "--to=2026-11-23")
    call_command("export_journal", "lyo", *days, format="jsonl", out=out)

    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["row"] for row in rows] == ["entry"] * 6 + ["closing"] + ["note"]
    for row in rows[:6]:
        assert chain.row_hash("entry", [row[name] for name in chain.ENTRY]) == row["hash"]
    assert chain.row_hash("closing", [rows[6][n] for n in chain.CLOSING]) == rows[6]["hash"]
    assert (rows[-1]["entries"], rows[-1]["is_as_written"]) == (6, True)


def test_an_export_says_that_the_journal_is_broken(week: Store, capsys: Any) -> None:
    with administrator() as cursor:
        cursor.execute("UPDATE orders_journalentry SET gross = 1 WHERE number = 2")

    call_command("export_journal", "lyo", "--from=2026-11-21", "--to=2026-11-30")

    *_, note = capsys.readouterr().out.splitlines()
    assert note.startswith("note,")
    assert '""broken_at"": 2, ""broken_why"": ""changed""' in note


def test_head_office_takes_the_journal_away(admin_client: Any, week: Store) -> None:
    asked = {"store": week.pk, "start": "2026-11-21", "last": "2026-11-23", "form": "csv"}

    assert admin_client.get("/admin/orders/journalentry/").status_code == 200
    form = admin_client.get("/admin/orders/journalentry/export/")
    # As browsers take it: they show no day that is written otherwise.
    assert localdate().replace(day=1).isoformat() in form.content.decode()
    answer = admin_client.post("/admin/orders/journalentry/export/", asked)
    backwards = admin_client.post(
        "/admin/orders/journalentry/export/", asked | {"last": "2026-1-1"}
    )

    assert len(b"".join(answer.streaming_content).splitlines()) == 13
    assert backwards.status_code == 200
    assert not backwards.streaming


def take(order: Order, tablet: Tablet, units: int, resolution: str = "REFUND") -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=NOON)
    line = order.lines.get()
    choice = Choice(
        order_line_id=line.pk,
        units=units,
        reason="STYLE",
        condition="AS_NEW",
        resolution=resolution,
        replacement_id=line.product_id,
    )
    returns.choose(draft=draft, choices=[choice])
    return returns.take(draft=draft, at=NOON)


@pytest.mark.usefixtures("week")
def test_head_office_reads_amounts_and_not_what_is_hashed(admin_client: Client) -> None:
    entry = JournalEntry.objects.get(number=1)

    page = admin_client.get(f"/admin/orders/journalentry/{entry.pk}/change/").content.decode()

    assert "carte bancaire · 19,90" in page
    assert re.search(r"20\s% · 19,90\s€ \(3,32\s€\)", page)
    assert "&quot;CARD&quot;" not in page
