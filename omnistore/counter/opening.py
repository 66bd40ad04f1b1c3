"""Opening a shop: store, register, manager, first policy, in one transaction."""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from customers import consent
from omnistore.errors import Conflict, Invalid
from orders.models import PolicyVersion
from stores import keys, staff
from stores.models import Clerk, Register, Store, User

# Ten years.
MOST_DAYS = 3_650


class ShopExists(Conflict):
    code = "shop_exists"
    words = _("There is already a store with this code, or an account with this name.")


class NotValid(Invalid):
    code = "not_valid"


@dataclass(frozen=True)
class Manager:
    """Who opens the store's tablets; `is_head_office` lets him into the admin of all stores."""

    name: str
    username: str
    password: str
    pin: str
    is_head_office: bool = False


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


def open_shop(*, store: Store, manager: Manager, at: datetime, return_days: int = 30) -> Opened:
    """
    Return the new store, saved, with its register and manager.

    The chain's first policy and consent wordings are written once.

    Raises:
        NotValid: a value of the store is not right or the password too weak.
        WeakPin: the PIN is easily guessed.
        ShopExists: the code or the username is taken; nothing was made.
    """
    _check(store, manager, return_days)
    try:
        with transaction.atomic():
            store.save()
            register = Register.objects.create(store=store, name="1", secret=new_secret())
            _hire(store, manager)
            _announce(return_days, at)
            consent.default_wordings(at=at)
            _key, secret = keys.make(
                store=store, name=f"{store.name} 1", scopes=["register"], register=register
            )
    except IntegrityError as error:
        raise ShopExists() from error
    return Opened(store=store, register=register, register_key=secret, username=manager.username)


def _check(store: Store, manager: Manager, return_days: int) -> None:
    try:
        store.full_clean(validate_unique=False, validate_constraints=False)
        Clerk(name=manager.name).clean_fields()
        User(username=manager.username).clean_fields(exclude=["password"])
        validate_password(manager.password)
        if not 0 <= return_days <= MOST_DAYS:
            raise ValidationError(_("Return days are a number from 0 to 3,650."))
    except ValidationError as error:
        raise NotValid(" ".join(error.messages)) from error


def _hire(store: Store, manager: Manager) -> None:
    user = User.objects.create_user(
        username=manager.username,
        password=manager.password,
        is_staff=manager.is_head_office,
        is_superuser=manager.is_head_office,
    )
    clerk = Clerk.objects.create(name=manager.name, role=Clerk.Role.MANAGER, user=user)
    clerk.stores.add(store)
    staff.set_pin(clerk, manager.pin)


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
