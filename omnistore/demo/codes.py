"""Codes to scan: of the demo's customers, receipts and articles, and some that are no good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import barcode
import qrcode
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from omnistore.demo import people
from omnistore.demo.people import Person
from orders import slips
from orders.models import Order, Product, Slip

# How many dots stay white around a code, as its standard asks.
AROUND_QR, AROUND_BARS = 4, 10
# Of the bars of a barcode, in dots.
HEIGHT = 40
ARTICLES = 3
# A dot is as many whole points wide as fit, so that no bar comes out thicker than another.
ROOM = 160
WIFI = "WIFI:T:WPA;S:Boutique invites;P:bienvenue2026;;"
WEBSITE = "https://www.example.com/jeu-concours?from=affiche"
LONG = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 18
Words = str | Promise


@dataclass(frozen=True)
class Code:
    """A drawing of black rectangles on white: `path` in a box of `width` by `height` dots."""

    name: Words
    text: str
    width: int
    height: int
    path: str

    @property
    def points(self) -> tuple[int, int]:
        """How wide and how high it is drawn."""
        scale = max(2, ROOM // self.width)
        return self.width * scale, self.height * scale

    @property
    def shown(self) -> str:
        return self.text if len(self.text) < 60 else f"{self.text[:57]}…"


@dataclass(frozen=True)
class Sheet:
    """Codes of one kind, with what should come of scanning them."""

    title: Words
    words: Words
    codes: Sequence[Code]


def sheets(site: str) -> list[Sheet]:
    """
    Return all codes of the demo shop, in the order one tries them.

    `site` is its address, without a slash at the end.
    """
    all_of_them = (_people(), _receipts(), _phones(site), _gifts(), _articles(), _bad())
    return [sheet for sheet in all_of_them if sheet.codes]


def qr(name: Words, text: str) -> Code:
    code = qrcode.QRCode(border=AROUND_QR, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(_runs(row, top=top, height=1) for top, row in enumerate(rows))
    return Code(name, text, len(rows), len(rows), path)


def bars(name: Words, text: str, kind: str) -> Code:
    """Return the text as a barcode; `kind` as python-barcode names it: ean13, code128."""
    (dots,) = barcode.get(kind, text).build()
    row = [False] * AROUND_BARS + [dot == "1" for dot in dots] + [False] * AROUND_BARS
    path = _runs(row, top=AROUND_QR, height=HEIGHT)
    return Code(name, text, len(row), HEIGHT + 2 * AROUND_QR, path)


def _runs(row: Sequence[Any], *, top: int, height: int) -> str:
    return "".join(f"M{x} {top}h{width}v{height}h-{width}z" for x, width in _dark(row))


def _dark(row: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield where dark begins in the row, and how far it goes."""
    start = None
    for x, is_dark in enumerate([*row, False]):
        if is_dark and start is None:
            start = x
        elif not is_dark and start is not None:
            yield start, x - start
            start = None


def _people() -> Sheet:
    cards = [bars(_name(one), one.card, "ean13") for one in (people.HELENE, people.JULIEN)]
    camille = people.CAMILLE
    first = [qr(_name(camille), camille.card), bars(_name(camille), camille.card, "ean13")]
    return Sheet(_("Customers’ cards"), _("The customer’s page opens."), [*first, *cards])


def _name(person: Person) -> str:
    return f"{person.first_name} {person.last_name}"


def _receipts() -> Sheet:
    anonymous = bars(_("Somebody unknown"), people.ANONYMOUS_RECEIPT, "code128")
    camille = people.CAMILLE
    bought = Order.objects.filter(
        customer__first_name=camille.first_name,
        customer__last_name=camille.last_name,
        channel=Order.Channel.STORE,
    ).order_by("-placed_at")
    hers = [bars(_name(camille), order.number, "code128") for order in bought[:1]]
    return Sheet(_("Receipts"), _("The purchase opens."), [anonymous, *hers])


def _phones(site: str) -> Sheet:
    printed = Slip.objects.filter(kind=Slip.Kind.RECEIPT).order_by("made_at")
    opens_at = f"{site}{slips.ON_PHONE}"
    codes = [qr(_name(people.CAMILLE), opens_at + slips.code_of(slip)) for slip in printed[:1]]
    words = _("A phone opens the receipt, without an account; a tablet opens the purchase.")
    return Sheet(_("A receipt for the phone"), words, codes)


def _gifts() -> Sheet:
    gifts = Slip.objects.filter(kind=Slip.Kind.GIFT).order_by("made_at")
    codes = [qr(_("A present"), slips.code_of(slip)) for slip in gifts[:1]]
    return Sheet(_("Gift receipts"), _("A return without prices begins."), codes)


def _articles() -> Sheet:
    goods = Product.objects.filter(kind=Product.Kind.GOODS, gtin__regex=r"^\d{13}$").order_by("sku")
    products = list(goods[:ARTICLES])
    codes = [bars(product.name, product.gtin, "ean13") for product in products]
    for product in products[:1]:
        link = f"https://id.gs1.org/01/{product.gtin:0>14}"
        codes.append(qr(_("The same by GS1 Digital Link"), link))
    return Sheet(_("Articles"), _("It says that this is an article and no customer."), codes)


def _bad() -> Sheet:
    mistyped = people.CAMILLE.card[:-1] + str((int(people.CAMILLE.card[-1]) + 1) % 10)
    codes = [
        qr(_("The Wi-Fi of the shop"), WIFI),
        qr(_("A web address"), WEBSITE),
        qr(_("A long text"), LONG.strip()),
        bars(_("A card with a wrong digit"), mistyped, "code128"),
    ]
    return Sheet(_("What leads to nobody"), _("It says what it saw, and what to do."), codes)
