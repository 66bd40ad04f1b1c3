"""Suggestions: the next size, the other colour, and what others really took, in true numbers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from orders import exchanges, returns, suggestions
from orders.models import Order, OrderLine, Product, Stock
from orders.quotes import Choice
from orders.suggestions import Returned, Suggestion
from stores.models import Store, Tablet
from tests.factories import NOON, make_customer, make_order, make_policy, make_product

SIZES = ("S", "M", "L", "XL")


@pytest.fixture
def shirts(db: None) -> dict[str, Product]:
    """A model in four sizes and two colours, by size and colour."""
    make_policy()
    return {
        f"{size} {colour}": make_product(
            f"SHIRT-{size}-{colour}",
            model="SHIRT",
            size=size,
            size_position=place,
            colour=colour,
            variant=f"{size} {colour}",
        )
        for place, size in enumerate(SIZES)
        for colour in ("red", "blue")
    }


def bought(product: Product, **fields: object) -> OrderLine:
    order: Order = make_order(make_customer(), [(product, 1, 1990)], **fields)
    return order.lines.select_related("product", "order").get()


def exchange(tablet: Tablet, product: Product, taken: Product, reason: str) -> None:
    """Have somebody bring `product` back and really take the other."""
    line = bought(product)
    draft = returns.begin(order=line.order, store=tablet.store, tablet=tablet, at=NOON)
    wants = {"reason": reason, "condition": "AS_NEW", "resolution": "EXCHANGE"}
    choice = Choice(line.pk, 1, replacement_id=taken.pk, **wants)  # type: ignore[arg-type]
    returns.choose(draft=draft, choices=[choice])
    returns.take(draft=draft, clerk=tablet.clerk, at=NOON)


def suggested(product: Product, reason: str, store: Store) -> list[Suggestion]:
    line = bought(product)
    return suggestions.of([Returned(line, reason)], store=store).get(line.pk, [])


def names(found: list[Suggestion]) -> list[str]:
    return [one.product.variant for one in found]


@pytest.mark.parametrize(
    ("reason", "size", "other"),
    [("TOO_SMALL", "M", ["L red"]), ("TOO_LARGE", "M", ["S red"]), ("TOO_SMALL", "XL", [])],
)
def test_the_next_size_in_the_same_colour(
    shirts: dict[str, Product], lyon: Store, reason: str, size: str, other: list[str]
) -> None:
    assert names(suggested(shirts[f"{size} red"], reason, lyon)) == other


@pytest.mark.parametrize("reason", ["COLOUR", "STYLE"])
def test_the_same_size_in_another_colour(
    shirts: dict[str, Product], lyon: Store, reason: str
) -> None:
    assert names(suggested(shirts["M red"], reason, lyon)) == ["M blue"]


@pytest.mark.parametrize("reason", ["DEFECTIVE", "CHANGED_MIND", "ARRIVED_LATE", "OTHER", ""])
def test_without_evidence_there_is_no_suggestion(
    shirts: dict[str, Product], lyon: Store, reason: str
) -> None:
    assert suggested(shirts["M red"], reason, lyon) == []


def test_an_article_without_sizes_has_no_next_one(lyon: Store, db: None) -> None:
    make_policy()
    make_product("85099C", model="85099")

    assert suggested(make_product("85099B", model="85099"), "TOO_SMALL", lyon) == []


def test_what_others_took_counts_real_exchanges_of_the_same_size_and_reason(
    shirts: dict[str, Product], tablet: Tablet, lyon: Store
) -> None:
    for taken in ("XL red", "XL red", "L red"):
        exchange(tablet, shirts["M red"], shirts[taken], "TOO_SMALL")
    # Another size, another reason: they say nothing about this one.
    exchange(tablet, shirts["S red"], shirts["M red"], "TOO_SMALL")
    exchange(tablet, shirts["M red"], shirts["S red"], "TOO_LARGE")

    found = suggested(shirts["M red"], "TOO_SMALL", lyon)

    assert [(one.product.variant, one.count, one.total) for one in found] == [
        ("XL red", 2, 3),
        ("L red", 1, 3),
    ]


def test_a_size_taken_in_one_colour_speaks_for_the_other(
    shirts: dict[str, Product], tablet: Tablet, lyon: Store
) -> None:
    for _time in range(3):
        exchange(tablet, shirts["M blue"], shirts["XL blue"], "TOO_SMALL")

    found = suggested(shirts["M red"], "TOO_SMALL", lyon)

    assert [(one.product.variant, one.count) for one in found] == [("XL red", 3), ("L red", 0)]


def test_two_exchanges_are_no_evidence(
    shirts: dict[str, Product], tablet: Tablet, lyon: Store
) -> None:
    for _time in range(2):
        exchange(tablet, shirts["M red"], shirts["XL red"], "TOO_SMALL")

    assert names(suggested(shirts["M red"], "TOO_SMALL", lyon)) == ["L red"]


def test_says_how_many_are_here_and_puts_what_is_not_last(
    shirts: dict[str, Product], tablet: Tablet, lyon: Store
) -> None:
    for _time in range(3):
        exchange(tablet, shirts["M red"], shirts["XL red"], "TOO_SMALL")
    for size, units in (("L red", 2), ("XL red", 0)):
        Stock.objects.update_or_create(
            product=shirts[size], store=lyon, defaults={"on_hand": units, "changed_at": NOON}
        )

    found = suggested(shirts["M red"], "TOO_SMALL", lyon)

    assert [(one.product.variant, one.available) for one in found] == [("L red", 2), ("XL red", 0)]


def test_suggests_nothing_that_an_exchange_would_refuse(
    shirts: dict[str, Product], lyon: Store
) -> None:
    Product.objects.filter(pk=shirts["L red"].pk).update(is_offered=False)

    found = suggested(shirts["M red"], "TOO_SMALL", lyon)

    line = bought(shirts["M red"])
    assert shirts["L red"].pk not in [one.product.pk for one in found]
    assert all(exchanges.is_offered(one.product, line) for one in found)


def test_asks_three_queries_for_any_number_of_lines(
    shirts: dict[str, Product], tablet: Tablet, lyon: Store
) -> None:
    for _time in range(3):
        exchange(tablet, shirts["M red"], shirts["L red"], "TOO_SMALL")
    lines = [Returned(bought(shirt), "TOO_SMALL") for shirt in shirts.values()]

    with CaptureQueriesContext(connection) as queries:
        suggestions.of(lines, store=lyon)

    assert len(queries) == 3


def test_is_proposed_on_the_page_and_chosen_by_nobody_yet(
    shirts: dict[str, Product], counter: Client, tablet: Tablet
) -> None:
    line = bought(shirts["M red"], placed_at=now() - timedelta(days=5))
    draft = returns.begin(order=line.order, store=tablet.store, tablet=tablet, at=now())
    said = {"units": 1, "reason": "TOO_SMALL", "condition": "AS_NEW", "resolution": "REFUND"}
    posted = {f"l{line.pk}-{name}": value for name, value in said.items()} | {"open": line.pk}

    page = counter.post(
        f"/returns/{draft.pk}/choices/", posted, headers={"HX-Request": "true"}
    ).content.decode()

    proposal = page[page.index(f'id="l{line.pk}-suggestions"') :]
    proposal = proposal[: proposal.index("</fieldset>")]
    assert f'value="{shirts["L red"].pk}"' in proposal
    assert "checked" not in proposal
