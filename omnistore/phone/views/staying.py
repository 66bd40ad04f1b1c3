"""A phone that is announced: what the clerk has seen, to be known again or not, and to leave."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from customers import checkins, handsets
from omnistore.phone.http import (
    PATH,
    SESSION_COOKIE,
    PhoneRequest,
    forget_known,
    is_turned,
    keep_known,
    known_phone,
    page,
    phone_page,
    session_required,
)


@require_safe
@session_required
def here(request: PhoneRequest) -> HttpResponse:
    """Say whether the clerk has him on the tablet, and the two digits that both show."""
    session = request.session_at
    if session.customer is None:
        return redirect("phone:join")
    check_in = checkins.latest_of(register=session.register, customer=session.customer)
    known = known_phone(request)
    is_known = known is not None and known.customer_id == session.customer_id
    shown = {"check_in": check_in, "register": session.register, "is_known": is_known}
    shown["may_remember"] = check_in is not None and not check_in.is_one_of_several
    return page(request, "phone/here.html", shown)


@require_POST
@session_required
def leave(request: PhoneRequest) -> HttpResponse:
    """Wait no more, and let this phone's ten minutes end."""
    handsets.leave(session=request.session_at, at=now())
    answer = redirect("phone:anonymous")
    answer.delete_cookie(SESSION_COOKIE, path=PATH)
    return answer


@require_POST
@session_required
def remember(request: PhoneRequest) -> HttpResponse:
    """
    Know this phone again from now on: next time one tap is enough.

    Not the clerk's own tablet, and not as one of several who share an address: who it is was said
    by nobody but himself.
    """
    answer, session = redirect("phone:here"), request.session_at
    if session.customer is None or is_turned(request):
        return answer
    check_in = checkins.latest_of(register=session.register, customer=session.customer)
    if check_in and not check_in.is_one_of_several:
        _known, secret = handsets.remember(customer=session.customer, at=now())
        keep_known(request, answer, secret)
    return answer


@require_POST
@phone_page
def forget(request: HttpRequest) -> HttpResponse:
    """Know this phone no more."""
    if known := known_phone(request):
        handsets.forget(phone=known, at=now())
    answer = redirect("phone:anonymous")
    forget_known(answer)
    return answer
