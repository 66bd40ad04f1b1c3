"""The API's doors to points: read, spend at a till, undo."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers import loyalty
from customers.models import Customer
from orders import spending
from orders.api.asked import valid
from orders.serializers.points import PointsRead, SpendingRead, SpendingTold
from stores.http import key_of, note_read


class Points(APIView):
    scope = "loyalty"

    @extend_schema(operation_id="points", responses=PointsRead)
    def get(self, request: Request, customer_id: UUID) -> Response:
        """Read how many points a customer has, and how many he owes."""
        customer = get_object_or_404(Customer, pk=customer_id)
        note_read(request, [customer.pk])
        return Response(PointsRead(loyalty.standing(customer.pk)).data)


class Spendings(APIView):
    scope = "loyalty"

    @extend_schema(
        operation_id="spend_points",
        request=SpendingTold,
        responses={200: SpendingRead, 201: SpendingRead},
    )
    def post(self, request: Request) -> Response:
        """Spend points before the sale is told; the same reference again spends none (200)."""
        told = valid(SpendingTold(data=request.data))
        customer = get_object_or_404(Customer, pk=told.pop("customer"))
        note_read(request, [customer.pk])
        store = key_of(request).store
        spent, is_new = spending.spend(customer=customer, store=store, at=now(), **told)
        return Response(SpendingRead(spent).data, status=201 if is_new else 200)


class UndoSpending(APIView):
    scope = "loyalty"

    @extend_schema(operation_id="undo_spending", request=None, responses=PointsRead)
    def post(self, request: Request, reference: str) -> Response:
        """Give back the points of a sale that did not happen; sent again it changes nothing."""
        left = spending.undo(reference=reference, store=key_of(request).store, at=now())
        return Response(PointsRead(left).data)
