"""A promotion on a receipt of the demo shop: bringing part of it back breaks it."""

from django.db.models import F

from omnistore.demo.people import HELENE
from omnistore.money import included_tax
from orders import promotions
from orders.models import Order, OrderLine, Payment
from orders.promotions import Given

# 10 € off what cost so much at least.
LEAST = 3_000
OFF = 1_000


def give(*, source: str) -> None:
    """Take 10 € off the latest receipt of one customer that is dear enough and still whole."""
    whole = Order.objects.filter(
        source=source,
        customer__evidence__identifier__value=f"{source}:{HELENE.number}",
        total__gte=LEAST,
        returns__isnull=True,
        payments__amount=F("total"),
    )
    order = whole.exclude(lines__return_lines__isnull=False).order_by("-placed_at").first()
    if order is None:
        return
    lines = list(order.lines.order_by("position"))
    given = Given("HIVER10", "THRESHOLD", OFF, label="10 € dès 30 €", minimum=order.total)
    taken = promotions.shares_of([given], [line.total for line in lines])
    promotions.write(order, lines, [given], taken)
    for line, share in zip(lines, taken[0], strict=True):
        line.order_discount += share
        line.total -= share
        line.tax = included_tax(line.total, line.tax_rate)
    OrderLine.objects.bulk_update(lines, ["order_discount", "total", "tax"])
    tax = sum(line.tax for line in lines)
    Order.objects.filter(pk=order.pk).update(total=order.total - OFF, tax=tax)
    Payment.objects.filter(order=order).update(amount=order.total - OFF)
