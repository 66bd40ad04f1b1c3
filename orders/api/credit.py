"""The API's doors to store credit and gift cards: how much is left, spend, give back."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from omnistore.tokens import fingerprint
from orders import credit, credit_codes
from orders.api.asked import IDEMPOTENCY_KEY, idempotency_key, valid
from orders.models import CreditEntry
from orders.serializers.credit import CreditAsked, CreditRead, CreditSpent, CreditUseRead
from stores.http import key_of


class Balance(APIView):
    scope = "credit"

    @extend_schema(operation_id="credit_balance", request=CreditAsked, responses=CreditRead)
    def post(self, request: Request) -> Response:
        """Read what is left on a store credit or gift card."""
        asked = valid(CreditAsked(data=request.data))
        return Response(CreditRead(credit_codes.find(asked["number"])).data)


class Uses(APIView):
    scope = "credit"

    @extend_schema(
        operation_id="use_credit",
        request=CreditSpent,
        responses={201: CreditUseRead},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Spend from one; sent again with the same key it is the same use."""
        key, given = key_of(request), valid(CreditSpent(data=request.data))
        used = credit.use(
            **given,
            event_key=f"api:{key.pk}:{fingerprint(idempotency_key(request))}",
            store=key.store,
            api_key=key,
            at=now(),
        )
        return Response(_read(used.pk), status=201)


class CancelUse(APIView):
    scope = "credit"

    @extend_schema(operation_id="cancel_credit_use", request=None, responses=CreditUseRead)
    def post(self, request: Request, use_id: UUID) -> Response:
        """Give a use back whose sale came to nothing; said twice it is done once."""
        key = key_of(request)
        uses = CreditEntry.objects.filter(kind=CreditEntry.Kind.USED, store=key.store)
        used = get_object_or_404(uses.select_related("account", "store"), pk=use_id)
        credit.cancel_use(used=used, api_key=key, at=now())
        return Response(_read(used.pk))


def _read(use_id: UUID) -> object:
    return CreditUseRead(CreditEntry.objects.select_related("account").get(pk=use_id)).data
