"""
Holders: whose phone asks for a pass.

It is a known phone, as at the register (`omnistore.phone.http`): one secret for both, revoked for
both. A one-time code makes a phone known here, as a touch does after a check-in there.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from customers import handsets, identity, passes
from customers.models import Customer, Pass
from customers.onetime import Proven
from omnistore.errors import Conflict, NotFound
from omnistore.phone.http import forget_known, is_turned, keep_known, known_phone


class NobodyKnown(NotFound):
    """Said only to who has shown that the address or number is his own."""

    code = "nobody_known"
    words = _(
        "No card of ours is known under this. Try the other one that you gave us, or join at the "
        "counter: it takes a minute."
    )


class SharedContact(Conflict):
    code = "shared_contact"
    words = _(
        "Several people share this, so it is nobody’s own. Take the e-mail or phone that is "
        "yours alone, or ask at the counter."
    )


def holder(request: HttpRequest, *, at: datetime) -> Pass | None:
    """
    Return the pass of whose phone this is, with its customer; None when it is not known.

    He who has none yet is given one: a pass that is revoked takes its known phones with it, so no
    lost phone comes by another.
    """
    phone = known_phone(request)
    if phone is None:
        return None
    carried = passes.of(phone.customer) or passes.issue(customer=phone.customer, at=at)
    carried.customer = phone.customer
    return carried


def customer_of(proven: Proven) -> Customer:
    """
    Return whose own the address or number is.

    Raises:
        NobodyKnown: no customer has it.
        SharedContact: it does not identify alone (rules.md 3.2).
    """
    holders = identity.holders_of([(proven.kind, proven.value)])
    if not holders:
        raise NobodyKnown()
    people = {found.customer.pk: found.customer for found in holders}
    if len(people) > 1 or any(found.identifier.is_shared for found in holders):
        raise SharedContact()
    return holders[0].customer


def remember(
    request: HttpRequest, answer: HttpResponse, customer: Customer, *, at: datetime
) -> None:
    """Know this phone as the customer's from now on; the clerk's own tablet is nobody's."""
    if is_turned(request):
        return
    _known, secret = handsets.remember(customer=customer, at=at)
    keep_known(request, answer, secret)


def forget(request: HttpRequest, answer: HttpResponse, *, at: datetime) -> None:
    """Know this phone no more, here and at the register."""
    if phone := known_phone(request):
        handsets.forget(phone=phone, at=at)
    forget_known(answer)
