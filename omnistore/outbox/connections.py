"""
Connections: the systems we tell, how they are doing, pause, resume, secrets.

One that keeps failing is held and probed (`breaker`); one that refuses us is paused until a person
resumes it. Time spent held or paused does not age a delivery.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from omnistore.outbox.models import Connection, Delivery, Lane

State = Connection.State
# How long old secrets stay valid after a rotation.
KEEP_OLD = timedelta(days=1)


def new_secret() -> str:
    """Return a fresh Standard Webhooks secret."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def ensure(*, name: str, url: str, secret: str, kind: str = "webhook", at: datetime) -> Connection:
    """Return the connection of that name, made or moved to this address. Safe to call twice."""
    with transaction.atomic():
        found, is_new = Connection.objects.select_for_update().get_or_create(
            name=name, defaults={"url": url, "secret": secret, "kind": kind, "state_at": at}
        )
        if not is_new and (found.url, found.secret, found.kind) != (url, secret, kind):
            found.url, found.secret, found.kind = url, secret, kind
            found.save(update_fields=["url", "secret", "kind"])
    return found


def make(*, connection: Connection, at: datetime) -> Connection:
    """Save the new connection, running, with a signing secret of its own."""
    connection.secret, connection.state_at = new_secret(), at
    connection.save(force_insert=True)
    return connection


def change(
    *, connection: Connection, options: Mapping[str, str], credentials: Mapping[str, str]
) -> Connection:
    """
    Save where the system listens and how it is spoken to; how it is doing is left alone.

    So is what its connector found out meanwhile and keeps in the options. Credentials from before
    a rotation never go to another address than theirs.
    """
    with transaction.atomic():
        found = _locked(connection.pk)
        connection.options = found.options | dict(options)
        connection.credentials = found.credentials | _typed(credentials)
        connection.old_credentials = found.old_credentials
        if goes_elsewhere(found, url=connection.url, options=options):
            connection.old_credentials = {}
        connection.save(
            update_fields=["name", "url", "purpose", "options", "credentials", "old_credentials"]
        )
    return connection


def goes_elsewhere(connection: Connection, *, url: str, options: Mapping[str, str]) -> bool:
    """Whether these addresses, of which options hold some, are of other servers than its own."""
    addresses = [(connection.url, url)]
    addresses += [(connection.options.get(name, ""), given) for name, given in options.items()]
    return any(_server_of(before) != _server_of(after) for before, after in addresses if after)


def choose(*, connection: Connection, wants: Sequence[str]) -> Connection:
    """Have the connection hear of these facts, or beginnings with a star; none: of everything."""
    connection.wants = list(wants)
    connection.save(update_fields=["wants"])
    return connection


def pause(*, connection: Connection, reason: str = "", at: datetime) -> Connection:
    """Stop sending to the connection until a person resumes it; nothing is lost meanwhile."""
    with transaction.atomic():
        found = _locked(connection.pk)
        stop(found, State.PAUSED, reason, at=at)
        found.save()
    return found


def resume(*, connection: Connection, at: datetime) -> Connection:
    """Let deliveries flow again, those that waited at once. Safe to call twice."""
    with transaction.atomic():
        found = _locked(connection.pk)
        start(found, at=at)
        found.save()
    return found


def stop(found: Connection, state: str, reason: str, *, at: datetime) -> None:
    """Take the locked connection out of service; the caller saves it."""
    if found.is_running or found.is_held:
        _count_pause(found, at)
        found.state_at = at
    found.state, found.state_reason, found.probe_at, found.probes = state, reason[:300], None, 0


def start(found: Connection, *, at: datetime) -> None:
    """Take the locked connection into service; the caller saves it. What waited is due now."""
    if not found.is_running:
        _count_pause(found, at)
        found.state, found.state_reason, found.state_at = State.RUNNING, "", at
        _hurry(found, at)
    found.failures, found.probe_at, found.probes, found.window_at = 0, None, 0, None


def due(*, at: datetime) -> QuerySet[Connection]:
    """Return the connections to which something can be sent now."""
    lanes = Lane.objects.filter(connection=OuterRef("pk"), due_at__isnull=False)
    return Connection.objects.filter(
        Q(Exists(lanes.filter(due_at__lte=at)), state=State.RUNNING)
        | Q(Exists(lanes), state=State.HELD, probe_at__lte=at)
    ).order_by("last_success_at", "pk")


