"""What is handed over in the place of what came back, who pays the difference, and the ending."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.catalogue import Product
from orders.models.returns import CustomerReturn, ReturnLine
from orders.models.sales import Order, OrderLine
from orders.models.stock import Reservation
from stores.models import Clerk, Store


class Exchange(models.Model):
    """One document: what the returned units are worth, what the new ones cost, the difference."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("waits for the customer’s payment")
        UNPAID = "UNPAID", _("not paid")
        MADE = "MADE", pgettext_lazy("exchange", "made")
        CANCELLED = "CANCEL", _("cancelled")

    class Ending(models.TextChoices):
        """How an exchange ended whose article went out before the first one came back."""

        CHARGED = "CHARGED", _("the customer pays it")
        WRITTEN_OFF = "LOST", _("written off")

    # What may still become of it.
    OPEN: ClassVar = (State.WAITING, State.UNPAID)

    customer_return = models.OneToOneField(
        CustomerReturn, on_delete=models.PROTECT, related_name="exchange"
    )
    # The replacements, as an order of their own so that they can come back too; once it is paid.
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="exchange"
    )
    ended_by = models.ForeignKey(
        Clerk, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    credit = models.BigIntegerField(_("credit"))
    # Fees, and what promotions take or give back; negative keeps back.
    adjustments = models.BigIntegerField(_("fees and promotions"), default=0)
    charges = models.BigIntegerField(_("charges"))
    to_pay = models.BigIntegerField(_("the customer pays"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.MADE)
    # The article goes out first: by this day the other one is awaited.
    due_on = models.DateField(_("awaited until"), null=True, blank=True)
    ending = models.CharField(_("ending"), max_length=7, choices=Ending.choices, blank=True)
    ending_reason = models.CharField(_("why"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made"))
    overdue_at = models.DateTimeField(_("found overdue"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        constraints = [
            CheckConstraint(
                condition=~Q(state="MADE") | Q(order__isnull=False),
                name="orders_made_exchange_has_order",
            ),
            CheckConstraint(
                condition=~Q(ending="LOST") | ~Q(ending_reason=""),
                name="orders_written_off_with_reason",
            ),
        ]
        indexes = [
            Index(
                fields=["due_on"],
                name="orders_exchanges_awaited",
                condition=Q(due_on__isnull=False, ending=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.order or self.customer_return)

    @property
    def difference(self) -> int:
        """What the customer pays when negative, receives when positive."""
        return self.credit + self.adjustments - self.charges

    @property
    def is_made(self) -> bool:
        return self.state == self.State.MADE

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_unpaid(self) -> bool:
        return self.state == self.State.UNPAID

    @property
    def is_first(self) -> bool:
        """Whether the new article goes out before the other one is back."""
        return self.due_on is not None

    @property
    def is_overdue(self) -> bool:
        return self.overdue_at is not None and not self.ending


class Replacement(models.Model):
    """
    An article taken instead of units of a return line; in a draft only wished for.

    The lines of an exchange share their worth: which of them stands here is where it was tapped.
    """

    class Fulfilment(models.TextChoices):
        HERE = "HERE", _("from this store")
        STORE = "STORE", _("to be fetched in another store")
        SHIPPED = "SHIPPED", _("shipped")

    customer_return = models.ForeignKey(
        CustomerReturn, on_delete=models.CASCADE, related_name="replacements"
    )
    return_line = models.ForeignKey(
        ReturnLine, on_delete=models.CASCADE, null=True, blank=True, related_name="replacements"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    # The store that has it, when it is not the one it came back to.
    from_store = models.ForeignKey(
        Store, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reservation = models.OneToOneField(
        Reservation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What it became on the exchange's order.
    order_line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, null=True, blank=True, related_name="replacement"
    )
    position = models.PositiveIntegerField(_("position"))
    units = models.PositiveIntegerField(_("units"))
    fulfilment = models.CharField(
        _("how he gets it"),
        max_length=7,
        choices=Fulfilment.choices,
        default=Fulfilment.HERE,
    )
    # The clerk holds it, whatever the count says.
    is_in_hand = models.BooleanField(_("in the clerk’s hand"), default=False)
    # The price first paid stands.
    is_same = models.BooleanField(_("the same article"), default=False)
    unit_price = models.BigIntegerField(_("unit price"), default=0)
    # For all units, and the tax within; zero in a draft.
    amount = models.BigIntegerField(_("charged"), default=0)
    tax = models.BigIntegerField(_("tax within"), default=0)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=5, decimal_places=4, default=0)
    # Whose payments pay for it, by order id, in minor units; "" is the exchange's own.
    sources = models.JSONField(default=dict, editable=False)
    handed_over_at = models.DateTimeField(_("handed over"), null=True, blank=True)

    class Meta:
        verbose_name = _("replacement")
        verbose_name_plural = _("replacements")
        constraints = [
            UniqueConstraint(
                fields=["customer_return", "position"], name="orders_replacement_position_once"
            ),
            CheckConstraint(condition=Q(units__gt=0), name="orders_replacement_has_units"),
            CheckConstraint(
                condition=~Q(fulfilment="STORE") | Q(from_store__isnull=False),
                name="orders_replacement_says_from_where",
            ),
        ]
        indexes = [
            Index(
                fields=["from_store"],
                name="orders_replacements_to_give",
                condition=Q(handed_over_at__isnull=True, from_store__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.product_id}"

    @property
    def taken(self) -> int:
        """The amount as it stands below the credit: taken off it."""
        return -self.amount

    @property
    def is_shipped(self) -> bool:
        return self.fulfilment == self.Fulfilment.SHIPPED

    @property
    def is_here(self) -> bool:
        return self.fulfilment == self.Fulfilment.HERE

    @property
    def is_handed_over(self) -> bool:
        return self.handed_over_at is not None


class Contribution(models.Model):
    """
    Whose payments paid for a line, when it was not one order's alone: exchanged goods.

    A refund of the line goes back to each of them in proportion. Its own order is among them
    with what the customer paid in the exchange.
    """

    order_line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="paid_from")
    payer = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        constraints = [
            UniqueConstraint(fields=["order_line", "payer"], name="orders_contribution_once"),
            CheckConstraint(condition=Q(amount__gt=0), name="orders_contribution_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id}: {self.amount}"


class Collection(models.Model):
    """Money that a customer owes in an exchange, taken by a register by its own key."""

    class Purpose(models.TextChoices):
        DIFFERENCE = "DIFFER", _("the difference of an exchange")
        # The first article never came back.
        MISSING = "MISSING", _("an article that did not come back")

    class State(models.TextChoices):
        ASKED = "ASKED", _("asked of the register")
        PAID = "PAID", _("paid")
        REFUSED = "REFUSED", _("not paid")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="collections")
    purpose = models.CharField(_("for"), max_length=7, choices=Purpose.choices)
    amount = models.BigIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    # Given to the register on every try, stored before the first.
    idempotency_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    failure = models.CharField(_("why not"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("asked"))
    settled_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            CheckConstraint(condition=Q(amount__gt=0), name="orders_collection_is_something"),
            UniqueConstraint(fields=["exchange", "purpose"], name="orders_collection_once"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def is_paid(self) -> bool:
        return self.state == self.State.PAID

    @property
    def is_asked(self) -> bool:
        return self.state == self.State.ASKED
