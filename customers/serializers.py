"""Customers as the API reads and writes them."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers import consent, identity, loyalty
from customers.models import Customer


class Answer(serializers.Serializer[Any]):
    """One consent asked for at sign-up, and what was said."""

    wording = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    is_given = serializers.BooleanField()


class SignUp(serializers.Serializer[Any]):
    """A new customer; a phone, an e-mail address or a card is needed to know him again."""

    first_name = serializers.CharField(max_length=60, allow_blank=True, default="")
    last_name = serializers.CharField(max_length=60, allow_blank=True, default="")
    phone = serializers.CharField(max_length=60, allow_blank=True, default="")
    email = serializers.CharField(max_length=254, allow_blank=True, default="")
    card = serializers.CharField(max_length=40, allow_blank=True, default="")
    city = serializers.CharField(max_length=80, allow_blank=True, default="")
    country = serializers.RegexField(
        "^[A-Z]{2}$",
        default="",
        help_text="ISO 3166, reads a national phone; the store's if empty.",
    )
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES], default=settings.LANGUAGE_CODE
    )
    share_phone = serializers.BooleanField(
        default=False, help_text="The phone is a household's: others may have it too."
    )
    consents = serializers.ListField(child=Answer(), default=list, max_length=50)

    def validate_consents(self, answers: list[dict[str, Any]]) -> dict[int, bool]:
        return {answer["wording"]: answer["is_given"] for answer in answers}


class KnownBy(serializers.Serializer[Any]):
    """What a customer is known by."""

    kind = serializers.CharField()
    value = serializers.CharField()
    is_shared = serializers.BooleanField()


class CurrentConsent(serializers.Serializer[Any]):
    """The last word on one purpose and channel."""

    purpose = serializers.CharField(source="wording.purpose")
    channel = serializers.CharField(source="wording.channel")
    version = serializers.IntegerField(source="wording.version")
    is_given = serializers.BooleanField()
    at = serializers.DateTimeField()


class CustomerPage(serializers.Serializer[Customer]):
    """A customer as the counter knows him."""

    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    city = serializers.CharField()
    country = serializers.CharField()
    language = serializers.CharField()
    level = serializers.CharField()
    is_vip = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    points = serializers.SerializerMethodField(help_text="Null: the card has no points yet.")
    known_by = serializers.SerializerMethodField()
    consents = serializers.SerializerMethodField()

    def get_points(self, customer: Customer) -> int | None:
        return loyalty.balance(customer)

    @extend_schema_field(KnownBy(many=True))
    def get_known_by(self, customer: Customer) -> Any:
        return KnownBy(identity.of(customer), many=True).data

    @extend_schema_field(CurrentConsent(many=True))
    def get_consents(self, customer: Customer) -> Any:
        return CurrentConsent(consent.current(customer), many=True).data


class Wording(serializers.Serializer[Any]):
    """The sentence to ask, word for word."""

    id = serializers.IntegerField()
    purpose = serializers.CharField()
    channel = serializers.CharField()
    language = serializers.CharField()
    version = serializers.IntegerField()
    text = serializers.CharField()
