"""
Holders: whose phone asks for a pass.

A phone is known by a signed cookie that names the pass and nobody, for the pages below /pass/
only; once the pass is revoked it names nothing. It comes there by a one-time code.
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers import identity, passes
from customers.models import Customer, Pass
from customers.onetime import Proven
from omnistore.errors import Conflict, NotFound

COOKIE = "omnistore_pass"
SALT = "omnistore.passes.holders"
# From the last time the page was opened.
AGE = timedelta(days=180)


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


def holder(request: HttpRequest) -> Pass | None:
    """Return the pass in force that this phone carries, with its customer."""
    key = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=AGE)
    return passes.in_force(key or "")


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


def remember(request: HttpRequest, answer: HttpResponse, carried: Pass) -> None:
    """Let the phone carry the pass from now on."""
    answer.set_signed_cookie(
        COOKIE,
        carried.pk.hex,
        salt=SALT,
        max_age=AGE,
        path=reverse("passes:show"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def forget(answer: HttpResponse) -> None:
    """Let the phone carry no pass any more."""
    answer.delete_cookie(COOKIE, path=reverse("passes:show"), samesite="Lax")
