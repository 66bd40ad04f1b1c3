"""A person decides: what he is asked, who may, on what exactly, and what happens without him."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from customers.models import Customer
from omnistore.outbox.models import Event
from orders import approvers, grants, notices, photos, quotes, returns, reviews, submissions
from orders.approvers import Approver
from orders.models import (
    Allowance,
    CustomerReturn,
    Order,
    OrderLine,
    PolicyVersion,
    Refund,
    ReturnPhoto,
    Review,
    ReviewEntry,
    ReviewNotice,
)
from orders.quotes import Choice
from stores.models import Clerk, Store, Tablet, User
from tests.factories import (
    LONG_AGO,
    NOON,
    make_clerk,
    make_customer,
    make_order,
    make_product,
    make_user,
)
from tests.flows.test_goods import picture

State = Review.State
SOON = NOON + timedelta(minutes=5)


def policy(*rules: dict[str, object]) -> PolicyVersion:
    return PolicyVersion.objects.create(version=1, rules=list(rules), start_at=LONG_AGO)


def ended(level: str = "APPROVER") -> dict[str, object]:
    return {"rule": "window", "days": 30, "level": level}


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer()


@pytest.fixture
def late(camille: Customer, lyon: Store) -> Order:
    """Two articles of one store purchase, sixty days ago: the window has ended."""
    lines = [(make_product(), 3, 1999), (make_product("22423"), 1, 900)]
    return make_order(
        camille, lines, channel="STORE", store=lyon, placed_at=NOON - timedelta(days=60)
    )


@pytest.fixture
def anne(db: None) -> User:
    """Head office."""
    user = make_user("anne", email="anne@example.com")
    user.user_permissions.add(Permission.objects.get(codename="decide_review"))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def marcs_account(marc: Clerk) -> User:
    marc.user = make_user("marc", email="marc@example.com")
    marc.save()
    return User.objects.get(pk=marc.user.pk)


def draft_of(order: Order, tablet: Tablet, *, units: int = 2, lines: int = 1) -> CustomerReturn:
    draft = returns.begin(
        order=order, store=tablet.store, tablet=tablet, clerk=tablet.clerk, at=NOON
    )
    chosen = order.lines.order_by("position")[:lines]
    choose(draft, *(wants(line, min(units, line.quantity)) for line in chosen))
    return draft


def wants(line: OrderLine, units: int = 1, **fields: object) -> Choice:
    said = {"reason": "CHANGED_MIND", "condition": "AS_NEW"} | fields
    return Choice(order_line_id=line.pk, units=units, **said)  # type: ignore[arg-type]


def choose(draft: CustomerReturn, *choices: Choice) -> None:
    returns.choose(draft=draft, choices=choices)


def asked(order: Order, tablet: Tablet, **fields: int) -> CustomerReturn:
    draft = draft_of(order, tablet, **fields)
    return submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON)


def say(found: CustomerReturn, approver: Approver, **fields: object) -> CustomerReturn:
    open_ones = found.reviews.filter(state=State.OPEN)
    ids = list(open_ones.values_list("pk", flat=True))
    told = {"is_approved": True, "how": "PIN", "at": SOON, "review_ids": ids} | fields
    return reviews.decide(found=found, approver=approver, **told)  # type: ignore[arg-type]


# --- asking --------------------------------------------------------------------------------------


def test_rule_1_5_a_manager_overrules_by_his_pin_what_needs_an_approver(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    draft = draft_of(late, tablet)
    with pytest.raises(quotes.NotReturnable):
        returns.take(draft=draft, at=NOON)

    found = submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON)
    say(found, Approver(clerk=marc))
    taken = returns.take(draft=found, at=SOON, agreed_total=3998)

    assert taken.lines.get().right == "GESTURE"
    assert Refund.objects.get().amount == 3998
    log = ReviewEntry.objects.order_by("pk").values_list("what", flat=True)
    assert list(log) == ["ASKED", "APPROVED", "USED"]


def test_what_is_asked_about_has_its_number_and_keeps_its_units(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    """rules.md 1.1: a return that needs review counts."""
    policy(ended())
    found = asked(late, tablet, units=3)
    other = draft_of(late, tablet, units=1)

    assert found.state == "REVIEW"
    with pytest.raises(quotes.AllCameBack):
        submissions.submit(draft=other, at=NOON)

    say(found, Approver(clerk=marc))
    taken = returns.take(draft=found, at=SOON)
    assert taken.number == found.number == "LYO-R000001"


def test_asking_twice_is_asking_once(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended())
    found = asked(late, tablet)

    submissions.submit(draft=found, clerk=tablet.clerk, at=NOON)

    assert Review.objects.count() == 1


def test_asks_nobody_about_what_can_be_taken(late: Order, tablet: Tablet) -> None:
    policy({"rule": "window", "days": 90})

    with pytest.raises(submissions.NothingToAsk):
        asked(late, tablet)


def test_tells_other_systems_by_codes_only(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended())
    say(asked(late, tablet), Approver(clerk=marc), is_approved=False, words="Too late")

    told = {event.name: event.payload for event in Event.objects.all()}

    assert told["orders.review.opened"]["rule"] == "window"
    assert told["orders.review.decided"]["state"] == "REFUSED"
    assert "Too late" not in str(told)
    assert "Camille" not in str(told)


# --- who may -------------------------------------------------------------------------------------


def test_nobody_decides_what_he_asked_himself(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended())
    make_clerk(tablet.store, "Sofia Da Costa", pin="531975", role=Clerk.Role.MANAGER)
    found = submissions.submit(draft=draft_of(late, tablet), clerk=marc, at=NOON)

    with pytest.raises(approvers.AskedBySelf):
        say(found, Approver(clerk=marc))

    assert found.reviews.get().is_open


def test_neither_does_the_account_of_the_clerk_who_asked(
    late: Order, tablet: Tablet, marc: Clerk, marcs_account: User
) -> None:
    policy(ended())
    marcs_account.is_superuser = True
    marcs_account.save()
    found = submissions.submit(draft=draft_of(late, tablet), clerk=marc, at=NOON)

    with pytest.raises(approvers.AskedBySelf):
        say(found, Approver(user=marcs_account), how="REMOTE")


def test_the_database_lets_nobody_decide_what_he_asked(
    late: Order, tablet: Tablet, marc: Clerk, nadia: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)

    with pytest.raises(IntegrityError), transaction.atomic():
        found.reviews.update(state="APPROVED", how="PIN", decided_by_clerk=nadia, decided_at=SOON)


def test_no_clerk_and_no_manager_of_another_store_decides(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    paris = Store.objects.create(code="par", name="Paris")
    sofia = make_clerk(paris, "Sofia", pin="531975", role=Clerk.Role.MANAGER)
    hugo = make_clerk(tablet.store, "Hugo", pin="246810")
    found = asked(late, tablet)

    for stranger in (sofia, hugo):
        with pytest.raises(approvers.NotYoursToDecide):
            say(found, Approver(clerk=stranger))


def test_a_manager_who_left_decides_nothing(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended())
    found = asked(late, tablet)
    Clerk.objects.filter(pk=marc.pk).update(is_active=False)
    marc.refresh_from_db()

    with pytest.raises(approvers.NotYoursToDecide):
        say(found, Approver(clerk=marc))


def test_above_the_limit_of_a_store_head_office_decides(
    late: Order, tablet: Tablet, marc: Clerk, anne: User, settings: object
) -> None:
    settings.OMNISTORE_REVIEW_STORE_LIMIT = 3997  # type: ignore[attr-defined]
    policy(ended())
    found = asked(late, tablet)

    with pytest.raises(approvers.ForHeadOffice):
        say(found, Approver(clerk=marc))
    say(found, Approver(user=anne), how="REMOTE")

    assert returns.take(draft=found, at=SOON).state == "RECEIVED"


def test_head_office_is_asked_when_nobody_else_in_the_store_could_say_yes(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())

    found = submissions.submit(draft=draft_of(late, tablet), clerk=marc, at=NOON)

    assert found.reviews.get().route == Review.Route.HEAD_OFFICE


# --- bound to what was shown ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"units": 3}, {"units": 1}, {"reason": "STYLE"}, {"condition": "DAMAGED"}],
)
def test_another_return_than_the_one_shown_is_not_approved(
    late: Order, tablet: Tablet, marc: Clerk, change: dict[str, object]
) -> None:
    policy(ended())
    found = asked(late, tablet)
    say(found, Approver(clerk=marc))
    choose(found, wants(late.lines.order_by("position")[0], **{"units": 2} | change))  # type: ignore[arg-type]

    with pytest.raises(quotes.NotReturnable):
        returns.take(draft=found, at=SOON)

    choose(found, wants(late.lines.order_by("position")[0], 2))
    assert returns.take(draft=found, at=SOON).number


def test_another_amount_than_the_one_shown_is_not_approved(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)
    say(found, Approver(clerk=marc))
    late.lines.update(total=9000)

    with pytest.raises(grants.NoLongerFits):
        returns.take(draft=found, at=SOON)

    assert not Refund.objects.exists()
    assert CustomerReturn.objects.get().is_draft


def test_what_is_asked_about_cannot_be_changed_meanwhile(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)

    with pytest.raises(returns.DraftGone):
        choose(found, wants(late.lines.order_by("position")[0], 1))


def test_an_approval_counts_for_its_rule_only(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended(), {"rule": "conditions", "allowed": ["AS_NEW"], "level": "APPROVER"})
    line = late.lines.order_by("position")[0]
    found = asked(late, tablet)
    say(found, Approver(clerk=marc))

    choose(found, wants(line, 2, condition="OPENED"))
    answer = quotes.draw_up(
        choices=returns.choices_of(found),
        customer_id=found.customer_id,
        now=SOON,
        grants={(line.pk, "window")},
    )

    assert [no.rule for no in answer.lines[0].decision.objections] == ["conditions"]


# --- a no ----------------------------------------------------------------------------------------


def test_a_no_of_a_person_has_his_words(late: Order, tablet: Tablet, marc: Clerk) -> None:
    policy(ended())
    found = asked(late, tablet)

    with pytest.raises(reviews.WordsMissing):
        say(found, Approver(clerk=marc), is_approved=False, words="   ")
    found = say(found, Approver(clerk=marc), is_approved=False, words="Worn for two months.")

    assert found.state == "REFUSED"
    assert found.reviews.get().words == "Worn for two months."
    with pytest.raises(submissions.AskedAndAnswered):
        submissions.ask_again(found=found, at=SOON)


def test_the_database_knows_no_refusal_by_a_machine(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    """GDPR article 22; the table of states in rules.md 1."""
    policy(ended())
    found = asked(late, tablet)

    with pytest.raises(IntegrityError), transaction.atomic():
        found.reviews.update(state="REFUSED", how="FALLBACK", words="no", decided_at=SOON)


def test_a_no_to_one_line_leaves_the_others_to_the_counter(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet, lines=2)
    first, second = found.reviews.order_by("order_line__position")
    told = {"is_approved": False, "words": "No", "review_ids": [first.pk]}
    say(found, Approver(clerk=marc), **told)

    found = say(found, Approver(clerk=marc), review_ids=[second.pk])

    assert found.is_draft
    choose(found, wants(late.lines.order_by("position")[1]))
    assert returns.take(draft=found, at=SOON).lines.get().amount == 900


def test_a_decision_is_heard_once(late: Order, tablet: Tablet, marc: Clerk, anne: User) -> None:
    policy(ended())
    found = asked(late, tablet)
    ids = [found.reviews.get().pk]
    say(found, Approver(clerk=marc))

    with pytest.raises(reviews.NotOpen):
        say(found, Approver(user=anne), review_ids=ids, how="REMOTE")

    assert Event.objects.filter(name="orders.review.decided").count() == 1


def test_a_question_taken_back_cannot_be_answered(
    late: Order, tablet: Tablet, marc: Clerk, nadia: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)
    ids = [found.reviews.get().pk]

    assert reviews.withdraw(found=found, clerk=nadia, at=SOON).is_draft

    with pytest.raises(reviews.NotOpen):
        say(found, Approver(clerk=marc), review_ids=ids)
    with pytest.raises(quotes.NotReturnable):
        returns.take(draft=found, at=SOON)


# --- nobody in the store may ---------------------------------------------------------------------


@pytest.mark.parametrize("level", ["BEFOREHAND", "NOBODY"])
def test_a_customer_refused_by_rule_can_always_ask_for_a_person(
    late: Order, tablet: Tablet, marc: Clerk, level: str
) -> None:
    policy(ended(level))

    review = asked(late, tablet).reviews.get()

    assert (review.kind, review.route) == ("CUSTOMER_ASKED", "OFFICE")
    assert review.due_at - NOON == timedelta(hours=48)


def test_rule_1_5_nobody_approves_what_nobody_may_overrule_but_a_person_says_why(
    late: Order, tablet: Tablet, anne: User
) -> None:
    policy(ended("NOBODY"))
    found = asked(late, tablet)

    with pytest.raises(reviews.CannotBeApproved):
        say(found, Approver(user=anne), how="REMOTE")
    found = say(found, Approver(user=anne), is_approved=False, words="I looked.", how="REMOTE")

    assert found.state == "REFUSED"


def test_rule_1_5_head_office_approves_beforehand_and_the_next_visit_takes_it_once(
    late: Order, tablet: Tablet, marc: Clerk, anne: User
) -> None:
    policy(ended("BEFOREHAND"))
    until = NOON + timedelta(days=7)
    line = late.lines.order_by("position")[0]
    grants.allow(
        order=late,
        words="Promised on the phone",
        until=until,
        user=anne,
        at=NOON - timedelta(days=1),
    )

    taken = returns.take(draft=draft_of(late, tablet), at=NOON)
    assert taken.lines.get().right == "GESTURE"
    assert Allowance.objects.get().used_in == taken

    again = draft_of(late, tablet, units=1)
    with pytest.raises(quotes.NotReturnable):
        returns.take(draft=again, at=NOON)
    assert line.pk


def test_an_approval_given_during_the_visit_is_none_beforehand(
    late: Order, tablet: Tablet, anne: User
) -> None:
    policy(ended("BEFOREHAND"))
    draft = draft_of(late, tablet)
    grants.allow(
        order=late, words="Now", until=NOON + timedelta(days=1), user=anne, at=draft.created_at
    )

    with pytest.raises(quotes.NotReturnable):
        returns.take(draft=draft, at=NOON)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"words": "  "}, "allowance_why_missing"),
        ({"until": NOON}, "allowance_not_that_long"),
        ({"until": NOON + timedelta(days=400)}, "allowance_not_that_long"),
    ],
)
def test_an_approval_beforehand_says_why_and_ends(
    late: Order, anne: User, wrong: dict[str, object], code: str
) -> None:
    told = {"words": "Promised", "until": NOON + timedelta(days=1)} | wrong

    with pytest.raises(grants.Invalid) as refusal:
        grants.allow(order=late, user=anne, at=NOON, **told)  # type: ignore[arg-type]

    assert refusal.value.code == code


def test_a_revoked_or_ended_approval_counts_no_more(
    late: Order, tablet: Tablet, anne: User
) -> None:
    policy(ended("BEFOREHAND"))
    day = timedelta(days=1)
    one = grants.allow(order=late, words="A", until=NOON + day, user=anne, at=NOON - day)
    grants.allow(order=late, words="B", until=NOON - day / 2, user=anne, at=NOON - day)
    grants.revoke(allowance=one, at=NOON)

    draft = draft_of(late, tablet)
    choices = returns.choices_of(draft)
    assert choices
    assert grants.of_choices(choices, draft=draft, at=NOON) == frozenset()


# --- a legal right -------------------------------------------------------------------------------


def test_rule_1_6_a_legal_right_is_only_announced(
    camille: Customer, tablet: Tablet, marc: Clerk
) -> None:
    """The return goes on at once; a person is told, and asked nothing."""
    policy(ended(), {"rule": "price_limit", "amount": 100, "currency": "EUR", "level": "APPROVER"})
    order = make_order(camille, [(make_product(), 3, 1999)])
    draft = draft_of(order, tablet)
    answer = quotes.draw_up(choices=returns.choices_of(draft), customer_id=camille.pk, now=NOON)

    taken = returns.take(draft=draft, at=NOON)

    assert answer.lines[0].decision.is_legal
    assert taken.state == "RECEIVED"
    review = Review.objects.get()
    assert (review.kind, review.state, review.rule) == ("LEGAL_NOTICE", "ANNOUNCED", "price_limit")
    with pytest.raises(reviews.NotOpen):
        say(taken, Approver(clerk=marc), review_ids=[review.pk])


def test_rule_1_6_the_database_lets_nobody_decide_a_legal_right(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)

    for state in ("OPEN", "REFUSED"):
        with pytest.raises(IntegrityError), transaction.atomic():
            found.reviews.update(kind="LEGAL_NOTICE", state=state)


# --- the time is up ------------------------------------------------------------------------------


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_passes_on_to_head_office_when_the_store_does_not_answer(
    late: Order, tablet: Tablet, marc: Clerk, anne: User
) -> None:
    policy(ended())
    found = asked(late, tablet)

    assert reviews.end_due(at=after(29)) == 0
    assert reviews.end_due(at=after(30)) == 1

    review = found.reviews.get()
    assert (review.state, review.route) == ("OPEN", "OFFICE")
    assert review.due_at == after(30) + timedelta(hours=48)
    assert ReviewNotice.objects.filter(user=anne, route="OFFICE").count() == 1


def test_what_nobody_answers_ends_kindly_and_can_be_asked_again(
    late: Order, tablet: Tablet, marc: Clerk, nadia: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)
    reviews.end_due(at=after(30))
    reviews.end_due(at=after(30) + timedelta(hours=48))
    found.refresh_from_db()
    assert (found.state, found.reviews.get().state) == ("REFUSED", "EXPIRED")

    again = submissions.ask_again(found=found, clerk=nadia, at=after(5000))
    say(again, Approver(clerk=marc), at=after(5001))

    assert returns.take(draft=again, at=after(5002)).number == "LYO-R000001"


def test_a_small_amount_may_be_approved_for_want_of_an_answer(
    late: Order, tablet: Tablet, marc: Clerk, settings: object
) -> None:
    settings.OMNISTORE_REVIEW_FALLBACK = "APPROVE_SMALL"  # type: ignore[attr-defined]
    policy(ended())
    found = asked(late, tablet, units=1, lines=2)

    reviews.end_due(at=after(30))

    assert {(r.state, r.how) for r in found.reviews.all()} == {("APPROVED", "FALLBACK")}
    assert returns.take(draft=found, at=after(31)).number


def test_what_is_not_small_goes_to_head_office_all_the_same(
    late: Order, tablet: Tablet, marc: Clerk, settings: object
) -> None:
    settings.OMNISTORE_REVIEW_FALLBACK = "APPROVE_SMALL"  # type: ignore[attr-defined]
    policy(ended())
    found = asked(late, tablet, units=2)

    reviews.end_due(at=after(30))

    assert found.reviews.get().route == "OFFICE"


def test_an_answer_just_in_time_is_not_overtaken_by_the_fallback(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    policy(ended())
    found = asked(late, tablet)
    say(found, Approver(clerk=marc), at=after(30))

    assert reviews.end_due(at=after(31)) == 0
    assert found.reviews.get().is_approved


# --- waking approvers ----------------------------------------------------------------------------


def test_mails_the_manager_number_store_and_amount_and_nothing_personal(
    late: Order, tablet: Tablet, marcs_account: User
) -> None:
    policy(ended())
    found = asked(late, tablet)

    assert notices.send_due(at=NOON) == 0
    assert notices.send_due(at=NOON + timedelta(seconds=15)) == 1

    (sent,) = mail.outbox
    assert sent.to == ["marc@example.com"]
    assert "LYO-R000001" in sent.subject
    assert f"/reviews/{found.pk}/" in sent.body
    assert "39,98" in sent.body
    assert "Camille" not in sent.body + sent.subject
    assert "Sac" not in sent.body
    assert ReviewNotice.objects.get().state == "SENT"


def test_wakes_nobody_for_what_was_decided_beside_the_tablet(
    late: Order, tablet: Tablet, marc: Clerk, marcs_account: User
) -> None:
    policy(ended())
    say(asked(late, tablet), Approver(clerk=marc))

    assert notices.send_due(at=NOON + timedelta(minutes=1)) == 0

    assert not mail.outbox
    assert ReviewNotice.objects.get().state == "DROPPED"


def test_tries_again_later_and_later_when_the_mail_server_is_away(
    late: Order, tablet: Tablet, marcs_account: User, settings: object
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]
    policy(ended())
    asked(late, tablet)
    moment = NOON + timedelta(seconds=15)

    breaks = []
    for _ in range(3):
        assert notices.send_due(at=moment) == 0
        notice = ReviewNotice.objects.get()
        breaks.append((notice.next_at - moment).total_seconds())
        moment = notice.next_at

    assert breaks == [10, 30, 120]
    assert (notice.state, notice.failure) == ("WAITING", "ConnectionRefusedError")


def test_head_office_is_woken_for_what_only_it_decides(
    late: Order, tablet: Tablet, marcs_account: User, anne: User
) -> None:
    policy(ended("BEFOREHAND"))
    asked(late, tablet)

    notices.send_due(at=NOON + timedelta(minutes=1))

    assert [sent.to for sent in mail.outbox] == [["anne@example.com"]]


# --- with what needs nobody -----------------------------------------------------------------------


def test_rule_1_6_what_comes_back_by_law_need_not_wait_for_the_answer_about_another_line(
    late: Order, tablet: Tablet, counter: Client
) -> None:
    policy(ended("BEFOREHAND"))
    first, second = late.lines.order_by("position")
    draft = draft_of(late, tablet)
    choose(draft, wants(first, reason="DEFECTIVE"), wants(second))
    found = submissions.submit(draft=draft, clerk=tablet.clerk, at=NOON)
    page = counter.get(f"/returns/{found.pk}/").content.decode()

    reviews.withdraw(found=found, clerk=tablet.clerk, at=SOON)
    choose(found, wants(first, reason="DEFECTIVE"))
    taken = returns.take(draft=found, at=SOON)
    apart = draft_of(late, tablet)
    choose(apart, wants(second))
    asked_again = submissions.submit(draft=apart, clerk=tablet.clerk, at=SOON)

    assert 'id="need-not-wait"' in page
    assert (taken.state, taken.lines.get().right) == ("RECEIVED", "CONFORMITY")
    assert asked_again.state == "REVIEW"
    assert [one.order_line for one in asked_again.reviews.all()] == [second]


def test_nothing_is_said_of_others_where_there_are_none(
    late: Order, tablet: Tablet, counter: Client
) -> None:
    policy(ended("BEFOREHAND"))
    found = asked(late, tablet)

    page = counter.get(f"/returns/{found.pk}/").content.decode()

    assert 'id="need-not-wait"' not in page


# --- photos --------------------------------------------------------------------------------------


@pytest.fixture
def photo(late: Order, tablet: Tablet, nadia: Clerk, settings: Any, tmp_path: Path) -> ReturnPhoto:
    """Of an article that a person is asked about."""
    settings.VAR_DIR = tmp_path
    policy(ended() | {"level": "APPROVER"})
    draft = draft_of(late, tablet)
    line = late.lines.order_by("position")[0]
    taken = photos.add(draft=draft, order_line=line, content=picture(), clerk=nadia, at=NOON)
    submissions.submit(draft=draft, clerk=nadia, at=NOON)
    return taken


def test_who_decides_from_afar_sees_the_photos_and_nobody_else_does(
    photo: ReturnPhoto, anne: User, client: Client
) -> None:
    asked_at = f"/reviews/{photo.customer_return_id}/"
    address = f"{asked_at}photos/{photo.pk}/"

    client.force_login(anne)
    page = client.get(asked_at).content.decode()
    shown = client.get(address)
    client.force_login(make_user("paul"))
    hidden = client.get(address)

    assert address in page
    assert b"".join(shown.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
    assert "no-store" in shown.headers["Cache-Control"]
    assert hidden.status_code == 404


# --- in whose language ---------------------------------------------------------------------------


def test_what_the_rule_says_is_read_in_the_readers_language(
    late: Order, tablet: Tablet, marc: Clerk
) -> None:
    own = {"clerk": {"fr": "Trop tard.", "en": "Too late."}}
    policy(ended() | {"words": own}, {"rule": "final_sale", "level": "APPROVER"})
    OrderLine.objects.update(is_final_sale=True)
    with translation.override("fr"):
        found = asked(late, tablet)

    def read(language: str) -> dict[str, str]:
        with translation.override(language):
            return {review.rule: review.sentence for review in found.reviews.all()}

    assert (read("fr")["window"], read("en")["window"]) == ("Trop tard.", "Too late.")
    assert read("en")["final_sale"] == "Sold as a final sale, as announced on the receipt."
    assert read("fr")["final_sale"] not in ("", read("en")["final_sale"])


def test_a_legal_right_is_announced_in_the_readers_language(
    late: Order, tablet: Tablet, lyon: Store
) -> None:
    policy({"rule": "price_limit", "amount": 1000, "currency": "EUR", "level": "APPROVER"})
    draft = draft_of(late, tablet)
    choose(draft, wants(late.lines.first(), reason="DEFECTIVE"))  # type: ignore[arg-type]
    with translation.override("fr"):
        returns.take(draft=draft, at=NOON)

    with translation.override("en"):
        assert "second person" in Review.objects.get().sentence
