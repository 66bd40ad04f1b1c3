"""The API's doors to web carts."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import Customer
from orders import carts
from orders.api.asked import customer_of, valid
from orders.serializers.carts import CartPut, KeptCart, OpenCart
from stores.http import key_of, note_read


class WhoseCarts(serializers.Serializer[Any]):
    customer = serializers.UUIDField()


class Carts(APIView):
    scope = "carts"

    @extend_schema(
        operation_id="open_carts", parameters=[WhoseCarts], responses=OpenCart(many=True)
    )
    def get(self, request: Request) -> Response:
        """Read a customer's open carts, last changed first."""
        asked = valid(WhoseCarts(data=request.query_params))
        customer = get_object_or_404(Customer, pk=asked["customer"])
        note_read(request, [customer.pk])
        return Response(OpenCart(carts.open_of(customer, now()), many=True).data)

    @extend_schema(operation_id="put_cart", request=CartPut, responses=KeptCart)
    def put(self, request: Request) -> Response:
        """Tell what a web cart holds now."""
        given = valid(CartPut(data=request.data))
        kept = carts.put(
            **given
            | {
                "customer": customer_of(given["customer"]),
                "lines": [carts.CartEntry(**line) for line in given["lines"]],
                "country": key_of(request).store.country,
                "at": now(),
            }
        )
        return Response(KeptCart(kept).data)
