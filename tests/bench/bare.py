"""The floors: views with a clerk signed in that do what must be done, and nothing else."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token as csrf
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.audit.models import Look
from stores.http import ClerkRequest, clerk_required

WRITES = ("INSERT", "UPDATE", "DELETE")


@require_POST
@clerk_required
def write(request: ClerkRequest) -> HttpResponse:
    """Commit as many rows as asked, one by one, in one transaction."""
    with transaction.atomic():
        for _ in range(int(request.POST["rows"])):
            Look.objects.create(
                customer_id=uuid.uuid4(),
                actor=Look.Actor.CLERK,
                actor_id=request.clerk.pk,
                reason=Look.Reason.PAGE,
                at=now(),
            )
    return HttpResponse("written")


@require_http_methods(["GET", "POST"])
@clerk_required
def form(request: ClerkRequest) -> HttpResponse:
    """Show one field, and lead on to one line."""
    if request.method == "POST":
        return redirect("bench_page")
    token = format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', csrf(request)
    )
    return HttpResponse(f'<!doctype html><form method="post">{token}<input name="text"></form>')


@require_safe
@clerk_required
def page(request: ClerkRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><p>Camille Moreau")


def _changes() -> int:
    """Return how many rows this connection wrote so far, where its cursors do not say it."""
    return connection.connection.total_changes if connection.vendor == "sqlite" else 0


def count(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say in the headers how many queries a request made and how many rows it wrote."""

    def counted(request: HttpRequest) -> HttpResponseBase:
        if "X-Bench-Count" not in request.headers:
            return get_response(request)
        seen = {"queries": 0, "rows": 0}

        def look(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
            result = execute(sql, params, many, context)
            seen["queries"] += 1
            if sql.startswith(WRITES):
                seen["rows"] += context["cursor"].rowcount
            return result

        connection.ensure_connection()
        before = _changes()
        with connection.execute_wrapper(look):
            response = get_response(request)
        seen["rows"] = _changes() - before or seen["rows"]
        response.headers["X-Bench-Queries"] = str(seen["queries"])
        response.headers["X-Bench-Rows"] = str(seen["rows"])
        return response

    return counted
