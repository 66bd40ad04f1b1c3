"""
Sales orders: ours by an external id, written once; those the shop has from elsewhere are linked.

An order is made as a quotation, gets its lines, and becomes a sales order last: what a crash left
in between is taken up again, and what people then do with the order is never overwritten. It does
not pass Odoo's confirmation, which would have the goods delivered once more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from omnistore.crm import links
from omnistore.crm.models import Link
from omnistore.crm.odoo import mapping
from omnistore.crm.odoo.loading import load
from omnistore.crm.odoo.mapping import Prices
from omnistore.crm.odoo.rpc import Odoo, Refused
from omnistore.outbox.models import Connection
from orders.models import Order

MODEL = "sale.order"
LINES = "sale.order.line"
QUOTATION = ("draft", "sent")
Record = Mapping[str, Any]


@dataclass
class Told:
    """Each order's number there, or why it has none."""

    ids: dict[UUID, int] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)


class SalesOrders:
    """The orders of one call."""

    def __init__(self, odoo: Odoo, connection: Connection, at: datetime) -> None:
        self.odoo = odoo
        self.connection = connection
        self.at = at
        self.told = Told()
        options = connection.options
        self.company = str(options.get("company") or "")
        self.is_sold = options.get("state", "sale") == "sale"
        self.prices = Prices(
            with_tax=options.get("prices", "included") == "included",
            other_product=str(options.get("other_product") or "OMNISTORE"),
        )

    def tell(
        self,
        orders: Collection[Order],
        partners: Mapping[UUID, int],
        credits: Mapping[UUID, int],
    ) -> Told:
        """
        Have these orders there; `partners` and `credits` are by order id.

        `credits`: what goods given back are worth to an exchange's order, in minor units.
        """
        missing = self._missing(orders, partners)
        if missing:
            self._make(missing, partners, credits)
        return self.told

    def _missing(self, orders: Collection[Order], partners: Mapping[UUID, int]) -> list[Order]:
        """Return the orders that are not there, or not whole; the others are linked."""
        if not orders:
            return []
        linked = links.of(self.connection, Link.Kind.ORDER, [order.pk for order in orders])
        there = self._look_for(orders, linked)
        missing = []
        for order in orders:
            link = linked.get(order.pk)
            found = there.get(int(link.remote_id)) if link else None
            if found is None:
                found = self._same(order, partners[order.pk], there.values())
                if found is None or self._is_unfinished(order, found):
                    missing.append(order)
                    continue
            self._link(order, found["id"])
        return missing

    def _look_for(
        self, orders: Collection[Order], linked: Mapping[UUID, Link]
    ) -> dict[int, Record]:
        numbers = ["client_order_ref", "in", [order.number for order in orders]]
        remote_ids = ["id", "in", [int(link.remote_id) for link in linked.values()]]
        fields = ["id", "client_order_ref", "origin", "state", "partner_id"]
        found = self.odoo.search(MODEL, ["|", numbers, remote_ids], fields)
        return {record["id"]: record for record in found}

    def _same(self, order: Order, partner_id: int, there: Collection[Record]) -> Record | None:
        """Return the order as we wrote it, or as another hand did for the same customer."""
        same = [record for record in there if record["client_order_ref"] == order.number]
        ours = [record for record in same if record["origin"] == mapping.origin(order)]
        theirs = [
            record
            for record in same
            if not str(record["origin"] or "").startswith(f"{mapping.MODULE} ")
            and record["partner_id"][0] == partner_id
        ]
        return next(iter(ours + theirs), None)

    def _is_unfinished(self, order: Order, record: Record) -> bool:
        """Whether a crash may have left it without its lines: it is linked once it is whole."""
        return record["origin"] == mapping.origin(order) and record["state"] in QUOTATION

    def _make(
        self,
        orders: Sequence[Order],
        partners: Mapping[UUID, int],
        credits: Mapping[UUID, int],
    ) -> None:
        products = self._products(orders)
        if self.prices.other_product not in products:
            words = _("No product has the internal reference %(reference)s.")
            reference = {"reference": self.prices.other_product}
            self.told.refused |= {order.pk: words % reference for order in orders}
            return
        made = self._load_orders(orders, partners)
        whole = self._load_lines(made, products, credits)
        if self.is_sold:
            self._sell(whole)
        for order in orders:
            if order.pk in whole and order.pk not in self.told.refused:
                self._link(order, whole[order.pk])

    def _sell(self, whole: Mapping[UUID, int]) -> None:
        """Make them sales orders, all in one call; where Odoo refuses, one by one."""
        if not whole:
            return
        try:
            self.odoo.call(MODEL, "write", ids=sorted(whole.values()), vals={"state": "sale"})
        except Refused as refusal:
            if len(whole) == 1:
                self.told.refused |= dict.fromkeys(whole, refusal.words)
                return
            for pk, remote_id in whole.items():
                self._sell({pk: remote_id})

    def _products(self, orders: Collection[Order]) -> dict[str, int]:
        """Return the products by article number; of several the first that is not archived."""
        numbers = {line.product.sku for order in orders for line in order.lines.all()}
        domain = [["default_code", "in", sorted(numbers | {self.prices.other_product})]]
        found = self.odoo.search("product.product", domain, ["id", "default_code", "active"])
        # The last of each number stays.
        found.sort(key=lambda record: (record["active"], -record["id"]))
        return {record["default_code"]: record["id"] for record in found}

    def _load_orders(
        self, orders: Sequence[Order], partners: Mapping[UUID, int]
    ) -> dict[UUID, tuple[Order, int]]:
        rows = [mapping.order_row(order, partners[order.pk], self.company) for order in orders]
        loaded = load(self.odoo, MODEL, rows)
        self.told.refused |= {orders[place].pk: words for place, words in loaded.refused.items()}
        made = {orders[place].pk: (orders[place], remote) for place, remote in loaded.ids.items()}
        return self._in_their_currency(made)

    def _in_their_currency(
        self, made: dict[UUID, tuple[Order, int]]
    ) -> dict[UUID, tuple[Order, int]]:
        """Leave out the orders to which Odoo's price list gave another currency: a quotation."""
        if not made:
            return made
        domain = [["id", "in", [remote_id for _order, remote_id in made.values()]]]
        found = self.odoo.search(MODEL, domain, ["id", "currency_id"])
        currencies = {record["id"]: record["currency_id"][1] for record in found}
        words = _("Odoo has the order in %(there)s, it was paid in %(here)s: see the price list.")
        for order, remote_id in list(made.values()):
            there = currencies.get(remote_id, "")
            if there != order.currency:
                del made[order.pk]
                self.told.refused[order.pk] = words % {"there": there, "here": order.currency}
        return made

    def _load_lines(
        self,
        made: Mapping[UUID, tuple[Order, int]],
        products: Mapping[str, int],
        credits: Mapping[UUID, int],
    ) -> dict[UUID, int]:
        """Load the lines; return the numbers of the orders that have all of theirs."""
        rows = [
            (order.pk, row)
            for order, remote_id in made.values()
            for row in mapping.line_rows(
                order, remote_id, products, self.prices, credits.get(order.pk, 0)
            )
        ]
        loaded = load(self.odoo, LINES, [row for _pk, row in rows])
        self.told.refused |= {rows[place][0]: words for place, words in loaded.refused.items()}
        return {
            pk: remote_id for pk, (_order, remote_id) in made.items() if pk not in self.told.refused
        }

    def _link(self, order: Order, remote_id: int) -> None:
        links.keep(self.connection, Link.Kind.ORDER, {order.pk: str(remote_id)}, at=self.at)
        self.told.ids[order.pk] = remote_id
