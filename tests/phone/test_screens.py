"""The screen beside a register: a code that renews itself, in no frame and for no stranger."""

import pytest
from django.test import Client
from django.utils.timezone import now

from customers import handsets
from stores import registers, tablets
from stores.models import Register, Store, Tablet
from tests.factories import make_register, make_store

pytestmark = pytest.mark.django_db


def test_shows_the_code_of_the_register_it_stands_beside(counter: Client, till: Register) -> None:
    page = counter.get("/screen/", follow=True)

    assert page.redirect_chain[-1][0] == f"/screen/{till.pk}/"
    assert registers.read(page.context["code"], at=now()) == till
    assert page.context["code"] not in page.request["PATH_INFO"]


def test_needs_an_opened_device_and_no_clerk(
    client: Client, counter: Client, tablet: Tablet, till: Register
) -> None:
    Tablet.objects.update(clerk=None, sign_in_hash="")
    assert counter.get(f"/screen/{till.pk}/").status_code == 200

    assert Client().get(f"/screen/{till.pk}/")["Location"] == "/tablet/open/"


def test_a_device_of_another_store_shows_no_code_of_this_one(
    counter: Client, tablet: Tablet
) -> None:
    elsewhere = make_register(make_store("par", name="Paris"))

    assert counter.get(f"/screen/{elsewhere.pk}/").status_code == 404


def test_says_nothing_new_until_the_code_is_old_or_used(counter: Client, till: Register) -> None:
    url, shown = f"/screen/{till.pk}/code/", registers.code_of(till, at=now())
    assert counter.post(url, {"shown": shown}).status_code == 204

    handsets.trade(code=shown, at=now())
    renewed = counter.post(url, {"shown": shown})
    aged = registers.code_of(till, at=now() - registers.RENEWED_AFTER)

    assert renewed.status_code == 200
    assert renewed.context["code"] != shown
    assert counter.post(url, {"shown": aged}).status_code == 200


def test_refuses_to_be_framed(counter: Client, till: Register) -> None:
    page = counter.get(f"/screen/{till.pk}/")

    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_a_closed_tablet_shows_no_more_codes(
    counter: Client, tablet: Tablet, till: Register, lyon: Store
) -> None:
    Tablet.objects.update(revoked_at=now())

    assert tablets.recognise("tablet-secret") is None
    assert counter.post(f"/screen/{till.pk}/code/").status_code == 302
