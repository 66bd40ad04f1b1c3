"""
Stripe: refunds by payment intent or charge, through its official client.

Calls go out by `omnistore.outgoing`: public addresses only, ten seconds, no redirect. The client
itself retries nothing: what is not known is asked again by the worker, with the same key.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import stripe

from omnistore import outgoing
from orders.gateways.answers import Answer, Asked, Forged, Told, Verdict

logger = logging.getLogger(__name__)

stripe.enable_telemetry = False

# Bytes; a page of a hundred refunds is smaller.
MOST_READ = 1_000_000
# In the metadata of a refund at Stripe: the id of ours.
OUR_ID = "omnistore_refund"
# Stripe counts these in hundredths although they have none (docs.stripe.com/currencies).
IN_HUNDREDTHS = ("ISK", "UGX")
VERDICTS = {
    "succeeded": Verdict.DONE,
    "pending": Verdict.PENDING,
    # The customer has a mail of Stripe's to answer.
    "requires_action": Verdict.PENDING,
    "failed": Verdict.NO,
    "canceled": Verdict.NO,
}


class Calls(stripe.HTTPClient):
    """The client's way out: one guarded call, never retried here."""

    name = "omnistore"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        body = (post_data or "").encode()
        try:
            reply = outgoing.request(
                method.upper(), url, body=body, headers=headers or {}, most_read=MOST_READ
            )
        except outgoing.Away as away:
            raise stripe.APIConnectionError(str(away)) from away  # type: ignore[no-untyped-call]
        # Header names in any case: the client asks for `Request-Id`.
        return reply.body.decode(errors="replace"), reply.status, httpx.Headers(reply.headers)

    def close(self) -> None:
        """Nothing is held."""


class Adapter:
    """See `orders.gateways.answers.Adapter`."""

    def __init__(self, *, secret_key: str, base_address: str) -> None:
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": base_address.rstrip("/")},
            max_network_retries=0,
            http_client=Calls(),
        )

    def ask(self, asked: Asked) -> Answer:
        """Ask for the refund by its key."""
        wanted: Any = {
            **_payment(asked),
            "amount": in_their_units(asked.amount, asked.currency),
            "reason": "requested_by_customer",
            "metadata": {OUR_ID: asked.refund_id, "omnistore_return": asked.return_number},
        }
        return _answer(
            asked,
            lambda: self._client.v1.refunds.create(wanted, {"idempotency_key": asked.key}),
        )

    def read(self, asked: Asked, reference: str) -> Answer:
        """Return how the refund that has this reference stands."""
        return _answer(asked, lambda: self._client.v1.refunds.retrieve(reference))

    def find(self, asked: Asked) -> Answer | None:
        """Return how the refund stands if Stripe has one of this payment that bears our id."""
        of_payment: Any = {**_payment(asked), "limit": 100}
        try:
            page = self._client.v1.refunds.list(of_payment)
            ours = [r for r in page.auto_paging_iter() if _is_ours(r, asked)]
        except stripe.StripeError as error:
            return _said(error)
        except outgoing.Forbidden:
            return Answer(Verdict.UNUSABLE, code="forbidden_address")
        # The newest first: an attempt before it was answered with a no.
        return _state_of(asked, ours[0]) if ours else None

    @staticmethod
    def heard(*, body: bytes, signature: str, secret: str) -> Told | None:
        """Return which refund a signed event is about, None for other events; raises `Forged`."""
        try:
            stripe.WebhookSignature.verify_header(
                body.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE
            )
            event = json.loads(body)
        except (stripe.SignatureVerificationError, ValueError) as error:
            raise Forged from error
        shown = event.get("data") if isinstance(event, dict) else None
        refund = shown.get("object") if isinstance(shown, dict) else None
        if not isinstance(refund, dict) or refund.get("object") != "refund":
            return None
        metadata = refund.get("metadata")
        ours = metadata.get(OUR_ID, "") if isinstance(metadata, dict) else ""
        return Told(str(refund.get("id", ""))[:80], str(ours))


def in_their_units(amount: int, currency: str) -> int:
    """Return the minor units as Stripe counts them."""
    return amount * 100 if currency in IN_HUNDREDTHS else amount


def _payment(asked: Asked) -> dict[str, str]:
    is_intent = asked.payment_reference.startswith("pi_")
    return {"payment_intent" if is_intent else "charge": asked.payment_reference}


def _is_ours(refund: stripe.Refund, asked: Asked) -> bool:
    metadata: Any = refund.metadata or {}
    return OUR_ID in metadata and bool(metadata[OUR_ID] == asked.refund_id)


def _answer(asked: Asked, call: Callable[[], stripe.Refund]) -> Answer:
    try:
        return _state_of(asked, call())
    except stripe.StripeError as error:
        return _said(error)
    except outgoing.Forbidden:
        return Answer(Verdict.UNUSABLE, code="forbidden_address")


def _state_of(asked: Asked, refund: stripe.Refund) -> Answer:
    is_as_asked = refund.amount == in_their_units(asked.amount, asked.currency)
    if not is_as_asked or refund.currency.upper() != asked.currency:
        logger.error("stripe: a refund of another amount refund=%s", asked.refund_id)
        return Answer(Verdict.UNUSABLE, code="other_amount")
    # No state yet: it will have one.
    verdict = VERDICTS.get(refund.status or "", Verdict.PENDING)
    code = refund.failure_reason if verdict == Verdict.NO else getattr(refund, "pending_reason", "")
    return Answer(verdict, refund.id, code or refund.status or "")


def _said(error: stripe.StripeError) -> Answer:
    """Read an error as Stripe documents it (docs.stripe.com/error-handling)."""
    code = error.code or ""
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Answer(Verdict.UNUSABLE, code="key_refused")
    if isinstance(error, stripe.IdempotencyError):
        logger.error("stripe: a key with other content")
        return Answer(Verdict.UNUSABLE, code="key_reused")
    if isinstance(error, stripe.CardError | stripe.InvalidRequestError):
        return Answer(Verdict.NO, code=_decline(error) or code or "invalid_request")
    return Answer(Verdict.LATER, code=code or _kind(error), retry_after=_retry_after(error))


def _decline(error: stripe.StripeError) -> str:
    decline = getattr(error.error, "decline_code", "") if error.error else ""
    return str(decline or "")


def _kind(error: stripe.StripeError) -> str:
    if error.http_status is None:
        return "no_answer"
    return f"status_{error.http_status}"


def _retry_after(error: stripe.StripeError) -> timedelta | None:
    seconds = str((error.headers or {}).get("retry-after", ""))
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 6 else None
