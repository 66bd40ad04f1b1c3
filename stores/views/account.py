"""Somebody with a password, on a device of his own: sign in, be woken by notices, leave."""

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from omnistore.errors import Refused
from stores import passwords, pushes
from stores.forms import PasswordForm
from stores.http import UserRequest, address, local_path, user_required


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password, and lead to where he wanted to go."""
    asked_by = request.POST if request.method == "POST" else request.GET
    onward = local_path(asked_by.get("next", "/reviews/"))
    form = PasswordForm(request.POST or None)
    shown = {"form": form, "next": onward}
    if request.method == "GET":
        return render(request, "stores/account.html", shown)
    if not form.is_valid():
        return render(request, "stores/account.html", shown, status=422)

    try:
        user = passwords.check(**form.cleaned_data, address=address(request), at=now())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return render(request, "stores/account.html", shown, status=refusal.status)

    login(request, user)
    return redirect(onward)


@require_POST
@user_required
def sign_out(request: UserRequest) -> HttpResponse:
    """Forget him on this device."""
    logout(request)
    return redirect("stores:account")


@require_POST
@user_required
def browser(request: UserRequest) -> HttpResponse:
    """Wake this browser by notices from now on, or no more."""
    said = request.POST
    endpoint = said.get("endpoint", "")
    if said.get("ended"):
        pushes.unsubscribe(user=request.user, endpoint=endpoint, at=now())
        return HttpResponse(status=204)
    keys = {"p256dh": said.get("p256dh", ""), "auth": said.get("auth", "")}
    try:
        pushes.subscribe(user=request.user, endpoint=endpoint, keys=keys, at=now())
    except Refused as refusal:
        return HttpResponse(refusal.sentence, status=refusal.status, content_type="text/plain")
    return HttpResponse(status=204)
