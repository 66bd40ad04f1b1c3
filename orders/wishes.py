"""
Wishes: what a customer may take instead of an article, and where it is, each one tap.

A wish travels in a form as one word: `12`, the article from this store; `12-HAND`, the one the
clerk holds; `12-STORE-3`, to be fetched in store 3; `12-SHIPPED-3`, sent from there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
from orders import catalogue, exchanges, returns, stock
from orders.bills import Wanted
from orders.models import CustomerReturn, OrderLine, Product, Replacement, ReturnLine
from orders.quotes import Choice
from stores.models import Store

Fulfilment = Replacement.Fulfilment
HAND = "HAND"
WORD = re.compile(
    r"(?P<product>[1-9]\d{0,9})(-(?P<hand>HAND)|-(?P<how>STORE|SHIPPED)-(?P<store>[1-9]\d{0,8}))?"
)
# The database's largest number of an article.
LARGEST = 2**31 - 1
# So many other stores are named; more would be a list to read.
MOST_STORES = 3


class NothingToExchange(Invalid):
    code = "nothing_to_exchange"
    words = _("Choose first what comes back.")


@dataclass(frozen=True)
class Option:
    """An article from one place; `left` are there, None where it is not counted."""

    wanted: Wanted
    product: Product
    left: int | None = None
    store: Store | None = None
    is_chosen: bool = False
    is_same: bool = True

    @property
    def word(self) -> str:
        return word_of(self.wanted)

    @property
    def is_fetched(self) -> bool:
        return self.wanted.fulfilment == Fulfilment.STORE

    @property
    def is_shipped(self) -> bool:
        return self.wanted.fulfilment == Fulfilment.SHIPPED

    @property
    def is_missing(self) -> bool:
        """Whether there are too few of it, by the count of the store it would come from."""
        is_short = self.left is not None and self.left < self.wanted.units
        return is_short and not self.wanted.is_in_hand


def word_of(wanted: Wanted) -> str:
    """Return the wish as a form sends it."""
    if wanted.is_in_hand:
        return f"{wanted.product_id}-{HAND}"
    if wanted.fulfilment == Fulfilment.HERE:
        return str(wanted.product_id)
    return f"{wanted.product_id}-{wanted.fulfilment}-{wanted.from_store_id}"


def read(word: str, *, units: int) -> Wanted | None:
    """Return the wish of a form, None when it is none."""
    found = WORD.fullmatch(word.strip())
    if found is None or int(found["product"]) > LARGEST:
        return None
    return Wanted(
        product_id=int(found["product"]),
        units=units,
        fulfilment=found["how"] or Fulfilment.HERE,
        from_store_id=int(found["store"]) if found["store"] else None,
        is_in_hand=bool(found["hand"]),
    )


def options_of(line: OrderLine, choice: Choice, store: Store) -> list[Option]:
    """Return what may be taken instead: sizes and colours of the article, and what is chosen."""
    products = list(exchanges.variants_of(line.product))
    known = {product.pk for product in products}
    chosen = next(iter(choice.wanted), None)
    if chosen and chosen.product_id not in known:
        products += Product.objects.filter(pk=chosen.product_id)
    left = stock.everywhere(product.pk for product in products)
    stores = {row.pk: row for row in Store.objects.filter(is_active=True)}
    found = [
        option
        for product in products
        for option in _places(product, choice.units, left.get(product.pk, {}), stores, store)
    ]
    return _marked(found, chosen, line)


def _places(
    product: Product,
    units: int,
    left: Mapping[int, int],
    stores: Mapping[int, Store],
    store: Store,
) -> list[Option]:
    """Return the article from here, and from elsewhere when too few are here."""
    here = Option(Wanted(product.pk, units), product, left=left.get(store.pk))
    if not here.is_missing:
        return [here]
    others = [
        pk for pk, count in left.items() if pk != store.pk and pk in stores and count >= units
    ]
    others.sort(key=lambda pk: -left[pk])
    elsewhere = [
        Option(Wanted(product.pk, units, how, pk), product, left=left[pk], store=stores[pk])
        for how, some in ((Fulfilment.STORE, MOST_STORES), (Fulfilment.SHIPPED, 1))
        for pk in others[:some]
    ]
    return [here, *elsewhere]


def _marked(found: Sequence[Option], chosen: Wanted | None, line: OrderLine) -> list[Option]:
    """Return the options with the chosen one marked; one that is not offered any more stays."""
    marked = [
        replace(
            option,
            is_chosen=chosen is not None and option.word == word_of(chosen),
            is_same=option.product.model == line.product.model,
        )
        for option in found
    ]
    if chosen is None or any(option.is_chosen for option in marked):
        return marked
    near = next((option for option in marked if option.product.pk == chosen.product_id), None)
    kept = replace(near, wanted=chosen, is_chosen=True) if near else None
    return [*marked, kept] if kept else marked


def target_of(draft: CustomerReturn) -> ReturnLine | None:
    """
    Return the draft's line in whose place the next article is taken, None when nothing comes back.

    The lines of an exchange share their worth, so it matters to no sum which one it is.
    """
    lines = list(draft.lines.select_related("product").order_by("position"))
    taken = set(draft.replacements.values_list("return_line_id", flat=True))
    exchanged = [line for line in lines if line.resolution == ReturnLine.Resolution.EXCHANGE]
    open_ones = [line for line in exchanged if line.pk not in taken]
    return next(iter([*open_ones, *exchanged, *reversed(lines)]), None)


def take_instead(*, draft: CustomerReturn, product: Product, is_in_hand: bool) -> None:
    """
    Let the customer take the article in the place of what comes back.

    Raises:
        NothingToExchange: nothing comes back yet.
        DraftGone: it was taken meanwhile.
    """
    target = target_of(draft)
    if target is None:
        raise NothingToExchange()
    wanted = Wanted(product.pk, target.units, is_in_hand=is_in_hand)
    choices = [
        replace(choice, resolution="EXCHANGE", replacement_id=None, replacements=(wanted,))
        if choice.order_line_id == target.order_line_id
        else choice
        for choice in returns.choices_of(draft)
    ]
    returns.choose(draft=draft, choices=choices)


def search(text: str) -> list[Product]:
    """Return what has these words and is offered."""
    return [product for product in catalogue.search(text) if product.is_offered]
