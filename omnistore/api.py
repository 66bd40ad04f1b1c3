"""The API: every address, its schema, and how both are described."""

from typing import Any

from django.http import Http404
from django.urls import path, re_path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from customers.api import Customers, OneCustomer, Wordings
from omnistore.counter.api import Identify
from omnistore.problems import CONTENT_TYPE
from orders.api.carts import Carts
from orders.api.credit import Balance, CancelUse, Uses
from orders.api.declarations import Declarations
from orders.api.points import Points, Spendings, UndoSpending
from orders.api.registers import AnswerInstruction, Instructions
from orders.api.returns import OneReturn, Quote, Returns
from orders.api.sales import OneOrder, Orders
from orders.api.stock import StockOfArticles

PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457): `code` is stable, `detail` is for people.",
    "required": ["type", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
    "additionalProperties": True,
}


class BearerKey(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "stores.http.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class Schema(SpectacularAPIView):
    """This description, for everybody."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class Nowhere(APIView):
    """Any other address: the problem 404, not a page."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404


def describe_problems(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Say in the schema that every operation may answer with a problem."""
    result["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "Refused",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result


app_name = "api"
urlpatterns = [
    path("schema/", Schema.as_view(), name="schema"),
    path("identify/", Identify.as_view(), name="identify"),
    path("customers/", Customers.as_view(), name="customers"),
    path("customers/<uuid:customer_id>/", OneCustomer.as_view(), name="customer"),
    path("customers/<uuid:customer_id>/points/", Points.as_view(), name="points"),
    path("spendings/", Spendings.as_view(), name="spendings"),
    path("spendings/<slug:reference>/undo/", UndoSpending.as_view(), name="undo_spending"),
    path("wordings/", Wordings.as_view(), name="wordings"),
    path("carts/", Carts.as_view(), name="carts"),
    path("orders/", Orders.as_view(), name="orders"),
    path("orders/<uuid:order_id>/", OneOrder.as_view(), name="order"),
    path("returns/", Returns.as_view(), name="returns"),
    path("returns/declare/", Declarations.as_view(), name="declare"),
    path("returns/quote/", Quote.as_view(), name="quote"),
    path("returns/<uuid:return_id>/", OneReturn.as_view(), name="return"),
    path("stock/", StockOfArticles.as_view(), name="stock"),
    path("register/instructions/", Instructions.as_view(), name="instructions"),
    path(
        "register/instructions/<int:instruction_id>/answer/",
        AnswerInstruction.as_view(),
        name="answer",
    ),
    path("credit/balance/", Balance.as_view(), name="credit_balance"),
    path("credit/uses/", Uses.as_view(), name="credit_uses"),
    path("credit/uses/<uuid:use_id>/cancel/", CancelUse.as_view(), name="credit_cancel"),
    re_path("", Nowhere.as_view()),
]
