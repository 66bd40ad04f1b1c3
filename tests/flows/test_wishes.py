"""What a customer takes instead, at the counter: which article, from where, and what it costs."""

import re
from datetime import datetime

import pytest
from django.test import Client

from orders import returns, wishes
from orders.models import Collection, CustomerReturn, Order, Replacement, Stock
from stores.models import Clerk, Store, Tablet
from tests.factories import make_customer, make_order, make_policy, make_product

HTMX = {"HX-Request": "true"}


@pytest.fixture
def order(db: None, recently: datetime) -> Order:
    """Three bags at 19,90 €, bought on the web five days ago."""
    make_policy()
    return make_order(make_customer(), [(make_product(), 3, 1990)], placed_at=recently)


@pytest.fixture
def draft(counter: Client, order: Order) -> CustomerReturn:
    counter.post(f"/orders/{order.pk}/return/", {"line": order.lines.get().pk})
    return CustomerReturn.objects.get()


def exchanged(order: Order, word: str, units: int = 1) -> dict[str, object]:
    said = {"units": units, "reason": "STYLE", "condition": "AS_NEW"}
    said |= {"resolution": "EXCHANGE", "replacement": word}
    return {f"l{order.lines.get().pk}-{name}": value for name, value in said.items()}


@pytest.mark.parametrize("word", ["12", "12-HAND", "12-STORE-3", "12-SHIPPED-3"])
def test_a_wish_is_read_as_it_was_written(word: str) -> None:
    wanted = wishes.read(word, units=2)

    assert wanted is not None
    assert wanted.units == 2
    assert wishes.word_of(wanted) == word


@pytest.mark.parametrize(
    "word", ["", "0", "-1", "12-", "12-STORE", "12-STORE-0", "x", "9" * 30, "2147483648", "١٢"]
)
def test_a_wish_that_is_none_is_not_read(word: str) -> None:
    assert wishes.read(word, units=1) is None


def test_nothing_is_marked_as_wrong_before_an_article_is_chosen(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    told = exchanged(order, "")

    page = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).content.decode()

    assert "notice--stop" not in page


def test_what_is_sold_out_here_is_fetched_in_the_store_that_has_it(
    counter: Client, order: Order, draft: CustomerReturn, recently: datetime
) -> None:
    black = make_product("85099C")
    paris = Store.objects.create(code="par", name="Paris")
    for store, count in ((draft.store, 0), (paris, 4)):
        Stock.objects.create(product=black, store=store, on_hand=count, changed_at=recently)
    word = f"{black.pk}-STORE-{paris.pk}"
    told = exchanged(order, word)

    page = counter.post(f"/returns/{draft.pk}/choices/", exchanged(order, ""), headers=HTMX)
    counter.post(f"/returns/{draft.pk}/settle/", told | {"agreed": 0})

    assert f'value="{word}"' in page.content.decode()
    assert f'value="{black.pk}-SHIPPED-{paris.pk}"' in page.content.decode()
    held = Replacement.objects.get()
    assert (held.from_store, held.is_handed_over) == (paris, False)
    assert Stock.objects.get(store=paris).reserved == 1


def test_a_scanned_article_that_was_not_bought_is_offered_instead(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", price=3490, model="lamp", gtin="4006381333931")

    told = counter.post(f"/returns/{draft.pk}/scan/", {"text": "4006381333931"}, headers=HTMX)
    counter.post(f"/returns/{draft.pk}/instead/", {"product": lamp.pk, "hand": "1"})

    assert f"/returns/{draft.pk}/instead/" in told.content.decode()
    (choice,) = returns.choices_of(CustomerReturn.objects.get())
    assert choice.is_exchange
    assert [(one.product_id, one.is_in_hand) for one in choice.wanted] == [(lamp.pk, True)]


def test_another_article_stays_chosen_while_the_page_is_filled_in(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", price=3490, model="lamp")
    told = exchanged(order, f"{lamp.pk}-HAND")

    page = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).content.decode()

    assert f'value="{lamp.pk}-HAND" checked' in page
    assert "15,00" in page


def test_the_customer_pays_what_another_article_costs_more(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", price=3490, model="lamp")

    counter.post(
        f"/returns/{draft.pk}/settle/", exchanged(order, f"{lamp.pk}-HAND") | {"agreed": 0}
    )

    assert Collection.objects.get().amount == 1500


def test_words_that_are_nobodys_name_find_what_is_taken_instead(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", model="lamp", name="Lampe de chevet")

    page = counter.post(f"/returns/{draft.pk}/scan/", {"text": "lampe chevet"}, headers=HTMX)

    assert lamp.name in page.content.decode()


def test_nothing_is_taken_instead_of_nothing(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", model="lamp")
    draft.lines.all().delete()

    page = counter.post(f"/returns/{draft.pk}/instead/", {"product": lamp.pk})

    assert page.status_code == 200
    assert not Replacement.objects.exists()


def test_shows_what_the_cheaper_article_costs_and_what_goes_back(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", price=490, model="lamp")
    told = exchanged(order, f"{lamp.pk}-HAND")

    page = counter.post(f"/returns/{draft.pk}/choices/", told, headers=HTMX).content.decode()

    assert re.search(r"échange d’une valeur de 4,90", page)
    assert "15,00" in page
    assert re.search(r"[-\u2212]4,90", page)


def test_what_was_put_aside_for_another_stores_customer_is_handed_over_from_the_list(
    counter: Client, order: Order, draft: CustomerReturn, recently: datetime
) -> None:
    black, here = make_product("85099C"), draft.store
    paris = Store.objects.create(code="par", name="Paris")
    Stock.objects.create(product=black, store=paris, on_hand=4, changed_at=recently)
    told = exchanged(order, f"{black.pk}-STORE-{paris.pk}") | {"agreed": 0}
    counter.post(f"/returns/{draft.pk}/settle/", told)
    nothing = counter.get("/goods/").content.decode()
    # The tablet stands in the other store now.
    Tablet.objects.update(store=paris)
    Clerk.objects.get().stores.add(paris)

    listed = counter.get("/goods/").content.decode()
    counter.post(f"/replacements/{Replacement.objects.get().pk}/deliver/")

    assert here is not None
    assert "/deliver/" not in nothing
    assert black.name in listed
    assert Replacement.objects.get().is_handed_over
    assert "/deliver/" not in counter.get("/goods/").content.decode()


def test_an_exchange_that_is_not_paid_yet_is_not_called_done(
    counter: Client, order: Order, draft: CustomerReturn
) -> None:
    lamp = make_product("LAMP", price=3490, model="lamp")
    told = exchanged(order, f"{lamp.pk}-HAND") | {"agreed": 0}

    counter.post(f"/returns/{draft.pk}/settle/", told)
    page = counter.get(f"/returns/{draft.pk}/").content.decode()

    assert "C’est fait" not in page
