"""Head office: the systems we tell at a glance, the page of one, and a new one."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from omnistore.headoffice import BIGGEST_ID, NeverDeleted
from omnistore.outbox import connections, connectors, figures
from omnistore.outbox.admin import acts
from omnistore.outbox.admin.forms import ConnectionForm, WishesForm
from omnistore.outbox.admin.pages import (
    ADD,
    VIEW,
    View,
    back_to,
    given,
    need,
    note,
    show,
    show_secret,
)
from omnistore.outbox.models import Connection, Delivery, Lane, Replay

# Rows of each list on a connection's page; the rest is a link away.
MOST = 20
SEEN = 10


@admin.register(Connection)
class ConnectionAdmin(NeverDeleted):
    """The list is a page of cards, and each row's page shows how it is doing."""

    def get_urls(self) -> list[URLPattern]:
        ours = [
            path("glance/", glance, name="outbox_connection_glance"),
            path("<int:connection_id>/figures/", one_glance, name="outbox_connection_figures"),
            *(self._act(*act) for act in ACTS),
        ]
        return [*ours, *super().get_urls()]

    def _act(self, address: str, name: str, view: View) -> URLPattern:
        inside = self.admin_site.admin_view(view)
        return path(f"<int:connection_id>/{address}/", inside, name=f"outbox_connection_{name}")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every system at a glance."""
        need(request, VIEW)
        context = {"title": _("Systems we tell"), **_all(request)}
        return show(request, "systems", **context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how one system is doing, and what can be done about it."""
        need(request, VIEW)
        context = _one(object_id)
        one = context["one"]
        back = reverse("crm:hear", args=[one.connection.kind, one.connection.pk])
        chart, day = figures.of_day(one.connection.pk, at=one.at)
        return show(
            request,
            "system",
            title=str(one.connection),
            day_chart=chart,
            day=day,
            heard_at=settings.PUBLIC_URL + back if one.sort.is_heard else "",
            **context,
            **_lists(one.connection),
            **_rights(request),
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose a kind of system, then say where it listens and what it hears."""
        need(request, ADD)
        kind = request.POST.get("kind") or request.GET.get("kind", "")
        known = {sort.kind: sort for sort in connectors.sorts()}
        if kind not in known:
            return show(request, "sorts", title=_("Connect a system"), sorts=known.values())
        return _make(request, known[kind])


ACTS: Sequence[tuple[str, str, View]] = (
    ("test", "test", acts.test),
    ("pause", "pause", acts.pause),
    ("resume", "resume", acts.resume),
    ("rotate", "rotate", acts.rotate),
    ("rotate/end", "end_old", acts.end_old),
    ("events", "choose", acts.choose),
    ("settings", "settings", acts.settings),
    ("replay", "replay", acts.replay),
    ("purge", "purge", acts.purge),
    ("messages/<int:delivery_id>/again", "try_again", acts.try_again),
    ("messages/<int:delivery_id>/skip", "skip", acts.skip),
)


@never_cache
def glance(request: HttpRequest) -> HttpResponse:
    """Answer with the cards as they are now; the page asks every few seconds."""
    if not _may_look(request):
        return _sign_in("admin:outbox_connection_changelist")
    return render(request, "admin/outbox/connection/_systems.html", _all(request))


@never_cache
def one_glance(request: HttpRequest, connection_id: int) -> HttpResponse:
    """Answer with one system's figures as they are now."""
    if not _may_look(request):
        return _sign_in("admin:outbox_connection_change", connection_id)
    context = _one(str(connection_id))
    return render(request, "admin/outbox/connection/_figures.html", context)


def _may_look(request: HttpRequest) -> bool:
    return admin.site.has_permission(request) and request.user.has_perm(VIEW)


def _sign_in(page: str, *args: int) -> HttpResponse:
    """Have the whole page sign in again: a form to sign in has no place inside it."""
    address = f"{reverse('admin:login')}?next={reverse(page, args=args)}"
    return HttpResponse(status=403, headers={"HX-Redirect": address})


def _all(request: HttpRequest) -> dict[str, Any]:
    moment = now()
    return {
        "systems": figures.of_all(at=moment),
        "at": moment,
        "may_add": request.user.has_perm(ADD),
    }


def _one(object_id: str) -> dict[str, Any]:
    """Return what is shown anew every few seconds."""
    if not object_id.isdecimal() or int(object_id) > BIGGEST_ID:
        raise Http404
    try:
        one = figures.of(int(object_id), at=now())
    except Connection.DoesNotExist as error:
        raise Http404 from error
    return {"one": one, "going_on": Replay.objects.filter(connection=one.connection, done_at=None)}


def _lists(connection: Connection) -> dict[str, Any]:
    dead = Delivery.objects.filter(connection=connection, state=Delivery.State.DEAD)
    held = Lane.objects.filter(connection=connection, is_held=True)
    replays = Replay.objects.filter(connection=connection)
    log = LogEntry.objects.filter(
        content_type=get_content_type_for_model(connection), object_id=str(connection.pk)
    )
    return {
        "dead": dead.select_related("event").order_by("-created_at")[:MOST],
        "held": held.select_related("stream").order_by("-pk")[:MOST],
        "replays": replays.select_related("asked_by").order_by("-pk")[:SEEN],
        "log": log.select_related("user").order_by("-action_time")[:SEEN],
    }


def _rights(request: HttpRequest) -> dict[str, bool]:
    return {
        "may_change": request.user.has_perm("outbox.change_connection"),
        "may_purge": request.user.has_perm("outbox.delete_connection"),
    }


def _make(request: HttpRequest, sort: connectors.Sort) -> HttpResponse:
    form, wishes = ConnectionForm(given(request), sort=sort), WishesForm(given(request))
    if not (form.is_valid() and wishes.is_valid()):
        title = _("Connect: %(kind)s") % {"kind": sort.label}
        answer = show(request, "new", title=title, sort=sort, form=form, wishes=wishes)
        answer.status_code = 422 if form.errors or wishes.errors else 200
        return answer
    row = form.instance
    row.kind, row.wants = sort.kind, wishes.chosen
    row.options, row.credentials = form.options, form.credentials
    made = connections.make(connection=row, at=now())
    note(request, made, _("Made."), flag=ADDITION)
    return show_secret(request, made, made.secret) if sort.shows_secret else back_to(made)
