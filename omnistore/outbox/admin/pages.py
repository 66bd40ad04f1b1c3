"""
What the pages of a connection share: who may, what is noted, where one stands.

Who may view connections sees all pages; who may change them acts; what gives messages up for good
(purging, and nothing else) is for those who may delete connections.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from omnistore.headoffice import shown_once
from omnistore.outbox.models import Connection

VIEW = "outbox.view_connection"
CHANGE_RIGHT = "outbox.change_connection"
ADD = "outbox.add_connection"
DELETE = "outbox.delete_connection"

View = Callable[..., HttpResponse]


def guarded(right: str) -> Callable[[View], View]:
    """Let in who has the right, and give the view its connection."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, connection_id: int, **kwargs: Any) -> HttpResponse:
            need(request, right)
            connection = get_object_or_404(Connection, pk=connection_id)
            return view(request, connection, **kwargs)

        return answer

    return decorate


def need(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def given(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, None when a form is only asked for."""
    return request.POST if request.method == "POST" else None


def show(request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
    """Return the page of `templates/admin/outbox/connection/` with what head office's need."""
    whole = admin.site.each_context(request) | {"opts": Connection._meta} | context
    return TemplateResponse(request, f"admin/outbox/connection/{name}.html", whole)


def back_to(connection: Connection) -> HttpResponse:
    return redirect("admin:outbox_connection_change", connection.pk)


def show_secret(request: HttpRequest, connection: Connection, secret: str) -> HttpResponse:
    """Show the new signing secret once; the way on leads to the system, to be tested."""
    back = reverse("admin:outbox_connection_change", args=[connection.pk])
    return shown_once(request, connection, secret, back=back)


def note(request: HttpRequest, connection: Connection, words: str, flag: int = CHANGE) -> None:
    """Write what was done, and by whom, into the log of changes."""
    LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(Connection),
        object_id=str(connection.pk),
        object_repr=str(connection)[:200],
        action_flag=flag,
        change_message=words,
    )
