"""Tablets: open one for a store, recognise it again, know who is signed in on it."""

from datetime import datetime, timedelta
from hmac import compare_digest

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from omnistore import words
from omnistore.audit import access
from omnistore.audit.looks import Watcher
from omnistore.audit.models import AccessChange
from omnistore.errors import Refused
from omnistore.tokens import fingerprint, new_secret
from stores.models import Clerk, Register, Store, Tablet, User

# Activity is written at most this often, so that most requests only read.
ACTIVITY_STEP = timedelta(seconds=10)


class MayNotOpen(Refused):
    status = 403
    code = "may_not_open_tablet"
    words = _("Your account may not open a tablet for this store.")


def stores_for(user: User) -> list[Store]:
    """Return the stores for which the user may open a tablet."""
    active = Store.objects.filter(is_active=True)
    if not user.is_superuser:
        active = active.filter(
            clerks__user=user, clerks__is_active=True, clerks__role=Clerk.Role.MANAGER
        )
    return sorted(active, key=lambda store: words.in_order(store.name))


def open_in(store: Store, *, here: Tablet) -> list[Tablet]:
    """Return the store's open tablets, the one at hand first, the others by name."""
    opened = Tablet.objects.filter(store=store, revoked_at=None)
    rows = opened.select_related("clerk", "opened_by")
    return sorted(rows, key=lambda tablet: (tablet.pk != here.pk, words.in_order(tablet.name)))


def open(*, user: User, store: Store, name: str, at: datetime) -> tuple[Tablet, str]:
    """
    Return a new tablet of the store and the secret that its cookie keeps.

    Raises:
        MayNotOpen: the user manages another store, or none.
    """
    if store not in stores_for(user):
        raise MayNotOpen()
    secret = new_secret()
    register = Register.objects.filter(store=store, is_active=True).order_by("name").first()
    tablet = Tablet.objects.create(
        store=store,
        register=register,
        opened_by=user,
        name=name,
        token_hash=fingerprint(secret),
        opened_at=at,
        active_at=at,
    )
    return tablet, secret


def recognise(secret: str) -> Tablet | None:
    """
    Return the tablet with its store, register and clerk in one query.

    None when it was revoked or its store has closed; without its clerk when he works there no more.
    """
    if not secret:
        return None
    works_there = Clerk.stores.through.objects.filter(
        clerk=OuterRef("clerk"), store=OuterRef("store")
    )
    tablet = (
        Tablet.objects.select_related("store", "register", "clerk")
        .annotate(has_clerk_of_store=Exists(works_there))
        .filter(token_hash=fingerprint(secret), revoked_at=None, store__is_active=True)
        .first()
    )
    if tablet and not tablet.has_clerk_of_store:
        tablet.clerk = None
    return tablet


def signed_in(tablet: Tablet, sign_in: str, now: datetime) -> Clerk | None:
    """
    Return the clerk at the tablet, None when nobody is, he left, or two idle minutes passed.

    `sign_in` is the secret that came with his PIN: a copy of the tablet's own cookie is locked.
    """
    clerk = tablet.clerk
    if clerk is None or not clerk.is_active or not _is_fresh(tablet, sign_in):
        return None
    return clerk if now - tablet.active_at < settings.AUTO_LOCK_AFTER else None


def touch(tablet: Tablet, now: datetime) -> None:
    """Keep the tablet awake."""
    if now - tablet.active_at >= min(ACTIVITY_STEP, settings.AUTO_LOCK_AFTER / 4):
        Tablet.objects.filter(pk=tablet.pk).update(active_at=now)


def lock(tablet: Tablet, sign_in: str) -> None:
    """
    End that sign-in; the clerk's drafts stay.

    A later sign-in lives on: a lock that was late on the way does not throw the next clerk out.
    """
    signed_in_so = Tablet.objects.filter(pk=tablet.pk, sign_in_hash=fingerprint(sign_in))
    signed_in_so.update(clerk=None, sign_in_hash="")


@transaction.atomic
def revoke(tablet: Tablet, *, by: Watcher, at: datetime) -> None:
    """Make the tablet's cookie worthless for good, and note who did; twice is once."""
    still_open = Tablet.objects.filter(pk=tablet.pk, revoked_at=None)
    if still_open.update(revoked_at=at, clerk=None, sign_in_hash=""):
        access.note(kind=AccessChange.Kind.TABLET_CLOSED, subject_id=tablet.pk, by=by, at=at)


def _is_fresh(tablet: Tablet, sign_in: str) -> bool:
    return bool(sign_in) and compare_digest(tablet.sign_in_hash, fingerprint(sign_in))
