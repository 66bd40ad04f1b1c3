"""Joining on one's own phone, in one page."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from customers import consent, joining
from customers.joining import Newcomer
from omnistore.errors import Refused
from omnistore.phone.forms import JoinForm
from omnistore.phone.http import PROVEN_COOKIE, PhoneRequest, kept, page, session_required
from stores.http import address


@require_http_methods(["GET", "POST"])
@session_required
def join(request: PhoneRequest) -> HttpResponse:
    """Take the newcomer in and let the clerk know; the answer is the same whomever we know."""
    if request.session_at.customer:
        return redirect("phone:here")
    language = get_language() or ""
    kind, _blank, proven = kept(request, PROVEN_COOKIE).partition(" ")
    form = JoinForm(
        request.POST or None, wordings=consent.asked(language), initial={kind.lower(): proven}
    )
    if request.method == "POST" and form.is_valid():
        try:
            joining.join(
                session=request.session_at,
                newcomer=_newcomer(form, language),
                network=address(request),
                at=now(),
            )
        except Refused as refusal:
            form.add_error(form.place_of(refusal.code), refusal.sentence)
        else:
            return redirect("phone:here")
    shown = {"form": form, "register": request.session_at.register}
    # He proved an address that nobody here has: now, and only he, is told so.
    shown["is_new"] = bool(proven)
    return page(request, "phone/join.html", shown, status=422 if form.errors else 200)


def _newcomer(form: JoinForm, language: str) -> Newcomer:
    told = form.cleaned_data
    return Newcomer(
        first_name=told["first_name"],
        last_name=told["last_name"],
        phone=told["phone"],
        email=told["email"],
        consents=form.answers,
        language=language,
    )
