"""The doors for what card processors tell of refunds."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.gateways import processors
from orders.gateways.answers import Forged
from orders.models import Processor

logger = logging.getLogger(__name__)

LONGEST = 256 * 1024


@csrf_exempt
@require_POST
def processor(request: HttpRequest, processor_id: int) -> HttpResponse:
    """Take a signed hint and look at once; whoever did not sign it gets one plain answer."""
    found = get_object_or_404(Processor, pk=processor_id, is_active=True)
    if len(request.body) > LONGEST:
        return HttpResponse(status=413)
    adapter: Any = import_string(settings.OMNISTORE_PROCESSORS[found.kind])
    try:
        told = adapter.heard(
            body=request.body,
            signature=request.headers.get("Stripe-Signature", ""),
            secret=found.webhook_secret,
        )
    except Forged:
        logger.warning("processor: something unsigned came processor=%s", processor_id)
        return HttpResponse(status=401)
    if told:
        processors.look_again(
            processor=found, reference=told.reference, refund_id=_uuid(told.refund_id)
        )
    return HttpResponse(status=204)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
