"""The API's door to returns that customers declare before they come."""

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import declarations, told
from orders.api.returns import told_in
from orders.serializers.declarations import DeclaredReturn
from orders.serializers.returns import ReturnTold
from stores.http import key_of


class Declarations(APIView):
    scope = "returns"

    @extend_schema(
        operation_id="declare_return", request=ReturnTold, responses={201: DeclaredReturn}
    )
    def post(self, request: Request) -> Response:
        """Declare what a customer will bring back; the code is shown this once."""
        asked = told_in(request)
        declared, code, quote = declarations.declare(
            order=told.order_of(asked), choices=asked.choices, api_key=key_of(request), at=now()
        )
        answer: dict[str, Any] = {
            "id": declared.customer_return_id,
            "code": code,
            "expires_at": declared.expires_at,
            "quote": quote,
        }
        return Response(DeclaredReturn(answer).data, status=201)
