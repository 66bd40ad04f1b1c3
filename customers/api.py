"""The API's doors to customers."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers import consent, identity, signup
from customers.models import Customer
from customers.serializers import CustomerPage, SignUp, Wording
from stores.http import key_of, note_read


class Customers(APIView):
    scope = "customers"

    @extend_schema(operation_id="sign_up", request=SignUp, responses={201: CustomerPage})
    def post(self, request: Request) -> Response:
        """Sign a customer up, with his answers to the consents he was asked."""
        told = SignUp(data=request.data)
        told.is_valid(raise_exception=True)
        store = key_of(request).store
        given = {**told.validated_data, "country": told.validated_data["country"] or store.country}
        try:
            customer = signup.sign_up(
                **given, store=store, tablet=None, clerk=None, source="API", at=now()
            )
        except identity.Taken as taken:
            # The refusal says whose it is.
            note_read(request, taken.extra["customer_ids"])
            raise
        return _page(request, customer, status=201)


class OneCustomer(APIView):
    scope = "customers"

    @extend_schema(operation_id="customer", responses=CustomerPage)
    def get(self, request: Request, customer_id: UUID) -> Response:
        """Read a customer: profile, what he is known by, points, consents."""
        return _page(request, get_object_or_404(Customer, pk=customer_id))


class Wordings(APIView):
    scope = "customers"

    @extend_schema(operation_id="wordings", responses=Wording(many=True))
    def get(self, request: Request) -> Response:
        """Read what a new customer is asked today, in the language of Accept-Language."""
        asked = consent.asked(get_language() or "", at=now())
        return Response(Wording(asked, many=True).data)


def _page(request: Request, customer: Customer, status: int = 200) -> Response:
    note_read(request, [customer.pk])
    return Response(CustomerPage(customer).data, status=status)
