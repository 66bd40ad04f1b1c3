"""Head office: what is asked after what, and what the answers come to."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import translation
from django.utils.timezone import localtime, now

from omnistore.audit.models import Look
from orders import opinions, satisfaction
from orders.models import Opinion, SatisfactionQuestion
from stores.models import Store
from tests.factories import make_customer, make_opinion, make_store, make_user

LIST = "/admin/orders/opinion/"
ADD = "/admin/orders/satisfactionquestion/add/"


def answered(store: Store, scale: str, score: int) -> Opinion:
    asked = make_opinion(make_customer(), store, scale, asked_at=now())
    opinions.answer(asked=asked, score=score, comment="¤words", at=now())
    return asked


def figures(page: Any) -> list[tuple[str, str, int, str]]:
    return [(one.store, one.scale, one.answers, one.headline) for one in page.context["figures"]]


def test_shows_what_each_stores_answers_come_to(office: Client, lyon: Store) -> None:
    paris = make_store("par", name="Paris")
    for score in (0, 6, 9, 10, 10):
        answered(lyon, "NPS", score)
    answered(paris, "CSAT", 4)
    make_opinion(make_customer(), paris, asked_at=now())

    page = office.get(LIST)

    with translation.override("fr"):
        found = figures(page)
    assert found == [
        ("Lyon Bellecour", "NPS", 5, "+20"),
        ("Paris", "CSAT", 1, "100\N{NO-BREAK SPACE}%"),
    ]
    assert "7,0 sur 10" in page.content.decode()


def test_the_figures_follow_the_filters(office: Client, lyon: Store) -> None:
    answered(lyon, "NPS", 10)
    answered(lyon, "CSAT", 1)

    page = office.get(LIST, {"scale__exact": "NPS"})

    assert figures(page) == [("Lyon Bellecour", "NPS", 1, "+100")]


def test_no_list_has_a_customers_words_and_his_page_notes_the_look(
    office: Client, lyon: Store
) -> None:
    said = answered(lyon, "CSAT", 1)

    assert "¤words" not in office.get(LIST).content.decode()
    assert "¤words" in office.get(f"{LIST}{said.pk}/change/").content.decode()
    assert Look.objects.filter(customer_id=said.customer_id, reason="ADMIN").count() == 1


def post_question(office: Client, minutes: int) -> Any:
    start = localtime(now() + timedelta(minutes=minutes))
    sent = {
        "occasion": "RETURN",
        "asks": "NPS",
        "start_at_0": f"{start:%d/%m/%Y}",
        "start_at_1": f"{start:%H:%M:%S}",
    }
    return office.post(ADD, sent)


def test_head_office_chooses_the_question(office: Client) -> None:
    assert post_question(office, minutes=5).status_code == 302

    soon = now() + timedelta(minutes=6)
    assert satisfaction.asked_after("RETURN", at=now()) == "CSAT"
    assert satisfaction.asked_after("RETURN", at=soon) == "NPS"


def test_nobody_chooses_for_yesterday(office: Client) -> None:
    assert post_question(office, minutes=-24 * 60).status_code == 200

    assert not SatisfactionQuestion.objects.exists()


@pytest.mark.parametrize("page", [LIST, ADD])
def test_is_for_who_may(client: Client, db: None, page: str) -> None:
    bob = make_user("bob", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client.force_login(bob)

    assert client.get(page).status_code == 403
