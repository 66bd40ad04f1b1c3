"""Opening a shop: store, register, manager, first policy, in one transaction."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from omnistore.errors import Conflict, Invalid
from orders.models import PolicyVersion
from stores import keys, staff
from stores.models import Clerk, Register, Store, User


class ShopExists(Conflict):
    code = "shop_exists"
    words = _("There is already a store with this code, or an account with this name.")


class NotValid(Invalid):
    code = "not_valid"


@dataclass(frozen=True)
class Opened:
    """What was made; the key is shown this once."""

    store: Store
    register: Register
    register_key: str
    username: str


def new_secret() -> str:
    """Return a Standard Webhooks secret of 256 bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def open_shop(
    *,
    code: str,
    name: str,
    manager: str,
    username: str,
    password: str,
    pin: str,
    at: datetime,
    city: str = "",
    country: str = "FR",
    currency: str = "EUR",
    return_days: int = 30,
    head_office: bool = False,
) -> Opened:
    """
    Return the new store with its register and manager; the chain's first policy is written once.

    Raises:
        NotValid: the code is no slug or the password too weak.
        WeakPin: the PIN is easily guessed.
        ShopExists: the code or the username is taken; nothing was made.
    """
    _check(code, password)
    try:
        with transaction.atomic():
            store = Store.objects.create(
                code=code, name=name, city=city, country=country, currency=currency
            )
            register = Register.objects.create(store=store, name="1", secret=new_secret())
            _hire(
                store,
                name=manager,
                username=username,
                password=password,
                pin=pin,
                head_office=head_office,
            )
            _announce(return_days, at)
            _key, secret = keys.make(
                store=store, name=f"{name} 1", scopes=["register"], register=register
            )
    except IntegrityError as error:
        raise ShopExists() from error
    return Opened(store=store, register=register, register_key=secret, username=username)


def _check(code: str, password: str) -> None:
    try:
        validate_slug(code)
        validate_password(password)
    except ValidationError as error:
        raise NotValid(" ".join(error.messages)) from error


def _hire(
    store: Store, *, name: str, username: str, password: str, pin: str, head_office: bool
) -> None:
    user = User.objects.create_user(
        username=username, password=password, is_staff=head_office, is_superuser=head_office
    )
    clerk = Clerk.objects.create(name=name, role=Clerk.Role.MANAGER, user=user)
    clerk.stores.add(store)
    staff.set_pin(clerk, pin)


def _announce(days: int, at: datetime) -> None:
    PolicyVersion.objects.get_or_create(
        store=None,
        product_class="",
        version=1,
        defaults={
            "start_at": at,
            "rules": [{"rule": "final_sale"}, {"rule": "window", "days": days}],
        },
    )
