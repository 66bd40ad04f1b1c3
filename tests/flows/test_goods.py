"""The stock room's page, photos, and returns declared at home, through HTTP."""

import warnings
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now
from PIL import Image

from customers import privacy
from orders import declarations, photos, returns
from orders.models import CustomerReturn, Order, Reception, ReturnPhoto
from orders.quotes import Choice
from stores.models import Tablet
from tests.factories import make_customer, make_order, make_policy, make_product, make_store

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def order(db: None, recently: datetime) -> Order:
    make_policy()
    return make_order(make_customer(), [(make_product(), 3, 1990)], placed_at=recently)


def draft_of(counter: Client, order: Order) -> CustomerReturn:
    counter.post(f"/orders/{order.pk}/return/", {"line": order.lines.get().pk})
    return CustomerReturn.objects.get()


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, form, **more)
    return out.getvalue()


def sent(counter: Client, draft: CustomerReturn, order: Order, content: bytes) -> int:
    file = SimpleUploadedFile("a.jpg", content, "image/jpeg")
    path = f"/returns/{draft.pk}/lines/{order.lines.get().pk}/photos/"
    return counter.post(path, {"photo": file}, headers=HTMX).status_code


def located() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


def test_a_photo_is_drawn_anew_without_where_it_was_taken(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)

    assert sent(counter, draft, order, located()) == 200

    photo = ReturnPhoto.objects.get()
    answer = counter.get(f"/photos/{photo.pk}/")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert not Image.open(BytesIO(content)).getexif()
    assert b"SecretCamera" not in content
    assert f"/photos/{photo.pk}/" in counter.get(f"/returns/{draft.pk}/").content.decode()


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_takes_the_other_forms_of_photos(counter: Client, order: Order, form: str) -> None:
    assert sent(counter, draft_of(counter, order), order, picture(form)) == 200


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        picture()[:200],
        picture("GIF"),
        b"\xff\xd8\xff" + b"\x00" * 100,
    ],
)
def test_what_is_no_photo_is_refused(counter: Client, order: Order, content: bytes) -> None:
    assert sent(counter, draft_of(counter, order), order, content) == 422
    assert not ReturnPhoto.objects.exists()
    assert not list(photos.folder().glob("*"))


def test_a_bomb_is_refused_before_it_is_unpacked(counter: Client, order: Order) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bomb = BytesIO()
        Image.new("1", (8_000, 8_000)).save(bomb, "PNG")

    with pytest.raises(photos.PhotoTooLarge):
        photos.add(
            draft=draft_of(counter, order),
            order_line=order.lines.get(),
            content=bomb.getvalue(),
            clerk=None,  # type: ignore[arg-type]
            at=now(),
        )


def test_reads_no_more_than_a_photo_may_have(counter: Client, order: Order) -> None:
    huge = picture() + b"\x00" * photos.MOST_BYTES

    assert sent(counter, draft_of(counter, order), order, huge) == 422
    assert not ReturnPhoto.objects.exists()


def test_four_photos_are_enough(counter: Client, order: Order) -> None:
    draft = draft_of(counter, order)

    codes = [sent(counter, draft, order, picture()) for _ in range(5)]

    assert codes == [200, 200, 200, 200, 422]


def test_a_photo_is_for_clerks_and_goes_with_its_person(
    counter: Client, client: Client, order: Order, tablet: Tablet
) -> None:
    sent(counter, draft_of(counter, order), order, picture())
    photo = ReturnPhoto.objects.get()

    stranger = Client().get(f"/photos/{photo.pk}/")
    assert order.customer is not None
    privacy.erase(customer=order.customer, at=now())
    assert photos.purge(at=now()) == 1

    assert stranger.status_code == 302
    assert counter.get(f"/photos/{photo.pk}/").status_code == 404
    assert not list(photos.folder().glob("*"))