def probe(*, connection_id: int, at: datetime) -> None:
    """Ask a held connection again now instead of at the end of its wait."""
    Connection.objects.filter(pk=connection_id, state=State.HELD).update(probe_at=at)


def rotate(
    *,
    connection: Connection,
    secret: str = "",
    credentials: Mapping[str, str] | None = None,
    keep_for: timedelta = KEEP_OLD,
    at: datetime,
) -> Connection:
    """
    Give the connection new secrets; the old ones stay valid beside them for `keep_for`.

    What is not given stays as it is. Until then messages carry both signatures, what comes back may
    be signed with either, and a sign-in that the receiver refuses is tried with the old one.
    Without time to keep them, the old ones are forgotten at once.
    """
    with transaction.atomic():
        found = _locked(connection.pk)
        if keep_for:
            found.old_secret, found.old_credentials = found.secret, dict(found.credentials)
            found.old_until = at + keep_for
        else:
            _forget_old(found)
        found.secret = secret or found.secret
        found.credentials = found.credentials | _typed(credentials or {})
        found.save(
            update_fields=["old_secret", "old_credentials", "old_until", "secret", "credentials"]
        )
    return found


def end_old(*, connection: Connection) -> Connection:
    """Forget the secrets from before the last rotation. Safe to call twice."""
    with transaction.atomic():
        found = _locked(connection.pk)
        _forget_old(found)
        found.save(update_fields=["old_secret", "old_credentials", "old_until"])
    return found


def renew_secret(*, connection: Connection, at: datetime) -> str:
    """Give the connection a new signing secret, the old one valid beside it, and return it."""
    return rotate(connection=connection, secret=new_secret(), at=at).secret


def secrets_of(connection: Connection, *, at: datetime) -> list[str]:
    """Return the signing secrets that are valid now, the newest first."""
    is_old_valid = connection.old_until is not None and connection.old_until > at
    both = [connection.secret, connection.old_secret if is_old_valid else ""]
    return list(dict.fromkeys(secret for secret in both if secret))


def at_a_glance() -> QuerySet[Connection]:
    """
    Return the connections with how they are doing.

    Each has `waiting` and `dead`, numbers of deliveries, and `oldest_at`, when the oldest that
    waits was made. Only these are counted, never the many that arrived.
    """
    return Connection.objects.annotate(
        waiting=_number_of(Delivery.State.WAITING),
        dead=_number_of(Delivery.State.DEAD),
        oldest_at=Subquery(
            _deliveries(Delivery.State.WAITING).order_by("created_at").values("created_at")[:1]
        ),
    )


def told_of(customer_id: UUID) -> QuerySet[Connection]:
    """Return the systems that took a message about the customer, by name."""
    lanes = Lane.objects.filter(
        connection=OuterRef("pk"),
        stream__key=f"customer:{customer_id}",
        told_at__isnull=False,
    )
    return without_secrets(Connection.objects.filter(Exists(lanes))).order_by("name")


def without_secrets(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """Leave sealed what is not asked for: opening it takes time."""
    return rows.defer("secret", "credentials", "old_secret", "old_credentials")


def _server_of(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", address
    return parts.scheme, parts.netloc.lower()


def _typed(credentials: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in credentials.items() if value}


def _forget_old(found: Connection) -> None:
    found.old_secret, found.old_credentials, found.old_until = "", {}, None


def _deliveries(state: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(connection=OuterRef("pk"), state=state)


def _number_of(state: str) -> Coalesce:
    counted = _deliveries(state).order_by().values("connection").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _locked(connection_id: int) -> Connection:
    return Connection.objects.select_for_update(no_key=True).get(pk=connection_id)


def _count_pause(found: Connection, at: datetime) -> None:
    """Add the pause that ends now: it does not age what waited."""
    found.paused_seconds = found.paused_by(at)


def _hurry(found: Connection, at: datetime) -> None:
    """Make due now what was to be tried again later: that was the receiver's trouble."""
    later = Lane.objects.filter(connection=found, lease=None, due_at__gt=at)
    # In the order in which the relay takes them.
    lanes = dict(later.order_by("stream_id").select_for_update().values_list("pk", "stream_id"))
    Delivery.objects.filter(
        connection=found,
        state=Delivery.State.WAITING,
        stream__in=list(lanes.values()),
        due_at__gt=at,
    ).update(due_at=at)
    Lane.objects.filter(pk__in=list(lanes)).update(due_at=at)
