"""
A customer of ours shows by a code of six digits that an address or number is his own.

What was typed is looked up by nobody until the code is right: the page answers in the same words
and after the same work whomever we know (rules.md 3.5, 5.3).
"""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from customers import handsets, identity, onetime
from customers.models import CheckIn, Customer, OneTimeCode
from omnistore.errors import Refused
from omnistore.phone.forms import CodeForm, ContactForm
from omnistore.phone.http import (
    HOLDERS_COOKIE,
    PROVEN_COOKIE,
    TICKET_COOKIE,
    PhoneRequest,
    keep,
    kept,
    page,
    session_required,
)
from stores.http import address

PURPOSE = OneTimeCode.Purpose.CHECK_IN


@require_http_methods(["GET", "POST"])
@session_required
def ask(request: PhoneRequest) -> HttpResponse:
    """Take an address or number and have the code sent there, whoever's it is."""
    if request.session_at.customer:
        return redirect("phone:here")
    form, register = ContactForm(request.POST or None), request.session_at.register
    if request.method == "POST" and form.is_valid():
        try:
            asked = onetime.ask(
                text=form.cleaned_data["contact"],
                country=register.store.country,
                purpose=PURPOSE,
                register=register,
                network=address(request),
                language=get_language() or "",
                at=now(),
            )
        except Refused as refusal:
            form.add_error("contact", refusal.sentence)
        else:
            answer = redirect("phone:prove")
            keep(request, answer, TICKET_COOKIE, asked.ticket)
            return answer
    shown = {"form": form, "register": register}
    return page(request, "phone/ask.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@session_required
def prove(request: PhoneRequest) -> HttpResponse:
    """Take the code; only who has read it is told who he is to us."""
    if request.session_at.customer:
        return redirect("phone:here")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proven = onetime.redeem(
                ticket=kept(request, TICKET_COOKIE),
                code=form.cleaned_data["code"],
                purpose=PURPOSE,
                at=now(),
            )
        except Refused as refusal:
            form.add_error("code", refusal.sentence)
        else:
            return _known(request, proven)
    shown = {"form": form, "register": request.session_at.register}
    return page(request, "phone/prove.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@session_required
def which(request: PhoneRequest) -> HttpResponse:
    """Ask who of those who share the address it is; the clerk is told to ask once more."""
    if request.session_at.customer:
        return redirect("phone:here")
    ids = [UUID(one) for one in kept(request, HOLDERS_COOKIE).split(",") if one]
    found = Customer.objects.filter(erased_at=None).in_bulk(ids)
    holders = [found[one] for one in ids if one in found]
    who = request.POST.get("who", "")
    if request.method == "POST" and who.isdecimal() and int(who) < len(holders):
        return _announced(request, holders[int(who)], is_unsure=True)
    if not holders:
        return redirect("phone:ask")
    shown = {"holders": holders, "register": request.session_at.register}
    return page(request, "phone/which.html", shown)


def _known(request: PhoneRequest, proven: onetime.Proven) -> HttpResponse:
    """Go on with who has the address: one is announced, several are asked, nobody may join."""
    held = identity.holders_of([(proven.kind, proven.value)])
    holders = list(dict.fromkeys(holder.customer for holder in held))
    if len(holders) == 1:
        # One of a family, of whom we know no other: a shared address identifies nobody alone.
        return _announced(request, holders[0], is_unsure=held[0].identifier.is_shared)
    if not holders:
        answer = redirect("phone:join")
        keep(request, answer, PROVEN_COOKIE, f"{proven.kind} {proven.value}")
        return answer
    answer = redirect("phone:which")
    keep(request, answer, HOLDERS_COOKIE, ",".join(str(one.pk) for one in holders))
    return answer


def _announced(
    request: PhoneRequest, customer: Customer, *, is_unsure: bool = False
) -> HttpResponse:
    handsets.show(
        session=request.session_at,
        customer=customer,
        how=CheckIn.How.ONE_TIME,
        is_unsure=is_unsure,
        at=now(),
    )
    return redirect("phone:here")
