"""Passwords of managers and head office: checked, and guarded against guessing."""

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Refused
from omnistore.tokens import fingerprint
from stores import networks
from stores.models import PasswordTries, User

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 5
# A shop has one address for everybody, so that it gets more.
TRIES_PER_ADDRESS = 30


class WrongPassword(Refused):
    code = "wrong_password"
    words = _("This name and password do not go together.")


class TooManyTries(Refused):
    status = 429
    code = "too_many_tries"
    words = _("Too many wrong passwords from here. Try again in a quarter of an hour.")


def check(*, username: str, password: str, address: str, at: datetime) -> User:
    """
    Return the user whose name and password these are.

    The try is counted before the password is looked at, so that many at once are still five.
    A name is blocked only for the address it was guessed from.

    Raises:
        TooManyTries: for this name from this address, or from this address.
        WrongPassword: or no such user, or one who left.
    """
    place = networks.of(address)
    by_name = fingerprint(f"{place} {username.casefold()}")
    by_address = fingerprint(place)
    _count(by_address, TRIES_PER_ADDRESS, at)
    _count(by_name, TRIES_PER_NAME, at)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        raise WrongPassword()
    PasswordTries.objects.filter(key=by_name).update(failures=0)
    PasswordTries.objects.filter(key=by_address, failures__gt=0).update(failures=F("failures") - 1)
    return user


def _count(key: str, limit: int, at: datetime) -> None:
    PasswordTries.objects.get_or_create(key=key, defaults={"started_at": at})
    tries = PasswordTries.objects.filter(key=key)
    tries.filter(started_at__lte=at - WINDOW).update(failures=0, started_at=at)
    if not tries.filter(failures__lt=limit).update(failures=F("failures") + 1):
        raise TooManyTries()
