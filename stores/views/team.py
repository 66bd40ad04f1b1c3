"""The manager's page: who may sign in here, whose PIN is locked, which tablets are open."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.errors import Refused
from stores import staff, tablets
from stores.forms import PinForm
from stores.http import ClerkRequest, manager_required
from stores.models import Clerk, Tablet


@require_safe
@manager_required
def team(request: ClerkRequest) -> HttpResponse:
    """Show the store's clerks and tablets."""
    clerks = staff.by_name(staff.with_locks(request.tablet.store))
    opened = tablets.open_in(request.tablet.store, here=request.tablet)
    return render(request, "stores/team.html", {"clerks": clerks, "tablets": opened})


@require_http_methods(["GET", "POST"])
@manager_required
def set_pin(request: ClerkRequest, clerk_id: int) -> HttpResponse:
    """Let a clerk of this store type a new PIN of his own."""
    clerk = _clerk_of(request, clerk_id)
    pad = {"pin_clerk": clerk, "is_new": True}
    if request.method == "GET":
        return render(request, "stores/set_pin.html", pad)

    form = PinForm(request.POST)
    pin = form.cleaned_data["pin"] if form.is_valid() else ""
    try:
        staff.change_pin(clerk=clerk, pin=pin, by=request.watcher, at=now())
    except Refused as refusal:
        pad["refusal"] = refusal
        return render(request, "stores/set_pin.html", pad, status=refusal.status)

    messages.success(request, _("%(name)s has a new PIN.") % {"name": clerk.name})
    return redirect("stores:team")


@require_POST
@manager_required
def reset_tries(request: ClerkRequest, clerk_id: int) -> HttpResponse:
    """Let a clerk of this store try his PIN again."""
    clerk = _clerk_of(request, clerk_id)
    staff.let_try_again(clerk=clerk, by=request.watcher, at=now())
    messages.success(request, _("%(name)s may try again.") % {"name": clerk.name})
    return redirect("stores:team")


@require_POST
@manager_required
def revoke(request: ClerkRequest, tablet_id: int) -> HttpResponse:
    """Close a tablet of this store for good."""
    tablet = get_object_or_404(Tablet, pk=tablet_id, store=request.tablet.store, revoked_at=None)
    tablets.revoke(tablet, by=request.watcher, at=now())
    messages.success(request, _("%(name)s is closed.") % {"name": tablet.name})
    return redirect("stores:team")


def _clerk_of(request: ClerkRequest, clerk_id: int) -> Clerk:
    return get_object_or_404(staff.of(request.tablet.store), pk=clerk_id)
