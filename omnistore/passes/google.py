"""
Google Wallet: the customer's card by a signed link, as Google's service account of the shop.

The link is a JWT that holds the card's number and no name. It leads to Google and to nobody else:
our own address is /pass/google/, and no other page hears of it. As in `apple`, it is a card.

https://developers.google.com/wallet/retail/loyalty-cards/web
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from django.conf import settings
from django.templatetags.static import static

from customers.models import Pass
from omnistore.passes import showing

SAVE = "https://pay.google.com/gp/v/save/"
CLASS = "omnistore"


def is_on() -> bool:
    """Whether the shop has an account there."""
    return bool(settings.OMNISTORE_GOOGLE_WALLET_ACCOUNT)


def link(carried: Pass, number: str, *, at: datetime) -> str:
    """Return the address at which Google offers to keep the card with that number."""
    account = _account(settings.OMNISTORE_GOOGLE_WALLET_ACCOUNT)
    claims = {
        "iss": account["client_email"],
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(at.timestamp()),
        "origins": [settings.PUBLIC_URL],
        "payload": {"loyaltyClasses": [_class()], "loyaltyObjects": [_card(carried, number)]},
    }
    headers = {"kid": account["private_key_id"]}
    return SAVE + jwt.encode(claims, account["private_key"], algorithm="RS256", headers=headers)


def _class() -> dict[str, Any]:
    """Return the kind of card; Google makes it when the first one is kept."""
    name = settings.OMNISTORE_SHOP_NAME
    logo = settings.PUBLIC_URL + static("icons/icon-512.png")
    return {
        "id": f"{settings.OMNISTORE_GOOGLE_WALLET_ISSUER}.{CLASS}",
        "issuerName": name,
        "programName": name,
        "programLogo": {"sourceUri": {"uri": logo}},
        "reviewStatus": "UNDER_REVIEW",
        "hexBackgroundColor": "#0f5e4d",
    }


def _card(carried: Pass, number: str) -> dict[str, Any]:
    issuer = settings.OMNISTORE_GOOGLE_WALLET_ISSUER
    return {
        "id": f"{issuer}.{carried.pk.hex}",
        "classId": f"{issuer}.{CLASS}",
        "state": "ACTIVE",
        "barcode": {
            "type": "EAN_13",
            "value": number,
            "alternateText": showing.spaced(number),
        },
    }


@cache
def _account(file: str) -> dict[str, str]:
    """Return the service account's key file, as Google hands it out."""
    account: dict[str, str] = json.loads(Path(file).read_text())
    return account
