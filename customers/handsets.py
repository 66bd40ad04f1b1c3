"""
Handsets: customers' phones at a register, and phones that were asked to be known again.

A register's code is traded once for ten minutes at that register. A known phone holds a secret of
256 bits; its row can be revoked, and then the secret is worth nothing.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from customers import checkins
from customers.models import CheckIn, Customer, KnownPhone, PhoneSession
from omnistore.tokens import fingerprint, new_secret
from stores import registers
from stores.models import Register

LIFE = timedelta(minutes=10)
# Long enough for those who look into a complaint of yesterday.
KEPT = timedelta(days=7)
# Known phones are written to at most this often.
USED_STEP = timedelta(hours=1)


def is_used(code: str) -> bool:
    """Whether some phone has traded the code in."""
    return PhoneSession.objects.filter(code_hash=fingerprint(code)).exists()


def trade(*, code: str, at: datetime) -> tuple[PhoneSession, str]:
    """
    Return ten minutes at the code's register, and the secret that opens them; the code is used up.

    Raises:
        registers.DeadCode: forged, expired or used; of two phones at once the second hears it.
    """
    register = registers.read(code, at=at)
    try:
        with transaction.atomic():
            return _begin(register, fingerprint(code), at)
    except IntegrityError:
        raise registers.refused() from None


def turn_round(*, register: Register, at: datetime) -> tuple[PhoneSession, str]:
    """Return ten minutes, and their secret, of who is handed the clerk's own tablet: no code."""
    return _begin(register, fingerprint(new_secret()), at)


def _begin(register: Register, code_hash: str, at: datetime) -> tuple[PhoneSession, str]:
    secret = new_secret()
    session = PhoneSession.objects.create(
        register=register,
        code_hash=code_hash,
        secret_hash=fingerprint(secret),
        started_at=at,
        expires_at=at + LIFE,
    )
    return session, secret


def at_register(secret: str, *, at: datetime) -> PhoneSession | None:
    """Return the phone's session while it lasts, with its register, store and customer."""
    rows = PhoneSession.objects.select_related("register__store", "customer")
    return rows.filter(secret_hash=fingerprint(secret), expires_at__gt=at, ended_at=None).first()


@transaction.atomic
def show(
    *,
    session: PhoneSession,
    customer: Customer,
    how: str,
    at: datetime,
    is_unsure: bool = False,
) -> CheckIn:
    """Say who holds the phone, and let the clerks of the store know that he is there."""
    session.customer = customer
    session.save(update_fields=["customer"])
    return checkins.announce(
        register=session.register, customer=customer, how=how, is_unsure=is_unsure, at=at
    )


@transaction.atomic
def leave(*, session: PhoneSession, at: datetime) -> None:
    """End the session and wait no more."""
    if session.customer:
        checkins.withdraw(register=session.register, customer=session.customer, at=at)
    PhoneSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=at)


def remember(*, customer: Customer, at: datetime) -> tuple[KnownPhone, str]:
    """Return the row of a phone that will be known again, and the secret that it keeps."""
    secret = new_secret()
    known = KnownPhone.objects.create(
        customer=customer, secret_hash=fingerprint(secret), known_at=at, used_at=at
    )
    return known, secret


def known(secret: str, *, at: datetime) -> KnownPhone | None:
    """Return the known phone with its customer, None when it was revoked or he was erased."""
    rows = KnownPhone.objects.select_related("customer")
    found = rows.filter(
        secret_hash=fingerprint(secret), revoked_at=None, customer__erased_at=None
    ).first()
    if found and at - found.used_at > USED_STEP:
        KnownPhone.objects.filter(pk=found.pk).update(used_at=at)
    return found


def tidy(*, at: datetime) -> None:
    """Delete sessions that are over for longer than `KEPT`; their codes are long dead."""
    PhoneSession.objects.filter(expires_at__lte=at - KEPT).delete()


def forget(*, phone: KnownPhone, at: datetime) -> None:
    """Make the phone's secret worthless for good; twice is once."""
    KnownPhone.objects.filter(pk=phone.pk, revoked_at=None).update(revoked_at=at)


def forget_all_of(customer: Customer, *, at: datetime) -> None:
    """Make every known phone of the customer worthless, and end what they have open."""
    KnownPhone.objects.filter(customer=customer, revoked_at=None).update(revoked_at=at)
    PhoneSession.objects.filter(customer=customer, ended_at=None).update(ended_at=at)
    for waiting in CheckIn.objects.filter(customer=customer, state=CheckIn.State.OPEN):
        checkins.withdraw(register=waiting.register, customer=customer, at=at)
