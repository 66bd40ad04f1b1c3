"""What head office does to a connection: each act a POST, with a page where something is said."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from omnistore import words
from omnistore.errors import Refused
from omnistore.outbox import connections, connectors, deliveries, figures, replays, trials
from omnistore.outbox.admin.forms import (
    ConnectionForm,
    PurgeForm,
    ReasonForm,
    ReplayForm,
    RotateForm,
    WishesForm,
)
from omnistore.outbox.admin.pages import (
    CHANGE_RIGHT,
    DELETE,
    back_to,
    given,
    guarded,
    note,
    show,
    show_secret,
)
from omnistore.outbox.models import Connection, Delivery

page_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
@guarded(CHANGE_RIGHT)
def test(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Send a test and show what came of it."""
    trial = trials.run(connection=connection, at=now())
    note(request, connection, _("Tested: %(sentence)s") % {"sentence": trial.sentence})
    return show(request, "trial", title=_("Test"), connection=connection, trial=trial)


@page_or_post
@guarded(CHANGE_RIGHT)
def pause(request: HttpRequest, connection: Connection) -> HttpResponse:
    form = ReasonForm(given(request))
    if not form.is_valid():
        return _ask(
            request,
            connection,
            form,
            title=_("Pause"),
            says=_("Nothing is sent until somebody resumes it; what happens meanwhile is kept."),
        )
    reason = f"{request.user}: {form.cleaned_data['reason']}"
    connections.pause(connection=connection, reason=reason, at=now())
    note(request, connection, _("Paused: %(why)s") % {"why": form.cleaned_data["reason"]})
    return back_to(connection)


@require_POST
@guarded(CHANGE_RIGHT)
def resume(request: HttpRequest, connection: Connection) -> HttpResponse:
    connections.resume(connection=connection, at=now())
    note(request, connection, _("Resumed."))
    messages.success(request, _("It runs; what waited is being sent."))
    return back_to(connection)


