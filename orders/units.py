"""How many units of an order line are out, and how many may still come back (rules.md 1.1)."""

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from orders.models import CustomerReturn, OrderLine, ReturnLine


def with_returned(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Return lines that know their `returned_units`: in returns not draft, refused, cancelled."""
    counted = (
        ReturnLine.objects.filter(order_line=OuterRef("pk"))
        .exclude(customer_return__state__in=CustomerReturn.NOT_COUNTED)
        .order_by()
        .values("order_line")
        .annotate(units_sum=Sum("units"))
        .values("units_sum")
    )
    out = Coalesce(Subquery(counted), 0, output_field=IntegerField())
    return lines.annotate(units_out=out)
