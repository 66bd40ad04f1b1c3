"""What becomes what in Odoo: pure functions, no database, no network."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC
from typing import NamedTuple
from uuid import UUID

from django.utils.html import escape
from django.utils.translation import gettext as _

from omnistore.crm.people import Person
from omnistore.money import to_decimal
from orders.models import CustomerReturn, Order, OrderLine, Refund, ReturnLine

Row = dict[str, str]
MODULE = "omnistore"
# Odoo's names of countries are the ISO codes, but for one.
COUNTRIES = {"gb": "uk"}
# What a contact may hold of a person in Odoo, whoever wrote it; those that exist are blanked.
PERSONAL = (
    *("email", "phone", "mobile", "street", "street2", "zip", "city", "state_id", "country_id"),
    *("vat", "website", "function", "comment", "image_1920", "title", "company_name", "ref"),
)


class Prices(NamedTuple):
    """Whether prices go out with the tax in them, and the product of unknown articles."""

    with_tax: bool
    other_product: str


def external_id(kind: str, local_id: UUID, *more: str | int) -> str:
    return f"{MODULE}.{'_'.join(map(str, (kind, local_id.hex, *more)))}"


# --- contacts ------------------------------------------------------------------------------------


def reference(customer_id: UUID) -> str:
    """Return the contact's Reference: our customer, and that it is ours."""
    return f"{MODULE}-{customer_id.hex}"


def unnamed(customer_id: UUID) -> str:
    """Return a name for him whose name may not be known: Odoo wants one."""
    return _("Customer %(id)s") % {"id": customer_id.hex[:8]}


def contact(person: Person) -> Row:
    """Return what may be known of the person; empty is what may not, or is not known."""
    country = person.country.lower()
    return {
        "name": f"{person.first_name} {person.last_name}".strip(),
        "email": person.email,
        "phone": person.phone,
        "city": person.city,
        "country_id/id": f"base.{COUNTRIES.get(country, country)}" if country else "",
    }


def new_contact(person: Person) -> Row:
    """Return the row that makes the contact, or finds him whom a crash left without a link."""
    row = contact(person)
    return row | {
        "id": external_id("customer", person.id),
        "ref": reference(person.id),
        "name": row["name"] or unnamed(person.id),
    }


def changed_contact(person: Person, remote_id: int, told: Collection[str]) -> Row:
    """
    Return the row that updates a contact: what is known, and empty what we told before only.

    What the shop itself wrote into a contact, and we know nothing of, stays.
    """
    row = contact(person)
    kept = {name: value for name, value in row.items() if value or name in told}
    if not kept.get("name", "named"):
        kept["name"] = unnamed(person.id)
    return kept | {".id": str(remote_id)}


def told_fields(row: Mapping[str, str]) -> list[str]:
    """Return the names of what the row says of a person."""
    return sorted(name for name, value in row.items() if value and name not in ("id", ".id", "ref"))


def blanks(existing: Collection[str]) -> dict[str, str | bool]:
    """Return what makes the contact nobody's; orders keep pointing to him."""
    emptied: dict[str, str | bool] = dict.fromkeys(
        (name for name in PERSONAL if name in existing), False
    )
    return emptied | {"name": _("Erased customer"), "active": False}


# --- orders --------------------------------------------------------------------------------------


def origin(order: Order) -> str:
    """Return the order's Source Document: that we wrote it, and from where."""
    return f"{MODULE} {order.source}"


def order_row(order: Order, partner_id: int, company: str) -> Row:
    placed = order.placed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    row = {
        "id": external_id("order", order.pk),
        "partner_id/.id": str(partner_id),
        "client_order_ref": order.number,
        "origin": origin(order),
        "date_order": placed,
    }
    return row | ({"company_id/.id": company} if company else {})


def line_rows(
    order: Order, remote_id: int, products: Mapping[str, int], prices: Prices, credit: int = 0
) -> list[Row]:
    """
    Return the order's lines; an unknown article goes as the product for those, under its name.

    `credit` is what goods given back in exchange are worth: a line of its own takes it off.
    """
    rows = [row for line in order.lines.all() for row in _line_rows(order, line, products, prices)]
    if credit:
        rows.append(
            {
                "id": external_id("line", order.pk, "credit"),
                "product_id/.id": str(products[prices.other_product]),
                "name": _("Goods given back in exchange"),
                "product_uom_qty": "-1",
                "price_unit": str(to_decimal(credit, order.currency)),
                "sequence": str(len(rows) + 1),
            }
        )
    return [row | {"order_id/.id": str(remote_id)} for row in rows]


def _line_rows(
    order: Order, line: OrderLine, products: Mapping[str, int], prices: Prices
) -> Iterable[Row]:
    product = line.product
    known = products.get(product.sku)
    name = " ".join(filter(None, (product.name, product.variant)))
    paid = line.total if prices.with_tax else line.total - line.tax
    for suffix, units, price in _evenly(paid, line.quantity):
        yield {
            "id": external_id("line", order.pk, line.position, *suffix),
            "product_id/.id": str(known or products[prices.other_product]),
            "name": name if known else f"{product.sku} {name}",
            "product_uom_qty": str(units),
            "price_unit": str(to_decimal(price, order.currency)),
            "sequence": str(line.position),
        }


def _evenly(paid: int, units: int) -> Iterable[tuple[list[str], int, int]]:
    """
    Yield units and their price, so that all of it is exactly what was paid.

    Odoo multiplies a rounded price: the units that carry an odd cent are a line beside.
    """
    price, odd = divmod(paid, units)
    yield [], units - odd, price
    if odd:
        yield ["odd"], odd, price + 1


# --- returns -------------------------------------------------------------------------------------


def note(taken: CustomerReturn) -> str:
    """Return the return as it stands, as HTML: what came back, why, and what was paid."""
    title = _("Return %(number)s: %(state)s") % {
        "number": taken.number or "",
        "state": taken.get_state_display(),
    }
    lines = [_note_line(line, taken.currency) for line in taken.lines.all()]
    plan = getattr(taken, "refund_plan", None)
    paid = [_note_refund(refund) for refund in plan.refunds.all()] if plan else []
    exchange = getattr(taken, "exchange", None)
    instead = [_("Exchanged: order %(number)s") % {"number": exchange.order}] if exchange else []
    items = "".join(f"<li>{escape(words)}</li>" for words in [*lines, *paid, *instead])
    return f"<p>{escape(title)}</p><ul>{items}</ul>"


def _note_line(line: ReturnLine, currency: str) -> str:
    why = (line.get_reason_display(), line.get_condition_display())
    words = f"{line.units} × {line.product.sku} {line.product.name}"
    return (
        f"{words}: {to_decimal(line.amount, currency)} {currency} ({', '.join(filter(None, why))})"
    )


def _note_refund(refund: Refund) -> str:
    amount = f"{to_decimal(refund.amount, refund.currency)} {refund.currency}"
    return _("Refund by %(tender)s: %(amount)s, %(state)s") % {
        "tender": refund.get_tender_display(),
        "amount": amount,
        "state": refund.get_state_display(),
    }


def note_row(taken: CustomerReturn, model: str, res_id: int) -> Row:
    """Return the row of a note in the record's history; nobody is mailed it."""
    return {
        "id": external_id("return", taken.pk),
        "model": model,
        "res_id": str(res_id),
        "message_type": "comment",
        "subtype_id/id": "mail.mt_note",
        "body": note(taken),
    }
