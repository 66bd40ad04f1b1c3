"""The connector: what it has to know, and its one call."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.crm.odoo import notes, partners, sales_orders
from omnistore.crm.odoo.batch import Batch
from omnistore.crm.odoo.rpc import AUTO, JSON2, XMLRPC, Odoo, Refused
from omnistore.outbox import answers
from omnistore.outbox.answers import Answer, Stopped, Verdict
from omnistore.outbox.messages import Message, Need
from omnistore.outbox.models import Connection


class Connector:
    """Brings contacts, orders and notes up to date, with a few calls for a batch."""

    size: ClassVar = 50
    concurrency: ClassVar = 1
    keeps_order: ClassVar = False
    longest: ClassVar = timedelta(seconds=25)
    url: ClassVar = ""
    needs: ClassVar[Sequence[Need]] = (
        Need("database", gettext_lazy("database")),
        Need("key", gettext_lazy("API key"), is_secret=True),
        Need(
            "login",
            gettext_lazy("login of the key's user"),
            is_required=False,
            help=gettext_lazy("Needed before Odoo 19."),
        ),
        Need(
            "protocol",
            gettext_lazy("protocol"),
            is_required=False,
            default=AUTO,
            choices=(
                (AUTO, gettext_lazy("as Odoo has it")),
                (JSON2, gettext_lazy("JSON-2, Odoo 19 and later")),
                (XMLRPC, gettext_lazy("XML-RPC")),
            ),
        ),
        Need(
            "other_product",
            gettext_lazy("internal reference of the product for unknown articles"),
            default="OMNISTORE",
        ),
        Need(
            "prices",
            gettext_lazy("prices"),
            is_required=False,
            default="included",
            choices=(
                ("included", gettext_lazy("with tax: as Odoo's taxes are included in prices")),
                ("excluded", gettext_lazy("without tax: Odoo adds it")),
            ),
        ),
        Need(
            "state",
            gettext_lazy("orders become"),
            is_required=False,
            default="sale",
            choices=(
                ("sale", gettext_lazy("sales orders")),
                ("draft", gettext_lazy("quotations, confirmed by hand")),
            ),
        ),
        Need(
            "blacklist",
            gettext_lazy("withdrawn consents go on Odoo's e-mail blacklist"),
            is_required=False,
            default="no",
            choices=(("no", gettext_lazy("no")), ("yes", gettext_lazy("yes"))),
        ),
        Need(
            "company",
            gettext_lazy("number of the company"),
            is_required=False,
            help=gettext_lazy("Where one database has several; empty: that of the key's user."),
        ),
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.odoo = Odoo(connection, longest=self.longest)

    def send(self, messages: Sequence[Message], at: datetime) -> list[Answer]:
        self.odoo.begin()
        try:
            return Batch(self.odoo, self.connection, messages, at).send()
        except Refused as refusal:
            # Not a row of ours but a question: a module is missing, or it is another Odoo.
            raise Stopped(Answer(Verdict.PAUSE, refusal.status, refusal.words)) from refusal

    def test(self, at: datetime) -> Answer:
        """Look for the product and read orders and notes: shows key, database and modules."""
        self.odoo.begin()
        reference = str(self.connection.options.get("other_product") or "OMNISTORE")
        try:
            found = self.odoo.search("product.product", [["default_code", "=", reference]], ["id"])
            for model in (partners.MODEL, sales_orders.MODEL, notes.MODEL):
                self.odoo.call(model, "search_read", domain=[], fields=["id"], limit=1)
        except Stopped as stopped:
            return stopped.answer
        except Refused as refusal:
            return answers.dead(refusal.words, refusal.status)
        if not found:
            words = _("Odoo lets us in, but no product has the internal reference %(reference)s.")
            return answers.dead(words % {"reference": reference})
        name = "XML-RPC" if self.odoo.protocol == XMLRPC else "JSON-2"
        return answers.done(_("Odoo lets us in by %(protocol)s.") % {"protocol": name})
