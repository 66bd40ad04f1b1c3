"""
What the fake Odoo holds: records of five models, external ids, and Odoo's `load`.

Written from Odoo's documentation and the behaviour of its import: all rows or none, every bad row
named, external ids that survive a merge and give way when their record is gone.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CHAR, FLOAT, INTEGER = "char", "float", "integer"
BOOLEAN, DATETIME, ONE = "boolean", "datetime", "many2one"
TEXTS = "name ref email phone city street street2 zip vat website function comment"
MODELS: dict[str, dict[str, str]] = {
    "res.partner": dict.fromkeys(TEXTS.split(), CHAR)
    | {
        "email_normalized": CHAR,
        "phone_sanitized": CHAR,
        "country_id": ONE,
        "active": BOOLEAN,
    },
    "res.country": {"name": CHAR, "code": CHAR},
    "res.company": {"name": CHAR},
    "product.product": {"name": CHAR, "default_code": CHAR, "active": BOOLEAN},
    "sale.order": {
        "partner_id": ONE,
        "client_order_ref": CHAR,
        "origin": CHAR,
        "date_order": DATETIME,
        "company_id": ONE,
        "currency_id": ONE,
        "state": "selection",
    },
    "sale.order.line": {
        "order_id": ONE,
        "product_id": ONE,
        "name": CHAR,
        "product_uom_qty": FLOAT,
        "price_unit": FLOAT,
        "sequence": INTEGER,
    },
    "mail.message": {
        "model": CHAR,
        "res_id": INTEGER,
        "message_type": "selection",
        "subtype_id": ONE,
        "body": CHAR,
    },
    "mail.message.subtype": {"name": CHAR},
    "mail.blacklist": {"email": CHAR, "active": BOOLEAN},
    "res.currency": {"name": CHAR},
}
TARGETS = {
    "country_id": "res.country",
    "company_id": "res.company",
    "currency_id": "res.currency",
    "partner_id": "res.partner",
    "order_id": "sale.order",
    "product_id": "product.product",
    "subtype_id": "mail.message.subtype",
}
REQUIRED = {
    "res.partner": ["name"],
    "sale.order": ["partner_id"],
    "sale.order.line": ["order_id", "product_id", "name"],
    "mail.blacklist": ["email"],
}
STATES = {"draft", "sent", "sale", "cancel"}
Record = dict[str, Any]


class UserError(Exception):
    """Odoo's no to what a caller wants."""


class MissingError(UserError):
    """The record is not there, or no more."""


