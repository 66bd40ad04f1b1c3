"""The API's doors to returns: quote, take, read."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import catalogue, suggestions, told
from orders.api.asked import IDEMPOTENCY_KEY, KEY_OF_A_RETURN, idempotency_key, valid
from orders.bills import Wanted
from orders.exchanges import NotFromThere
from orders.models import CustomerReturn, Product
from orders.quotes import Choice
from orders.serializers.returns import (
    QuoteAsked,
    ReturnQuote,
    ReturnRead,
    ReturnTold,
    SuggestionsAsked,
)
from stores.http import key_of, note_read
from stores.models import Store


class Quote(APIView):
    scope = "returns"

    @extend_schema(
        operation_id="quote_return",
        request=QuoteAsked,
        responses=ReturnQuote,
        parameters=[KEY_OF_A_RETURN],
    )
    def post(self, request: Request) -> Response:
        """
        Ask what a return would give back; nothing is changed.

        With the Idempotency-Key of a return that people were asked about, their answers count.
        """
        key = request.headers.get("Idempotency-Key", "").strip()
        asked = told_in(request)
        answer = told.quote(asked, api_key=key_of(request), idempotency_key=key, now=now())
        found = {}
        if valid(SuggestionsAsked(data=request.data))["suggestions"]:
            back = [suggestions.Returned(line.line, line.choice.reason) for line in answer.lines]
            found = suggestions.of(back, store=key_of(request).store)
        return Response(ReturnQuote(answer, context={"suggestions": found}).data)


class Returns(APIView):
    scope = "returns"

    @extend_schema(
        operation_id="take_return",
        request=ReturnTold,
        responses={200: ReturnRead, 201: ReturnRead, 202: ReturnRead},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """
        Take a return; sent again with the same key it is the same return (200).

        With `ask_for_review` people are asked about what the rules refuse: 202, and the state
        REVIEW. Send it again with the same key once its reviews are approved, and it is taken.
        """
        taken, is_new = told.take(
            told=told_in(request),
            api_key=key_of(request),
            idempotency_key=idempotency_key(request),
            at=now(),
        )
        note_read(request, [taken.customer_id])
        is_asked = taken.state == CustomerReturn.State.NEEDS_REVIEW
        status = 202 if is_asked else 201 if is_new else 200
        return Response(_return(taken.pk), status=status)


class OneReturn(APIView):
    scope = "returns"

    @extend_schema(operation_id="return", responses=ReturnRead)
    def get(self, request: Request, return_id: UUID) -> Response:
        """Read a return that was taken in the key's store, or submitted to people."""
        taken = get_object_or_404(
            CustomerReturn.objects.exclude(number=None),
            pk=return_id,
            store=key_of(request).store,
        )
        note_read(request, [taken.customer_id])
        return Response(_return(taken.pk))


def told_in(request: Request) -> told.Told:
    """Return what a caller said comes back."""
    given = valid(ReturnTold(data=request.data))
    rows = given.pop("choices")
    wanted = [one for row in rows for one in row["replacements"]]
    skus = [row["replacement"] for row in rows if row["replacement"]]
    products = catalogue.by_sku([*skus, *(one["sku"] for one in wanted)])
    codes = {one["from_store"] for one in wanted if one["from_store"]}
    stores = {store.code: store for store in Store.objects.filter(code__in=codes)} if codes else {}
    return told.Told(**given, choices=tuple(_choice(row, products, stores) for row in rows))


def _choice(row: dict[str, Any], products: dict[str, Product], stores: dict[str, Store]) -> Choice:
    replacement = products.get(row.pop("replacement") or "")
    wanted = tuple(_wanted(one, products, stores) for one in row.pop("replacements"))
    return Choice(
        **row, replacement_id=replacement.pk if replacement else None, replacements=wanted
    )


def _wanted(one: dict[str, Any], products: dict[str, Product], stores: dict[str, Store]) -> Wanted:
    store = stores.get(one["from_store"] or "")
    if one["from_store"] and store is None:
        raise NotFromThere()
    return Wanted(
        product_id=products[one["sku"]].pk,
        units=one["units"],
        fulfilment=one["fulfilment"],
        from_store_id=store.pk if store else None,
        is_in_hand=one["is_in_hand"],
    )


def _return(return_id: UUID) -> Any:
    taken = (
        CustomerReturn.objects.select_related("store", "refund_plan", "exchange")
        .prefetch_related("lines__product", "adjustments", "reviews")
        .prefetch_related("replacements__product", "replacements__from_store")
        .get(pk=return_id)
    )
    return ReturnRead(taken).data
