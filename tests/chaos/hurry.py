"""Pause and resume every connection, as head office may: what waited is tried at once."""

import django

django.setup()

from django.utils.timezone import now  # noqa: E402

from omnistore.outbox import connections  # noqa: E402
from omnistore.outbox.models import Connection  # noqa: E402

for connection in Connection.objects.all():
    connections.pause(connection=connection, reason="the storm is over", at=now())
    connections.resume(connection=connection, at=now())
