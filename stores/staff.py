"""Clerks: sign in by PIN with five tries per clerk and tablet, set a PIN, reset the tries."""

import itertools
import re
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused
from stores.models import Clerk, PinTries, Store, Tablet

PIN = re.compile(r"[0-9]{6}")


class WrongPin(Refused):
    code = "wrong_pin"
    words = _("Wrong PIN. Tries left: %(left)s.")


class PinLocked(Refused):
    status = 423
    code = "pin_locked"
    words = _("Too many wrong PINs on this tablet. A manager has to reset them.")


class WeakPin(Refused):
    code = "weak_pin"
    words = _("A PIN is six digits, not all the same and not in a row.")


def of(store: Store) -> QuerySet[Clerk]:
    """Return the clerks who may sign in on the store's tablets, by name."""
    return Clerk.objects.filter(stores=store, is_active=True).order_by("name")


def with_locks(store: Store) -> QuerySet[Clerk]:
    """Return the store's clerks, each with `is_pin_locked`: on one tablet or more."""
    locked = PinTries.objects.filter(clerk=OuterRef("pk"), failures__gte=settings.PIN_TRIES)
    return of(store).annotate(is_pin_locked=Exists(locked))


def sign_in(*, tablet: Tablet, clerk: Clerk, pin: str, at: datetime) -> None:
    """
    Sign the clerk in on the tablet.

    The try is counted before the PIN is looked at, so that many at once are still five.

    Raises:
        PinLocked: five wrong PINs of this clerk on this tablet.
        WrongPin: with how many tries are `left`.
    """
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
    Tablet.objects.filter(pk=tablet.pk).update(clerk=clerk, active_at=at)


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


def reset_tries(clerk: Clerk) -> None:
    """Let the clerk try again on every tablet."""
    PinTries.objects.filter(clerk=clerk).update(failures=0)