def test_photos_are_not_kept_for_ever(counter: Client, order: Order) -> None:
    sent(counter, draft_of(counter, order), order, picture())

    assert photos.purge(at=now()) == 0
    assert photos.purge(at=now() + photos.KEPT + timedelta(days=1)) == 1


# --- the stock room ------------------------------------------------------------------------------


def took(order: Order, tablet: Tablet, **more: bool) -> CustomerReturn:
    draft = returns.begin(order=order, store=tablet.store, tablet=tablet, at=now())
    choice = Choice(order.lines.get().pk, 3, "STYLE", "AS_NEW")
    returns.choose(draft=draft, choices=[choice])
    return returns.take(draft=draft, clerk=tablet.clerk, at=now(), **more)


def test_the_stock_room_sees_what_came_back_and_sends_it_elsewhere(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    make_store("par", name="Paris Marais")
    took(order, tablet)
    reception = Reception.objects.get()

    page = counter.get("/goods/").content.decode()
    counter.post(f"/goods/{reception.pk}/", {"to": "TO_STORE:par"})
    again = counter.post(f"/goods/{reception.pk}/", {"to": "TO_MARS"})

    assert order.lines.get().product.name in page
    reception.refresh_from_db()
    assert (reception.disposition, reception.restocked_in.code) == ("TO_STORE", "par")
    assert "notice--stop" in again.content.decode()


def test_awaited_goods_are_received_from_the_page(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    taken = took(order, tablet, is_in_hand=False)
    key = f"r{taken.lines.get().pk}"

    page = counter.get("/goods/").content.decode()
    counter.post(f"/returns/{taken.pk}/receive/", {f"{key}-units": 2, f"{key}-condition": "OPENED"})

    assert taken.number and taken.number in page
    assert CustomerReturn.objects.get().goods == "PARTLY"


def test_a_return_that_costs_nothing_yet_can_be_cancelled_from_its_page(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    order.lines.update(total=0, tax=0)
    taken = took(order, tablet, is_in_hand=False)

    page = counter.get(f"/returns/{taken.pk}/").content.decode()
    counter.post(f"/returns/{taken.pk}/cancel/")

    assert f"/returns/{taken.pk}/cancel/" in page
    assert CustomerReturn.objects.get().state == "CANCELLED"


# --- declared at home ----------------------------------------------------------------------------


def declared(order: Order) -> str:
    choice = Choice(order.lines.get().pk, 2, "STYLE", "AS_NEW")
    _declaration, code, _quote = declarations.declare(
        order=order, choices=[choice], api_key=None, at=now()
    )
    return code


def test_one_scan_opens_the_declared_return_filled_in(counter: Client, order: Order) -> None:
    code = declared(order)

    answer = counter.post("/identify/", {"text": code, "scanned_by": "camera"}, headers=HTMX)
    again = counter.post("/identify/", {"text": code, "scanned_by": "camera"}, headers=HTMX)

    draft = CustomerReturn.objects.get()
    assert answer.headers["Location"] == again.headers["Location"] == f"/returns/{draft.pk}/"
    assert (draft.lines.get().units, draft.lines.get().reason) == (2, "STYLE")
    assert counter.get(f"/returns/{draft.pk}/").status_code == 200


def test_rule_5_2_forged_used_and_expired_codes_get_one_plain_answer(
    counter: Client, order: Order, tablet: Tablet
) -> None:
    used, expired, elsewhere = declared(order), declared(order), declared(order)
    draft = declarations.open_up(code=used, store=tablet.store, at=now())
    returns.take(draft=draft, at=now())
    CustomerReturn.objects.filter(state="DRAFT").first()
    declarations.Declaration.objects.order_by("pk").filter(opened_at=None).update(
        expires_at=now() - timedelta(seconds=1)
    )
    forged = "A2" + used[2:]

    answers = {
        counter.post("/identify/", {"text": code, "scanned_by": "camera"}, headers=HTMX).content
        for code in (used, expired, elsewhere, forged)
    }

    assert len(answers) == 1
