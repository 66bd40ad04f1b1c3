"""The customer's own page: one question, no cookie, nothing told to who has no good code."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now

from customers import privacy
from customers.models import Customer
from omnistore.outbox.models import Event
from orders import opinions
from orders.models import Opinion
from stores.models import Clerk, Store
from tests import factories, weight
from tests.factories import make_customer, make_opinion

WORDS = "Rien à redire,\r\nmerci à Nadia !"


def ask(customer: Customer, store: Store, scale: str = "CSAT", **fields: Any) -> Opinion:
    """Return what the customer is asked about a purchase of two hours ago."""
    return make_opinion(customer, store, scale, asked_at=now() - timedelta(hours=2), **fields)


def path_to(asked: Opinion) -> str:
    return opinions.link(asked).removeprefix("http://localhost:8000")


@pytest.fixture
def camille(db: None) -> Customer:
    return make_customer(phone="+33612345678")


@pytest.fixture
def asked(camille: Customer, lyon: Store) -> Opinion:
    return ask(camille, lyon)


@pytest.fixture
def phone() -> Client:
    """A customer's phone, which would be asked for a token if the page wanted one."""
    return Client(enforce_csrf_checks=True)


def said(asked: Opinion) -> tuple[int | None, str, bool]:
    asked.refresh_from_db()
    return asked.score, asked.comment, asked.wants_call


# --- the customer --------------------------------------------------------------------------------
def test_asks_one_question_with_its_scale(phone: Client, asked: Opinion) -> None:
    page = phone.get(path_to(asked)).content.decode()

    assert page.count('type="radio"') == 5
    assert "Comment s’est passée votre visite" in page
    assert "très mal" in page and "très bien" in page
    assert "Camille" not in page and "Moreau" not in page and "612" not in page


@pytest.mark.parametrize(("scale", "marks"), [("CSAT", 5), ("NPS", 11), ("CES", 7)])
def test_each_question_has_its_own_marks(
    phone: Client, camille: Customer, lyon: Store, scale: str, marks: int
) -> None:
    page = phone.get(path_to(ask(camille, lyon, scale))).content.decode()

    assert page.count('type="radio"') == marks


def test_an_answer_is_thanked_for_and_kept(phone: Client, asked: Opinion) -> None:
    sent = {"score": "4", "comment": WORDS, "wants_call": "on"}

    answered = phone.post(path_to(asked), sent, follow=True)

    assert answered.redirect_chain == [("/opinion/thanks/fr/", 302)]
    assert "Merci" in answered.content.decode()
    assert said(asked) == (4, "Rien à redire,\nmerci à Nadia !", True)


def test_speaks_the_customers_language_to_the_end(
    phone: Client, camille: Customer, lyon: Store
) -> None:
    Customer.objects.filter(pk=camille.pk).update(language="en")
    asked = ask(Customer.objects.get(pk=camille.pk), lyon)

    assert "How was your visit?" in phone.get(path_to(asked)).content.decode()
    assert "Thank you" in phone.post(path_to(asked), {"score": 5}, follow=True).content.decode()


def test_offers_a_call_to_who_can_be_called(phone: Client, asked: Opinion, lyon: Store) -> None:
    nobody = ask(make_customer("Zoé"), lyon)

    assert b"wants_call" in phone.get(path_to(asked)).content
    assert b"wants_call" not in phone.get(path_to(nobody)).content


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_preview_of_the_link_uses_nothing_up(phone: Client, asked: Opinion, method: str) -> None:
    for _ in range(3):
        assert getattr(phone, method)(path_to(asked)).status_code == 200

    assert said(asked) == (None, "", False)
    phone.post(path_to(asked), {"score": 5})
    assert said(asked) == (5, "", False)


@pytest.mark.parametrize("score", ["", "0", "6", "-1", "4.5", "très bien", "9" * 40, "\0"])
def test_asks_again_when_there_is_no_mark(phone: Client, asked: Opinion, score: str) -> None:
    answered = phone.post(path_to(asked), {"score": score, "comment": "<b>gardé</b>"})

    assert answered.status_code == 422
    assert "Choisissez une note" in answered.content.decode()
    assert "&lt;b&gt;gardé&lt;/b&gt;" in answered.content.decode()
    assert said(asked) == (None, "", False)


def test_keeps_the_mark_of_who_wrote_too_much(phone: Client, asked: Opinion) -> None:
    answered = phone.post(path_to(asked), {"score": "4", "comment": "x" * 501})

    assert answered.status_code == 422
    assert 'value="4" required checked' in answered.content.decode()


def test_counts_a_line_break_once(phone: Client, asked: Opinion) -> None:
    phone.post(path_to(asked), {"score": "4", "comment": "a" + "\r\n" * 249 + "b" * 250})

    assert asked.answered_at is None
    assert len(said(asked)[1]) == 500


def test_a_finger_that_taps_twice_is_thanked_twice(phone: Client, asked: Opinion) -> None:
    places = [phone.post(path_to(asked), {"score": "4"}).headers["Location"] for _ in range(2)]

    assert places == ["/opinion/thanks/fr/"] * 2
    assert Event.objects.filter(name="orders.satisfaction.answered").count() == 1


