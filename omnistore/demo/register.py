"""
The demo's till: a register like any other, which only knows the API.

It asks for its instructions with its key, checks their signature with its own secret, and says that
it paid. A real till would open its drawer or talk to its card terminal in between.
"""

import base64
import hashlib
import json
import logging

import httpx
from django.conf import settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from omnistore.tokens import fingerprint
from stores.models import ApiKey, Register, Store

logger = logging.getLogger(__name__)


def secret_of(store_code: str) -> str:
    """Return the signing secret of the demo's register in that store; everybody may know it."""
    digest = hashlib.sha256(f"omnistore demo register {store_code}".encode()).digest()
    return "whsec_" + base64.b64encode(digest).decode()


def key_of(store_code: str) -> str:
    """Return the API key of the demo's register in that store; everybody may know it."""
    return f"os_demo_register_{store_code}"


def ensure(store: Store) -> Register:
    """Return the store's demo register with its secret and its key, made when missing."""
    register, _ = Register.objects.get_or_create(
        store=store, name="Caisse 1", defaults={"secret": secret_of(store.code)}
    )
    key = key_of(store.code)
    ApiKey.objects.get_or_create(
        key_hash=fingerprint(key),
        defaults={
            "store": store,
            "register": register,
            "name": f"{store.name} 1",
            "prefix": key[:8],
            "scopes": ["register"],
        },
    )
    return register


def work(store_code: str) -> int:
    """Pay what waits for the store's register, and return how many refunds that were."""
    bearer = {"Authorization": f"Bearer {key_of(store_code)}"}
    paid = 0
    with httpx.Client(base_url=settings.PUBLIC_URL, headers=bearer, timeout=5) as till:
        for waiting in till.get("/api/register/instructions/").raise_for_status().json():
            paid += _pay(till, waiting, secret_of(store_code))
    return paid


def reference(order: dict[str, int]) -> str:
    """Return what a card terminal would print."""
    return f"TPE-{order['instruction']:06d}"


def _pay(till: httpx.Client, waiting: dict[str, object], secret: str) -> bool:
    body, headers = str(waiting["body"]), waiting["headers"]
    try:
        Webhook(secret).verify(body, headers)  # type: ignore[arg-type]
    except WebhookVerificationError:
        logger.error("demo register: forged instruction")
        return False
    order = json.loads(body)
    answer: dict[str, object] = {"is_paid": True, "reference": reference(order)}
    if order["act"] == "collect":
        card = {"tender": "CARD", "amount": order["amount_minor"], "reference": reference(order)}
        answer["tenders"] = [card]
    till.post(
        f"/api/register/instructions/{order['instruction']}/answer/", json=answer
    ).raise_for_status()
    return True
