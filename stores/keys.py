"""API keys: make one, recognise it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from omnistore.errors import Invalid
from omnistore.tokens import fingerprint, new_secret
from stores.models import ApiKey, Register, Store


class UnknownScope(Invalid):
    code = "unknown_scope"
    words = _("There is no such scope.")


def make(
    *, store: Store, name: str, scopes: list[str], register: Register | None = None
) -> tuple[ApiKey, str]:
    """Return a new key and its secret, which is shown this once and never again."""
    if not set(scopes) <= {scope for scope, _label in ApiKey.SCOPES}:
        raise UnknownScope()
    secret = f"os_{new_secret()}"
    key = ApiKey.objects.create(
        store=store,
        register=register,
        name=name,
        prefix=secret[:8],
        key_hash=fingerprint(secret),
        scopes=scopes,
    )
    return key, secret


def recognise(secret: str) -> ApiKey | None:
    """Return the key with its store and register, None when unknown or revoked."""
    return (
        ApiKey.objects.select_related("store", "register")
        .filter(key_hash=fingerprint(secret), revoked_at=None)
        .first()
    )


def revoke(key: ApiKey, at: datetime) -> None:
    """Make the key worthless for good."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)
