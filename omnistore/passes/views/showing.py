"""The page of the pass, and what it shows for an hour."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from omnistore.passes import holders, showing
from omnistore.passes.views import pages
from omnistore.phone.forms import ContactForm
from omnistore.phone.http import known_phone, phone_page


@require_safe
@phone_page
def show(request: HttpRequest) -> HttpResponse:
    """
    Show the pass; to a phone that is not known, the way to it.

    The page itself is the same for everybody: what is the customer's own comes by `hour`.
    """
    if known_phone(request) is None:
        return render(request, "pass/ask.html", {"form": ContactForm()})
    return pages.of_the_pass(request)


@require_safe
@phone_page
def hour(request: HttpRequest) -> HttpResponse:
    """Answer with what the phone shows in the hour to come."""
    moment = now()
    carried = holders.holder(request, at=moment)
    if carried is None:
        return JsonResponse({"code": "not_known"}, status=401)
    return JsonResponse(showing.of(carried, at=moment))
