"""
The clerk's tablet turned round: the customer signs up on it, and it is locked for everything else.

The clerk is signed out before the customer touches it, so that no way back leads to his pages but
by a PIN; the customer has ten minutes, as on a phone of his own.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from customers import handsets
from omnistore.phone.http import (
    PhoneRequest,
    keep_session,
    keep_turned,
    page,
    session_required,
)
from stores import registers, tablets
from stores.http import SIGN_IN_COOKIE, ClerkRequest, clerk_required


@require_POST
@clerk_required
def turn(request: ClerkRequest) -> HttpResponse:
    """Lock the tablet, and open it for a customer at its register."""
    tablet = request.tablet
    register = registers.beside(tablet)
    if register is None:
        messages.warning(request, _("This store has no register: a customer has nowhere to wait."))
        return redirect("counter:sign_up")
    _session, secret = handsets.turn_round(register=register, at=now())
    tablets.lock(tablet, request.COOKIES.get(SIGN_IN_COOKIE, ""))
    answer = redirect("phone:handed")
    keep_session(request, answer, secret)
    # In the language that the two were reading.
    keep_turned(request, answer, get_language() or "", secret)
    return answer


@require_safe
@session_required
def handed(request: PhoneRequest) -> HttpResponse:
    """Say to the customer what the clerk will see, and how to go on."""
    if request.session_at.customer:
        return redirect("phone:here")
    return page(request, "phone/handed.html", {"register": request.session_at.register})
