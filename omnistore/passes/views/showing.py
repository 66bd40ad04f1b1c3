"""The page of the pass, and what it shows for an hour."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from omnistore.passes import holders, showing
from omnistore.passes.forms import ContactForm
from omnistore.passes.views import pages


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """
    Show the pass; to a phone that is not known, the way to it.

    The page itself is the same for everybody: what is the customer's own comes by `hour`.
    """
    carried = holders.holder(request)
    if carried is None:
        return render(request, "pass/ask.html", {"form": ContactForm()})
    answer = pages.of_the_pass(request)
    holders.remember(request, answer, carried)
    return answer


@require_safe
def hour(request: HttpRequest) -> HttpResponse:
    """Answer with what the phone shows in the hour to come."""
    carried = holders.holder(request)
    if carried is None:
        return JsonResponse({"code": "not_known"}, status=401)
    return JsonResponse(showing.of(carried, at=now()))
