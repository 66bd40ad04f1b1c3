"""The screen beside a register that customers look at: the code their phones scan."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from customers import handsets
from orders import squares
from stores import registers
from stores.http import TabletRequest, tablet_required
from stores.models import Register


@require_safe
@tablet_required
def own(request: TabletRequest) -> HttpResponse:
    """Lead to the screen of the register that this device stands beside."""
    if request.tablet.register is None:
        raise Http404
    return redirect("phone:screen", request.tablet.register.pk)


@require_safe
@tablet_required
def show(request: TabletRequest, register_id: int) -> HttpResponse:
    """Show the register's code, which renews itself; no clerk has to be signed in."""
    return render(request, "phone/screen.html", _shown(request, register_id))


@require_POST
@tablet_required
def renew(request: TabletRequest, register_id: int) -> HttpResponse:
    """Answer 204 while the code on the screen is good, else with another one."""
    code, register = request.POST.get("shown", ""), _register(request, register_id)
    if registers.is_fresh(code, register, at=now()) and not handsets.is_used(code):
        return HttpResponse(status=204)
    return render(request, "phone/_code.html", _shown(request, register_id))


def _shown(request: TabletRequest, register_id: int) -> dict[str, Any]:
    register = _register(request, register_id)
    code = registers.code_of(register, at=now())
    address = request.build_absolute_uri(reverse("phone:arrive", args=[code]))
    return {"register": register, "code": code, "square": squares.of(address)}


def _register(request: TabletRequest, register_id: int) -> Register:
    open_ones = Register.objects.select_related("store").filter(is_active=True)
    return get_object_or_404(open_ones, pk=register_id, store=request.tablet.store)
