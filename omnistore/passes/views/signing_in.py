"""How a phone gets the pass: a code of six digits, sent to what the customer is known by."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from customers import onetime
from customers.models import OneTimeCode
from omnistore import words
from omnistore.errors import Refused
from omnistore.passes import holders
from omnistore.phone.forms import CodeForm, ContactForm
from omnistore.phone.http import phone_page
from stores.http import address, keep

TICKET = "omnistore_pass_ticket"


@require_POST
@phone_page
def ask(request: HttpRequest) -> HttpResponse:
    """Send a code, in the same words and by the same work whoever is known or not."""
    form = ContactForm(request.POST)
    if not form.is_valid():
        return render(request, "pass/ask.html", {"form": form}, status=422)
    try:
        asked = onetime.ask(
            text=form.cleaned_data["contact"],
            country=words.HOME,
            purpose=OneTimeCode.Purpose.PASS,
            register=None,
            network=address(request),
            language=get_language() or "",
            at=now(),
        )
    except Refused as refusal:
        form.add_error("contact", refusal.sentence)
        return render(request, "pass/ask.html", {"form": form}, status=refusal.status)
    answer = redirect("passes:code")
    keep(request, answer, TICKET, asked.ticket, onetime.LIFE)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@phone_page
def redeem(request: HttpRequest) -> HttpResponse:
    """Ask for the code, and know the phone as that of whom it proves."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "pass/code.html", {"form": form}, status=status)
    moment = now()
    try:
        proven = onetime.redeem(
            ticket=request.COOKIES.get(TICKET, ""),
            code=form.cleaned_data["code"],
            purpose=OneTimeCode.Purpose.PASS,
            at=moment,
        )
        customer = holders.customer_of(proven)
    except Refused as refusal:
        form.add_error("code", refusal.sentence)
        return render(request, "pass/code.html", {"form": form}, status=refusal.status)
    answer = redirect("passes:show")
    answer.delete_cookie(TICKET)
    holders.remember(request, answer, customer, at=moment)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@phone_page
def leave(request: HttpRequest) -> HttpResponse:
    """Ask whether the phone should forget the pass; a POST makes it forget."""
    if request.method != "POST":
        return render(request, "pass/leave.html")
    answer = redirect("passes:show")
    holders.forget(request, answer, at=now())
    return answer
