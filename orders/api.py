"""The API's doors to carts, orders, returns, and to what the register has to pay."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import Customer
from omnistore.errors import Refused
from orders import carts, catalogue, checkout, gateways, history, told
from orders.http import OrderFilter
from orders.models import CustomerReturn, Order, OrderLine, Product
from orders.quotes import Choice
from orders.serializers import (
    CartPut,
    InstructionAnswer,
    InstructionRead,
    KeptCart,
    OpenCart,
    OrderRead,
    PurchaseRead,
    ReturnQuote,
    ReturnRead,
    ReturnTold,
    SaleTold,
    SignedInstruction,
)
from orders.units import with_returned
from stores.http import key_of, note_read
from stores.models import Register

LONGEST_KEY = 200


class NoIdempotencyKey(Refused):
    status = 400
    code = "idempotency_key_missing"
    words = _("Send the header Idempotency-Key: a new one for each return, the same on a retry.")


class NoRegister(Refused):
    status = 403
    code = "key_without_register"
    words = _("This API key belongs to no register.")


class WhoseCarts(serializers.Serializer[Any]):
    customer = serializers.UUIDField()


class Carts(APIView):
    scope = "carts"

    @extend_schema(
        operation_id="open_carts", parameters=[WhoseCarts], responses=OpenCart(many=True)
    )
    def get(self, request: Request) -> Response:
        """Read a customer's open carts, last changed first."""
        asked = _valid(WhoseCarts(data=request.query_params))
        customer = get_object_or_404(Customer, pk=asked["customer"])
        note_read(request, [customer.pk])
        return Response(OpenCart(carts.open_of(customer, now()), many=True).data)

    @extend_schema(operation_id="put_cart", request=CartPut, responses=KeptCart)
    def put(self, request: Request) -> Response:
        """Tell what a web cart holds now."""
        given = _valid(CartPut(data=request.data))
        kept = carts.put(
            **given
            | {
                "customer": _customer(given["customer"]),
                "lines": [carts.CartEntry(**line) for line in given["lines"]],
                "country": key_of(request).store.country,
                "at": now(),
            }
        )
        return Response(KeptCart(kept).data)


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
        given = _valid(SaleTold(data=request.data))
        customer, store = _customer(given.pop("customer")), key_of(request).store
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


class Quote(APIView):
    scope = "returns"

    @extend_schema(operation_id="quote_return", request=ReturnTold, responses=ReturnQuote)
    def post(self, request: Request) -> Response:
        """Ask what a return would give back; nothing is changed."""
        asked = _told(request)
        return Response(ReturnQuote(told.quote(asked, now=now())).data)


class Returns(APIView):
    scope = "returns"

    @extend_schema(
        operation_id="take_return",
        request=ReturnTold,
        responses={200: ReturnRead, 201: ReturnRead},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                required=True,
                description="New for each return, the same on each retry; 200 characters at most.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Take a return; sent again with the same key it is the same return (200)."""
        idempotency_key = request.headers.get("Idempotency-Key", "").strip()
        if not 0 < len(idempotency_key) <= LONGEST_KEY:
            raise NoIdempotencyKey()
        taken, is_new = told.take(
            told=_told(request),
            api_key=key_of(request),
            idempotency_key=idempotency_key,
            at=now(),
        )
        note_read(request, [taken.customer_id])
        return Response(_return(taken.pk), status=201 if is_new else 200)


class OneReturn(APIView):
    scope = "returns"

    @extend_schema(operation_id="return", responses=ReturnRead)
    def get(self, request: Request, return_id: UUID) -> Response:
        """Read a return that was taken in the key's store."""
        taken = get_object_or_404(
            CustomerReturn.objects.exclude(state=CustomerReturn.State.DRAFT),
            pk=return_id,
            store=key_of(request).store,
        )
        note_read(request, [taken.customer_id])
        return Response(_return(taken.pk))


class Instructions(APIView):
    scope = "register"

    @extend_schema(operation_id="instructions", responses=SignedInstruction(many=True))
    def get(self, request: Request) -> Response:
        """Read what the key's register has to pay and has not answered yet."""
        waiting = gateways.waiting_for(_register(request), now=now())
        return Response(SignedInstruction(waiting, many=True).data)


class AnswerInstruction(APIView):
    scope = "register"

    @extend_schema(
        operation_id="answer_instruction", request=InstructionAnswer, responses=InstructionRead
    )
    def post(self, request: Request, instruction_id: int) -> Response:
        """Say that the register paid, or why it did not; saying it twice changes nothing."""
        said = _valid(InstructionAnswer(data=request.data))
        answered = gateways.answer(
            register=_register(request), instruction_id=instruction_id, at=now(), **said
        )
        return Response(InstructionRead(answered).data)


NOWHERE = checkout.Place()


def _valid(given: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _customer(customer_id: UUID | None) -> Customer | None:
    return get_object_or_404(Customer, pk=customer_id) if customer_id else None


def _register(request: Request) -> Register:
    register = key_of(request).register
    if register is None:
        raise NoRegister()
    return register


def _sale(given: dict[str, Any]) -> checkout.Sale:
    lines = [checkout.SoldLine(**line) for line in given.pop("lines")]
    tenders = [checkout.Tendered(**tendered) for tendered in given.pop("tenders")]
    return checkout.Sale(**given, lines=lines, tenders=tenders)


def _told(request: Request) -> told.Told:
    given = _valid(ReturnTold(data=request.data))
    rows = given.pop("choices")
    products = catalogue.by_sku(row["replacement"] for row in rows if row["replacement"])
    return told.Told(**given, choices=tuple(_choice(row, products) for row in rows))


def _choice(row: dict[str, Any], products: dict[str, Product]) -> Choice:
    replacement = products.get(row.pop("replacement") or "")
    return Choice(**row, replacement_id=replacement.pk if replacement else None)


def _with_lines() -> QuerySet[Order]:
    lines = with_returned(OrderLine.objects.select_related("product").order_by("position"))
    return Order.objects.select_related("store").prefetch_related(
        Prefetch("lines", queryset=lines), "payments"
    )


def _return(return_id: UUID) -> Any:
    taken = (
        CustomerReturn.objects.select_related("store", "refund_plan")
        .prefetch_related("lines__product")
        .get(pk=return_id)
    )
    return ReturnRead(taken).data
