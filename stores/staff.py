"""Clerks: sign in by PIN with five tries per clerk and tablet, set a PIN, reset the tries."""

import itertools
import re
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore import words
from omnistore.audit import access
from omnistore.audit.looks import Watcher
from omnistore.audit.models import AccessChange
from omnistore.errors import Refused
from omnistore.tokens import fingerprint, new_secret
from stores.models import Clerk, PinTries, Store, Tablet

PIN = re.compile(r"[0-9]{6}")


class WrongPin(Refused):
    code = "wrong_pin"
    words = _("Wrong PIN. Tries left: %(left)s.")


class PinLocked(Refused):
    status = 423
    code = "pin_locked"
    words = _("Too many wrong PINs on this tablet. A manager has to reset them.")


class NotOfThisStore(Refused):
    status = 403
    code = "not_of_this_store"
    words = _("Only somebody who works in this store can say so here.")


class WeakPin(Refused):
    code = "weak_pin"
    words = _("A PIN is six digits, not all the same and not in a row.")


def of(store: Store) -> QuerySet[Clerk]:
    """Return the clerks who may sign in on the store's tablets."""
    return Clerk.objects.filter(stores=store, is_active=True)


def by_name(clerks: Iterable[Clerk]) -> list[Clerk]:
    """Return the clerks as one looks for a name in a list."""
    return sorted(clerks, key=lambda clerk: words.in_order(clerk.name))


def with_locks(store: Store) -> QuerySet[Clerk]:
    """Return the store's clerks, each with `is_pin_locked`: on one tablet or more."""
    locked = PinTries.objects.filter(clerk=OuterRef("pk"), failures__gte=settings.PIN_TRIES)
    return of(store).annotate(is_pin_locked=Exists(locked))


def sign_in(*, tablet: Tablet, clerk: Clerk, pin: str, at: datetime) -> str:
    """
    Sign the clerk in on the tablet; return the secret that proves it until somebody locks.

    Whoever was signed in before is out: of two at the same moment one stays, with his secret.
    The try is counted before the PIN is looked at, so that many at once are still five.

    Raises:
        PinLocked: five wrong PINs of this clerk on this tablet.
        WrongPin: with how many tries are `left`.
    """
    _check_pin(tablet, clerk, pin)
    secret = new_secret()
    Tablet.objects.filter(pk=tablet.pk, revoked_at=None).update(
        clerk=clerk, sign_in_hash=fingerprint(secret), active_at=at
    )
    return secret


def confirm(*, tablet: Tablet, clerk: Clerk, pin: str) -> None:
    """
    Let a second person of the store say by his PIN that it is he; whoever is signed in stays.

    Tries are counted as those of a sign-in are, and together with them.

    Raises:
        NotOfThisStore: he does not work here, or not any more.
        PinLocked, WrongPin: see `sign_in`.
    """
    if not of(tablet.store).filter(pk=clerk.pk).exists():
        raise NotOfThisStore()
    _check_pin(tablet, clerk, pin)


def _check_pin(tablet: Tablet, clerk: Clerk, pin: str) -> None:
    PinTries.objects.get_or_create(clerk=clerk, tablet=tablet)
    tries = PinTries.objects.filter(clerk=clerk, tablet=tablet)
    if not tries.filter(failures__lt=settings.PIN_TRIES).update(failures=F("failures") + 1):
        raise PinLocked()
    if not (PIN.fullmatch(pin) and clerk.pin_hash and check_password(pin, clerk.pin_hash)):
        left = settings.PIN_TRIES - tries.values_list("failures", flat=True)[0]
        if left <= 0:
            raise PinLocked()
        raise WrongPin(left=left)
    tries.update(failures=0)


@transaction.atomic
def change_pin(*, clerk: Clerk, pin: str, by: Watcher, at: datetime) -> None:
    """Let somebody give the clerk a new PIN, and note who; raises `WeakPin`, see `set_pin`."""
    set_pin(clerk, pin)
    access.note(kind=AccessChange.Kind.PIN_SET, subject_id=clerk.pk, by=by, at=at)


def set_pin(clerk: Clerk, pin: str) -> None:
    """
    Give the clerk a PIN and forget his wrong tries everywhere.

    Raises:
        WeakPin: not six digits, or easily guessed.
    """
    steps = {int(b) - int(a) for a, b in itertools.pairwise(pin)} if pin.isdigit() else {0}
    if not PIN.fullmatch(pin) or steps in ({0}, {1}, {-1}):
        raise WeakPin()
    clerk.pin_hash = make_password(pin)
    clerk.save(update_fields=["pin_hash"])
    reset_tries(clerk)


@transaction.atomic
def let_try_again(*, clerk: Clerk, by: Watcher, at: datetime) -> None:
    """Forget the clerk's wrong PINs on every tablet, and note who did."""
    reset_tries(clerk)
    access.note(kind=AccessChange.Kind.TRIES_FORGOTTEN, subject_id=clerk.pk, by=by, at=at)


def reset_tries(clerk: Clerk) -> None:
    """Let the clerk try again on every tablet."""
    PinTries.objects.filter(clerk=clerk).update(failures=0)
