"""What only the demo has: codes to scan, and a CRM to look into and to play with."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from omnistore.demo import codes, inbox
from omnistore.demo.models import Inbox
from omnistore.outbox import connections


@require_GET
def codes_to_scan(request: HttpRequest) -> HttpResponse:
    """Show the sheet of codes, to print or to hold a tablet in front of."""
    site = request.build_absolute_uri("/").rstrip("/")
    return render(request, "demo/codes.html", {"sheets": codes.sheets(site)})


@require_GET
def crm(request: HttpRequest) -> HttpResponse:
    """What arrived and how long it took; htmx asks for the fragment every second."""
    shown = {
        "inbox": inbox.the_inbox(),
        "moods": Inbox.Mood.choices,
        "messages_kept": inbox.latest(),
        "connection": connections.at_a_glance().filter(name=inbox.NAME).first(),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    template = "demo/_messages.html" if is_fragment else "demo/inbox.html"
    return render(request, template, shown)


@require_POST
def mood(request: HttpRequest) -> HttpResponse:
    """Make the CRM answer in another way."""
    wanted = request.POST.get("mood", "")
    if wanted in Inbox.Mood.values:
        inbox.change_mood(mood=wanted)
    return redirect("demo:crm")


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Take a signed message, as any CRM would."""
    reply = inbox.receive(headers=request.headers, body=request.body, at=now())
    time.sleep(reply.seconds)
    response = HttpResponse(reply.words, status=reply.status, content_type="text/plain")
    if reply.retry_after:
        response.headers["Retry-After"] = str(reply.retry_after)
    return response
