"""Who buys, how we know it, what he allowed, what he heard from us."""

from customers.models.messages import Message
from customers.models.onetime import CodesAsked, OneTimeCode
from customers.models.passes import Pass
from customers.models.people import (
    Consent,
    ConsentWording,
    Customer,
    Evidence,
    Identifier,
    LoyaltyEntry,
    LoyaltyRule,
    NameKey,
    Touch,
    Visit,
)
from customers.models.phones import CheckIn, KnownPhone, PhoneSession

__all__ = [
    "CheckIn",
    "CodesAsked",
    "Consent",
    "ConsentWording",
    "Customer",
    "Evidence",
    "Identifier",
    "KnownPhone",
    "LoyaltyEntry",
    "LoyaltyRule",
    "Message",
    "NameKey",
    "OneTimeCode",
    "Pass",
    "PhoneSession",
    "Touch",
    "Visit",
]
