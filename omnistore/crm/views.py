"""The door for what other systems tell us of our customers."""

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from omnistore.crm.changes import Forged, Incoming
from omnistore.outbox import connectors, sending
from omnistore.outbox.models import Connection

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def hear(request: HttpRequest, kind: str, connection_id: int) -> HttpResponse:
    """Take in signed changes; whoever did not sign them gets one plain answer."""
    connection = get_object_or_404(Connection, pk=connection_id, kind=kind)
    if not connectors.sort_of(kind).is_heard:
        return HttpResponse(status=404)
    connector: Any = sending.connector_of(connection)
    incoming = Incoming(
        method="POST",
        uri=settings.PUBLIC_URL + request.get_full_path(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
    try:
        connector.hear(incoming, now())
    except Forged:
        logger.warning("crm: something unsigned came connection=%s", connection_id)
        return HttpResponse(status=401)
    return HttpResponse(status=204)
