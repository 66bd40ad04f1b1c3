"""How a list of orders is asked for."""

from datetime import date, datetime, time, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.timezone import make_aware
from django_filters.filters import CharFilter, ChoiceFilter, DateFilter, UUIDFilter
from django_filters.rest_framework.filterset import FilterSet

from orders import numbers
from orders.models import Order

OUR_DAYS = (MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1)))


class OrderFilter(FilterSet):
    """By number however it is typed, customer, channel, and days of the shop's clock."""

    number = CharFilter(method="by_number", max_length=40)
    customer = UUIDFilter(field_name="customer_id")
    channel = ChoiceFilter(choices=Order.Channel.choices)
    placed_from = DateFilter(method="from_day", validators=OUR_DAYS)
    placed_until = DateFilter(method="until_day", validators=OUR_DAYS)

    class Meta:
        model = Order
        fields: list[str] = []

    def by_number(self, orders: QuerySet[Order], name: str, typed: str) -> QuerySet[Order]:
        return orders.filter(number_key=numbers.key(typed))

    def from_day(self, orders: QuerySet[Order], name: str, day: date) -> QuerySet[Order]:
        return orders.filter(placed_at__gte=_midnight(day))

    def until_day(self, orders: QuerySet[Order], name: str, day: date) -> QuerySet[Order]:
        return orders.filter(placed_at__lt=_midnight(day + timedelta(days=1)))


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))