@dataclass
class Records:
    """`refuses` maps a cell's content to the words with which a row that has it is refused."""

    currency: str = "EUR"
    refuses: dict[str, str] = field(default_factory=dict)
    tables: dict[str, dict[int, Record]] = field(default_factory=dict)
    external_ids: dict[str, tuple[str, int]] = field(default_factory=dict)
    last_id: int = 0

    def __post_init__(self) -> None:
        self.tables = {model: {} for model in MODELS}
        self.add("res.country", "base.fr", name="France", code="FR")
        self.add("res.country", "base.uk", name="United Kingdom", code="GB")
        self.add("res.company", "base.main_company", name="Company")
        self.add("mail.message.subtype", "mail.mt_note", name="Note")
        self.add("res.currency", "base.EUR", name="EUR")
        self.add("res.currency", "base.USD", name="USD")
        self.add("product.product", name="Other", default_code="OMNISTORE")

    # --- for tests -------------------------------------------------------------------------------

    def add(self, model: str, external_id: str = "", **values: Any) -> int:
        self.last_id += 1
        self.tables[model][self.last_id] = _defaults(model) | values
        if external_id:
            self.external_ids[external_id] = (model, self.last_id)
        return self.last_id

    def all(self, model: str) -> list[Record]:
        return [self._shown(model, key) for key in sorted(self.tables[model])]

    def delete(self, model: str, record_id: int) -> None:
        del self.tables[model][record_id]

    def merge(self, *, kept: int, gone: int) -> None:
        """As Odoo's wizard: orders and external ids follow, blanks are filled, one goes."""
        partners = self.tables["res.partner"]
        lost = partners.pop(gone)
        for name, value in lost.items():
            partners[kept][name] = partners[kept][name] or value
        for order in self.tables["sale.order"].values():
            order["partner_id"] = kept if order["partner_id"] == gone else order["partner_id"]
        for name, place in list(self.external_ids.items()):
            if place == ("res.partner", gone):
                self.external_ids[name] = ("res.partner", kept)

    # --- what is called --------------------------------------------------------------------------

    def fields_get(self, model: str, allfields: Iterable[str], attributes: Iterable[str]) -> Any:
        existing = {"id": INTEGER} | MODELS[model]
        wanted = [name for name in allfields if name in existing]
        return {name: {"type": existing[name]} for name in wanted}

    def search_read(
        self,
        model: str,
        domain: list[Any],
        fields: list[str],
        *,
        limit: int = 0,
        order: str = "id",
        context: dict[str, Any],
    ) -> list[Record]:
        _known(model, [*fields, *(term[0] for term in domain if isinstance(term, list))])
        shown = [self._shown(model, key) for key in sorted(self.tables[model])]
        if context.get("active_test", True):
            shown = [one for one in shown if one.get("active", True)]
        found = [one for one in shown if _matches(one, list(domain))]
        assert order == "id"
        return [{name: one[name] for name in ["id", *fields]} for one in found[: limit or None]]

    def write(self, model: str, ids: list[int], vals: Record) -> bool:
        _known(model, vals)
        if set(ids) - set(self.tables[model]):
            raise MissingError("Record does not exist or has been deleted.")
        if vals.get("state", "sale") not in STATES:
            raise ValueError(f"Wrong value for sale.order.state: {vals['state']!r}")
        for record_id in ids:
            self.tables[model][record_id].update(vals)
            self._check(model, self.tables[model][record_id])
        return True

    def unlink(self, model: str, ids: list[int]) -> bool:
        for record_id in ids:
            self.tables[model].pop(record_id, None)
        return True

    def load(
        self, model: str, fields: list[str], data: list[list[str]], *, context: dict[str, Any]
    ) -> Record:
        _known(model, [name.partition("/")[0] for name in fields if name not in ("id", ".id")])
        before = copy.deepcopy((self.tables, self.external_ids))
        ids, messages = [], []
        for place, cells in enumerate(data):
            try:
                ids.append(self._load(model, dict(zip(fields, cells, strict=True)), context))
            except UserError as error:
                rows = {"rows": {"from": place, "to": place}}
                messages.append({"type": "error", "message": str(error), "record": place} | rows)
        if messages and len(data) > 1 and messages[0]["record"]:
            # What failed all together is put down to the first row.
            whole = {"rows": {"from": 0, "to": 0}, "record": 0}
            messages.insert(0, {"type": "error", "message": "It failed all together."} | whole)
        if messages:
            self.tables, self.external_ids = before
        return {"ids": ids if not messages else False, "messages": messages, "nextrow": 0}

    def _load(self, model: str, row: dict[str, str], context: dict[str, Any]) -> int:
        for cell in row.values():
            if not isinstance(cell, str):
                raise TypeError("cells are text")
            if cell in self.refuses:
                raise UserError(self.refuses[cell])
        values = dict(
            self._converted(model, name, cell, context)
            for name, cell in row.items()
            if name not in ("id", ".id")
        )
        record_id = self._target(model, row, context)
        if record_id is None:
            record_id = self.add(model, row.get("id", ""))
        self.tables[model][record_id].update(values)
        self._check(model, self.tables[model][record_id])
        return record_id

    def _target(self, model: str, row: dict[str, str], context: dict[str, Any]) -> int | None:
        if ".id" in row:
            record = self.tables[model].get(int(row[".id"]))
            is_found = record and (record.get("active", True) or not context.get("active_test", 1))
            if not is_found:
                raise UserError(f"Unknown database identifier '{row['.id']}'")
            return int(row[".id"])
        held, record_id = self.external_ids.get(row.get("id", ""), (model, 0))
        if held != model:
            raise UserError("this external id is of another model")
        return record_id if record_id in self.tables[model] else None

    def _converted(
        self, model: str, name: str, cell: str, context: dict[str, Any]
    ) -> tuple[str, Any]:
        name, _, by = name.partition("/")
        kind = MODELS[model][name]
        if not cell:
            return name, False
        if kind == ONE:
            return name, self._found(name, by, cell)
        if kind in (FLOAT, INTEGER):
            try:
                return name, {FLOAT: float, INTEGER: int}[kind](cell)
            except ValueError as error:
                raise UserError(f"'{cell}' does not seem to be a number") from error
        if kind == DATETIME:
            at = datetime.strptime(cell, "%Y-%m-%d %H:%M:%S")
            # Read in the time zone of the user, who is in Paris.
            return name, str(at if context.get("tz") == "UTC" else at - timedelta(hours=1))
        return name, cell == "True" if kind == BOOLEAN else cell

    def _found(self, name: str, by: str, cell: str) -> int:
        model = TARGETS[name]
        if by == "id":
            held, record_id = self.external_ids.get(cell, ("", 0))
            if held == model and record_id in self.tables[model]:
                return record_id
        elif by == ".id" and int(cell) in self.tables[model]:
            return int(cell)
        raise UserError(f"No matching record found for '{cell}' in field '{name}'")

    def _check(self, model: str, record: Record) -> None:
        missing = [name for name in REQUIRED.get(model, ()) if not record[name]]
        if missing:
            raise UserError(f"Missing required value for the field '{missing[0]}'")
        if model == "mail.message" and record["res_id"] not in self.tables[record["model"]]:
            raise MissingError("Record does not exist or has been deleted.")
        if model == "mail.blacklist":
            others = [one for one in self.tables[model].values() if one is not record]
            if record["email"] in [one["email"] for one in others]:
                raise UserError("Email address already exists!")
        if model == "sale.order" and not record["currency_id"]:
            record["currency_id"] = self.external_ids[f"base.{self.currency}"][1]

    def _shown(self, model: str, record_id: int) -> Record:
        shown = {"id": record_id} | self.tables[model][record_id]
        for name, target in TARGETS.items():
            if shown.get(name):
                shown[name] = [shown[name], self.tables[target][shown[name]].get("name", "")]
        if model == "res.partner":
            shown["email_normalized"] = (shown["email"] or "").strip().lower() or False
            shown["phone_sanitized"] = (shown["phone"] or "").replace(" ", "") or False
        return shown


def _defaults(model: str) -> Record:
    empty: Record = dict.fromkeys(MODELS[model], False)
    given = {"active": True, "state": "draft"}
    return empty | {name: value for name, value in given.items() if name in empty}


def _known(model: str, names: Iterable[str]) -> None:
    for name in names:
        if name != "id" and name not in MODELS[model]:
            raise ValueError(f"Invalid field {model}.{name}")


def _matches(record: Record, domain: list[Any]) -> bool:
    """Return whether the record is found; terms side by side are all to hold."""
    held = True
    while domain:
        held = _next(record, domain) and held
    return held


def _next(record: Record, domain: list[Any]) -> bool:
    term = domain.pop(0)
    if term in ("|", "&"):
        both = [_next(record, domain), _next(record, domain)]
        return any(both) if term == "|" else all(both)
    name, operator, value = term
    own = record[name][0] if isinstance(record[name], list) else record[name]
    return {"=": own == value, "in": operator == "in" and own in value}[operator]
