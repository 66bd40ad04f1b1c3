"""
Suggestions: what the customer may take instead of what comes back, and why just that.

The next size and the other colours follow from the catalogue and the reason; all numbers from what
customers really took in exchange. Without such evidence nothing is claimed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from orders import exchanges, stock
from orders.models import OrderLine, Product, ReturnLine
from stores.models import Store

Reason = ReturnLine.Reason
SIZE_REASONS = frozenset([Reason.TOO_SMALL, Reason.TOO_LARGE])
COLOUR_REASONS = frozenset([Reason.COLOUR, Reason.STYLE])
# Below so many exchanges for one reason a share says nothing.
LEAST_EVIDENCE = 3
# More would be a catalogue.
MOST = 3


@dataclass(frozen=True)
class Returned:
    """An order line that comes back, and why."""

    line: OrderLine
    reason: str

    @property
    def product(self) -> Product:
        return self.line.product


@dataclass(frozen=True)
class Suggestion:
    """
    An article to take instead.

    Of `total` customers who brought the same back for the same reason, `count` took it; both are 0
    where too few are known. `available` is how many this store has, None when it does not count.
    """

    product: Product
    why: str
    count: int = 0
    total: int = 0
    available: int | None = None

    @property
    def is_here(self) -> bool:
        return self.available is None or self.available > 0


@dataclass(frozen=True)
class Taken:
    """How many took which article after bringing back which for which reason."""

    model: str
    size: str
    colour: str
    reason: str
    product_id: int
    taken_model: str
    taken_size: str
    taken_colour: str
    number: int

    def is_like(self, back: Returned) -> bool:
        """Whether what came back then is like what comes back now, as far as the reason asks."""
        if (self.model, self.reason) != (back.product.model, back.reason):
            return False
        if back.reason in SIZE_REASONS:
            return self.size == back.product.size
        return back.reason not in COLOUR_REASONS or self.colour == back.product.colour

    def speaks_for(self, other: Product, back: Returned) -> bool:
        """Whether what was taken then is, in size or colour, what `other` would be now."""
        if self.taken_model != other.model or other.model != back.product.model:
            return self.product_id == other.pk
        if back.reason in SIZE_REASONS and self.taken_size:
            return self.taken_size == other.size and other.colour == back.product.colour
        if back.reason in COLOUR_REASONS and self.taken_colour:
            return self.taken_colour == other.colour and other.size == back.product.size
        return self.product_id == other.pk


def of(returned: Iterable[Returned], *, store: Store) -> dict[int, list[Suggestion]]:
    """
    Return by order line what may be taken instead, the best proven first; three queries in all.

    Lines without a reason get none, and so does what no exchange would allow.
    """
    asked = [back for back in returned if back.reason and back.product.model]
    if not asked:
        return {}
    evidence = _evidence(asked)
    products = _products(asked, evidence)
    left = stock.available([product.pk for product in products], store)
    return {back.line.pk: _ranked(back, products, evidence, left) for back in asked}


def _evidence(asked: Sequence[Returned]) -> list[Taken]:
    replaced = ReturnLine.objects.filter(
        product__model__in={back.product.model for back in asked},
        reason__in={back.reason for back in asked},
        replacements__order_line__isnull=False,
    ).order_by()
    taken = "replacements__product"
    rows = replaced.values_list(
        *("product__model", "product__size", "product__colour", "reason", f"{taken}_id"),
        *(f"{taken}__model", f"{taken}__size", f"{taken}__colour"),
    ).annotate(number=Count("pk"))
    return [Taken(*row) for row in rows]


def _products(asked: Sequence[Returned], evidence: Sequence[Taken]) -> list[Product]:
    same_model = Q(model__in={back.product.model for back in asked})
    taken = Q(pk__in={row.product_id for row in evidence})
    offered = Product.objects.filter(kind=Product.Kind.GOODS, is_offered=True)
    return list(offered.filter(same_model | taken).order_by("sku"))


def _ranked(
    back: Returned,
    products: Sequence[Product],
    evidence: Sequence[Taken],
    left: Mapping[int, int | None],
) -> list[Suggestion]:
    like = [row for row in evidence if row.is_like(back)]
    total = sum(row.number for row in like)
    by_catalogue = _by_catalogue(back, products)
    found = []
    for product in products:
        count = sum(row.number for row in like if row.speaks_for(product, back))
        is_proven = total >= LEAST_EVIDENCE and count > 0 and product.pk != _unwanted(back)
        words = [by_catalogue.get(product.pk, ""), _proof(back, count, total) if is_proven else ""]
        if any(words) and exchanges.is_offered(product, back.line):
            shown = (count, total) if is_proven else (0, 0)
            why = " ".join(filter(None, words))
            found.append(Suggestion(product, why, *shown, available=left.get(product.pk)))
    found.sort(key=lambda one: (not one.is_here, -one.count, one.product.pk not in by_catalogue))
    return found[:MOST]


def _unwanted(back: Returned) -> int:
    """Return the article that cannot be its own replacement: its size or colour is the trouble."""
    is_itself = back.reason in SIZE_REASONS | COLOUR_REASONS
    return back.product.pk if is_itself else 0


def _by_catalogue(back: Returned, products: Sequence[Product]) -> dict[int, str]:
    """Return what the catalogue alone suggests for the reason, each with its words."""
    one = back.product
    siblings = [it for it in products if it.model == one.model and it.pk != one.pk]
    if back.reason in COLOUR_REASONS and one.colour:
        others = (
            it for it in siblings if it.size == one.size and it.colour not in ("", one.colour)
        )
        return {it.pk: _("The same in another colour.") for it in others}
    if back.reason not in SIZE_REASONS or one.size_position is None:
        return {}
    sized = [
        (it.size_position, it)
        for it in siblings
        if it.colour == one.colour and it.size_position is not None
    ]
    if back.reason == Reason.TOO_SMALL:
        larger = [pair for pair in sized if pair[0] > one.size_position]
        pairs, words = sorted(larger, key=lambda pair: pair[0])[:1], _("One size larger.")
    else:
        smaller = [pair for pair in sized if pair[0] < one.size_position]
        pairs, words = sorted(smaller, key=lambda pair: -pair[0])[:1], _("One size smaller.")
    return {it.pk: words for _position, it in pairs}


def _proof(back: Returned, count: int, total: int) -> str:
    reason = Reason(back.reason).label
    return _("%(count)s of %(total)s who exchanged it (%(reason)s) took this one.") % {
        "count": count,
        "total": total,
        "reason": reason,
    }
