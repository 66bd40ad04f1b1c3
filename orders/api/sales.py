"""The API's doors to orders."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import checkout, history
from orders.api.asked import customer_of, valid
from orders.http import OrderFilter
from orders.models import Order, OrderLine
from orders.promotions import Given
from orders.serializers.sales import OrderRead, PurchaseRead, SaleTold
from orders.units import with_returned
from stores.http import key_of, note_read

NOWHERE = checkout.Place()


class Orders(GenericAPIView[Order]):
    scope = "orders"
    filterset_class = OrderFilter
    serializer_class = OrderRead

    def get_queryset(self) -> QuerySet[Order]:
        return _with_lines()

    @extend_schema(operation_id="orders", responses=OrderRead(many=True))
    def get(self, request: Request) -> Response:
        """Read orders, newest first, fifty at a time."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        note_read(request, (order.customer_id for order in page))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="record_order", request=SaleTold, responses={200: OrderRead, 201: OrderRead}
    )
    def post(self, request: Request) -> Response:
        """Record a sale; the same number with the same content is the same order (200)."""
        given = valid(SaleTold(data=request.data))
        customer, store = customer_of(given.pop("customer")), key_of(request).store
        is_in_store = given["channel"] == Order.Channel.STORE
        order, is_new = checkout.record(
            sale=_sale(given),
            place=checkout.Place(store, key_of(request).register) if is_in_store else NOWHERE,
            customer=customer,
            country=store.country,
            at=now(),
        )
        shown = _with_lines().get(pk=order.pk)
        return Response(OrderRead(shown).data, status=201 if is_new else 200)


class OneOrder(APIView):
    scope = "orders"

    @extend_schema(operation_id="order", responses=PurchaseRead)
    def get(self, request: Request, order_id: UUID) -> Response:
        """Read an order, and what of it may still come back."""
        order = get_object_or_404(_with_lines(), pk=order_id)
        note_read(request, [order.customer_id])
        lines = history.of_order(order, now=now()).lines
        return Response(PurchaseRead(history.Purchase(order, lines)).data)


def _sale(given: dict[str, Any]) -> checkout.Sale:
    lines, told = (
        [checkout.SoldLine(**line) for line in given.pop("lines")],
        given.pop("promotions"),
    )
    tenders = [checkout.Tendered(**tendered) for tendered in given.pop("tenders")]
    promotions = tuple(Given(**row | {"lines": tuple(row["lines"])}) for row in told)
    return checkout.Sale(**given, lines=lines, tenders=tenders, promotions=promotions)


def _with_lines() -> QuerySet[Order]:
    lines = with_returned(OrderLine.objects.select_related("product").order_by("position"))
    return Order.objects.select_related("store").prefetch_related(
        Prefetch("lines", queryset=lines), "payments", "promotions"
    )
