"""The API's door to recognition: the same verb as the identify field."""

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from omnistore.counter import recognition
from omnistore.counter.meanings import FORMS
from orders.models import Product
from orders.serializers.returns import FoundReturn
from orders.serializers.sales import FoundOrder
from stores.http import key_of, note_read


class Text(serializers.Serializer[Any]):
    """What was typed or scanned: a phone, card, e-mail, name, order or receipt number."""

    # How long it may be is the counter's rule, so the counter says it.
    text = serializers.CharField(allow_blank=True)
    scanned_as = serializers.ChoiceField(
        choices=FORMS,
        required=False,
        default="",
        allow_blank=True,
        help_text="The form of the code, when it was scanned; unknown when the scanner keeps it.",
    )


class Understood(serializers.Serializer[Any]):
    """What the text was taken for."""

    kind = serializers.CharField()
    shown = serializers.CharField()


class Candidate(serializers.Serializer[Any]):
    """A person whom the text can mean, with just enough to choose."""

    id = serializers.UUIDField(source="customer.id")
    name = serializers.CharField(source="customer.full_name")
    how = serializers.CharField()
    evidence = serializers.CharField()
    phone = serializers.CharField(help_text="Masked.")
    email = serializers.CharField(help_text="Masked.")
    city = serializers.CharField()
    home_store = serializers.CharField()
    last_purchase_at = serializers.DateTimeField(allow_null=True)


class Article(serializers.Serializer[Product]):
    """What has the barcode that was scanned where a person was expected."""

    sku = serializers.CharField()
    name = serializers.CharField()
    variant = serializers.CharField()
    currency = serializers.CharField()
    price = serializers.IntegerField()


class Recognition(serializers.Serializer[Any]):
    """Whom and what the text leads to; `identified` is set when it is one person for sure."""

    understood = Understood()
    identified = serializers.UUIDField(
        source="identified.customer.id", allow_null=True, default=None
    )
    customers = Candidate(many=True)
    orders = FoundOrder(many=True)
    returns = FoundReturn(many=True)
    article = Article(allow_null=True)
    gift = serializers.UUIDField(
        source="gift.id",
        allow_null=True,
        default=None,
        help_text="A gift receipt: a return begins with it, and nobody sees a price.",
    )
    more = serializers.BooleanField(help_text="There are more than these: say more.")


class Identify(APIView):
    scope = "identify"

    @extend_schema(operation_id="identify", request=Text, responses=Recognition)
    def post(self, request: Request) -> Response:
        """Find whom a text means."""
        told = Text(data=request.data)
        told.is_valid(raise_exception=True)
        found = recognition.find(store=key_of(request).store, at=now(), **told.validated_data)
        if found.problem:
            raise found.problem
        note_read(request, (candidate.customer.pk for candidate in found.customers))
        return Response(Recognition(found).data)
