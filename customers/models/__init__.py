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

__all__ = [
    "CodesAsked",
    "Consent",
    "ConsentWording",
    "Customer",
    "Evidence",
    "Identifier",
    "LoyaltyEntry",
    "LoyaltyRule",
    "Message",
    "NameKey",
    "OneTimeCode",
    "Pass",
    "Touch",
    "Visit",
]