# --- the thief -----------------------------------------------------------------------------------
def dead_links(camille: Customer, lyon: Store) -> dict[str, str]:
    """Return links that are no good, each for a reason of its own."""
    used = ask(camille, lyon)
    opinions.answer(asked=used, score=1, at=now() - timedelta(hours=1))
    expired = ask(camille, lyon, expires_at=now())
    gone = make_customer("Zoé", language="en")
    erased = ask(gone, lyon)
    privacy.erase(customer=gone, at=now())
    return {
        "forged": f"/opinion/{'A' * 22}/",
        "strange": "/opinion/¤é%00/",
        "used": path_to(used),
        "expired": path_to(expired),
        "erased": path_to(erased),
    }


@pytest.mark.parametrize("sent", [None, {}, {"score": "3"}, {"score": "99"}])
def test_every_link_that_is_no_good_gets_the_same_words(
    phone: Client, camille: Customer, lyon: Store, sent: dict[str, str] | None
) -> None:
    links = dead_links(camille, lyon)

    answers = {
        why: phone.get(path) if sent is None else phone.post(path, sent)
        for why, path in links.items()
    }

    assert {answer.status_code for answer in answers.values()} == {404}
    assert len({answer.content for answer in answers.values()}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers.values()}) == 1
    assert Opinion.objects.filter(score=3).count() == 0


def test_the_words_are_in_the_language_of_the_phone_not_of_the_customer(
    phone: Client, camille: Customer, lyon: Store
) -> None:
    links = dead_links(camille, lyon)

    for path in links.values():
        assert b"leads nowhere" in phone.get(path, headers={"Accept-Language": "en"}).content


def test_one_who_holds_a_used_code_learns_nothing_of_the_answer(
    phone: Client, camille: Customer, lyon: Store
) -> None:
    path = dead_links(camille, lyon)["used"]

    codes = {phone.post(path, {"score": score}).status_code for score in range(1, 6)}

    assert codes == {404}


def test_the_page_keeps_to_itself(phone: Client, asked: Opinion) -> None:
    for answer in (phone.get(path_to(asked)), phone.post(path_to(asked), {"score": 5})):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies


def test_the_page_is_light_and_runs_no_script(phone: Client, asked: Opinion) -> None:
    page = phone.get(path_to(asked))

    assert weight.of(page) < 30_000
    assert b"<script" not in page.content


# --- the store -----------------------------------------------------------------------------------
def answered(customer: Customer, store: Store, score: int, comment: str = "") -> Opinion:
    asked = ask(customer, store)
    opinions.answer(asked=asked, score=score, comment=comment, at=now())
    return asked


def test_the_store_reads_low_scores_first(counter: Client, camille: Customer, lyon: Store) -> None:
    answered(camille, lyon, 5, "¤content")
    answered(camille, lyon, 1, "¤déçu <script>")
    answered(camille, lyon, 4)

    page = counter.get("/opinions/")

    assert [one.score for one in page.context["to_read"]] == [1, 5]
    assert [one.score for one in page.context["others"]] == [4]
    assert "¤déçu &lt;script&gt;" in page.content.decode()
    assert "Moreau" not in page.content.decode()


def test_what_is_read_makes_room(
    counter: Client, camille: Customer, lyon: Store, nadia: Clerk
) -> None:
    low = answered(camille, lyon, 1)

    page = counter.post(f"/opinions/{low.pk}/read/", follow=True)

    assert page.context["to_read"] == []
    low.refresh_from_db()
    assert low.read_by == nadia
    assert "lu par Nadia Benali" in page.content.decode()


def test_another_stores_words_stay_there(counter: Client, camille: Customer) -> None:
    paris = factories.make_store("par", name="Paris")
    theirs = answered(camille, paris, 1, "¤secret")

    assert "¤secret" not in counter.get("/opinions/").content.decode()
    counter.post(f"/opinions/{theirs.pk}/read/")
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_nobody_reads_them_without_signing_in(client: Client, asked: Opinion) -> None:
    assert client.get("/opinions/").status_code == 302
    assert client.post(f"/opinions/{asked.pk}/read/").status_code == 302


def test_the_customers_page_has_her_last_answer(
    counter: Client, camille: Customer, lyon: Store
) -> None:
    answered(camille, lyon, 2, "¤trop long")

    assert "¤trop long" in counter.get(f"/customers/{camille.pk}/").content.decode()


def test_the_list_takes_few_queries(
    counter: Client, camille: Customer, lyon: Store, django_assert_max_num_queries: Any
) -> None:
    for score in range(1, 6):
        answered(camille, lyon, score, "¤")

    with django_assert_max_num_queries(8):
        counter.get("/opinions/")


def test_the_door_of_decisions_says_how_many_wait_to_be_read(
    counter: Client, camille: Customer, lyon: Store
) -> None:
    answered(camille, lyon, 1)

    assert "Avis des clients · 1" in counter.get("/returns/waiting/").content.decode()