@page_or_post
@guarded(CHANGE_RIGHT)
def rotate(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Put new secrets in the place of the old, which stay valid for a while."""
    sort = connectors.sort_of(connection.kind)
    form = RotateForm(given(request), sort=sort)
    if not form.is_valid():
        says = _("New messages carry the new one; the old one is accepted beside it for a while.")
        if sort.is_signed:
            says += " " + _("The new one is made here and shown once.")
        is_old_valid = connection.old_until is not None and connection.old_until > now()
        return _ask(
            request,
            connection,
            form,
            name="rotate",
            title=_("Rotate secrets"),
            says=says,
            is_old_valid=is_old_valid,
        )
    secret = connections.new_secret() if form.signs_anew else ""
    connections.rotate(
        connection=connection,
        secret=secret,
        credentials=form.credentials,
        keep_for=form.keep_for,
        at=now(),
    )
    note(request, connection, _("Secrets rotated."))
    if secret:
        return show_secret(request, connection, secret)
    messages.success(request, _("The new secrets are in use."))
    return back_to(connection)


@require_POST
@guarded(CHANGE_RIGHT)
def end_old(request: HttpRequest, connection: Connection) -> HttpResponse:
    connections.end_old(connection=connection)
    note(request, connection, _("Old secrets ended."))
    messages.success(request, _("Only the new secrets are valid now."))
    return back_to(connection)


@page_or_post
@guarded(CHANGE_RIGHT)
def choose(request: HttpRequest, connection: Connection) -> HttpResponse:
    form = WishesForm(given(request), wants=connection.wants)
    if not form.is_valid():
        says = _("It applies to what happens from now on; an erasure reaches whoever was told.")
        return _ask(request, connection, form, name="events", title=_("Choose events"), says=says)
    connections.choose(connection=connection, wants=form.chosen)
    heard = ", ".join(form.chosen) or _("everything")
    note(request, connection, _("Hears: %(events)s") % {"events": heard})
    return back_to(connection)


@page_or_post
@guarded(CHANGE_RIGHT)
def settings(request: HttpRequest, connection: Connection) -> HttpResponse:
    sort = connectors.sort_of(connection.kind)
    form = ConnectionForm(given(request), instance=connection, sort=sort)
    if not form.is_valid():
        says = {"title": _("Settings"), "button": _("Save"), "says": str(sort.about)}
        return _ask(request, connection, form, **says)
    connections.change(connection=form.instance, options=form.options, credentials=form.credentials)
    # Names of fields, never what is in them.
    changed = [str(form.fields[name].label) for name in form.changed_data]
    note(request, connection, _("Changed: %(fields)s") % {"fields": words.listed(changed)})
    return back_to(connection)


@page_or_post
@guarded(CHANGE_RIGHT)
def replay(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Say how many events it would be, then send them once more."""
    form = ReplayForm(given(request))
    number = None
    if form.is_valid():
        try:
            number = replays.count(connection=connection, at=now(), **form.asked)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
    if number is None or "sure" not in request.POST:
        says = _("They go out under the ids they had: what the receiver has changes nothing there.")
        return _ask(
            request,
            connection,
            form,
            name="replay",
            title=_("Replay"),
            says=says,
            number=number,
        )
    by = request.user.pk
    replays.begin(connection=connection, asked_by_id=by, at=now(), **form.asked)
    note(request, connection, _("Replay of %(number)s events asked for.") % {"number": number})
    messages.success(request, _("The events are made ready and sent."))
    return back_to(connection)


@page_or_post
@guarded(DELETE)
def purge(request: HttpRequest, connection: Connection) -> HttpResponse:
    form = PurgeForm(given(request))
    if not form.is_valid():
        seen = figures.of(connection.pk, at=now())
        number = seen.waiting + seen.dead
        says = ngettext(
            "%(count)s message is given up for good. A replay brings it back.",
            "%(count)s messages are given up for good. A replay brings them back.",
            number,
        )
        says %= {"count": words.amount(number)}
        return _ask(request, connection, form, title=_("Purge"), says=says, is_danger=True)
    why = form.cleaned_data["reason"]
    skipped = deliveries.purge(connection=connection, because=why, at=now())
    note(request, connection, _("Purged %(count)s: %(why)s") % {"count": skipped, "why": why})
    return back_to(connection)


@require_POST
@guarded(CHANGE_RIGHT)
def try_again(request: HttpRequest, connection: Connection, delivery_id: int) -> HttpResponse:
    delivery = _delivery(connection, delivery_id)
    return _act_on(
        request,
        connection,
        lambda: deliveries.try_again(delivery=delivery, at=now()),
        _("Message %(id)s tried again.") % {"id": delivery_id},
    )


@page_or_post
@guarded(CHANGE_RIGHT)
def skip(request: HttpRequest, connection: Connection, delivery_id: int) -> HttpResponse:
    delivery = _delivery(connection, delivery_id)
    form = ReasonForm(given(request))
    if not form.is_valid():
        says = _("“%(event)s” is given up for good; what waited behind it goes out.")
        says %= {"event": delivery.event.name}
        return _ask(request, connection, form, title=_("Skip a message"), says=says)
    why = form.cleaned_data["reason"]
    return _act_on(
        request,
        connection,
        lambda: deliveries.skip(delivery=delivery, because=why, at=now()),
        _("Message %(id)s skipped: %(why)s") % {"id": delivery_id, "why": why},
    )


def _delivery(connection: Connection, delivery_id: int) -> Delivery:
    rows = Delivery.objects.select_related("event").filter(connection=connection)
    return get_object_or_404(rows, pk=delivery_id)


def _act_on(
    request: HttpRequest, connection: Connection, act: Callable[[], object], done: str
) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.warning(request, refusal.sentence)
    else:
        note(request, connection, done)
        messages.success(request, done)
    return back_to(connection)


def _ask(
    request: HttpRequest, connection: Connection, form: Any, *, name: str = "act", **context: Any
) -> HttpResponse:
    answer = show(request, name, connection=connection, form=form, **context)
    answer.status_code = 422 if form.errors else 200
    return answer
