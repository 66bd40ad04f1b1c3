"""A phone opens a register's code: where it is, what the clerk will see, and how to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from customers import handsets
from customers.models import CheckIn
from omnistore.phone.http import keep_session, known_phone, page, phone_page
from stores import registers

KNOWN = "known"
# Where each way leads that the phone may go.
WAYS = {"ask": "phone:ask", "join": "phone:join"}


@require_safe
@phone_page
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Say where the code leads; a link's preview reads it too, and uses nothing up."""
    register = registers.read(code, at=now())
    if handsets.is_used(code):
        raise registers.refused()
    shown = {"code": code, "register": register, "known": known_phone(request)}
    return page(request, "phone/arrive.html", shown)


@require_POST
@phone_page
def trade(request: HttpRequest) -> HttpResponse:
    """Trade the code for ten minutes at its register; a known phone is announced at once."""
    moment = now()
    session, secret = handsets.trade(code=request.POST.get("code", ""), at=moment)
    known = known_phone(request) if request.POST.get("way") == KNOWN else None
    if known:
        handsets.show(session=session, customer=known.customer, how=CheckIn.How.KNOWN, at=moment)
    way = WAYS.get(request.POST.get("way", ""), "phone:ask")
    answer = redirect("phone:here" if known else way)
    keep_session(request, answer, secret)
    return answer


@require_safe
@phone_page
def anonymous(request: HttpRequest) -> HttpResponse:
    """Say that to stay unknown is fine; nothing is kept, and nobody is told."""
    return page(request, "phone/anonymous.html", {})
