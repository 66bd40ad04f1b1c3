"""Open a tablet: someone with a password says for which store."""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from omnistore.audit.looks import Watcher
from omnistore.audit.models import Look
from omnistore.errors import Refused
from stores import passwords, tablets
from stores.forms import PasswordForm, TabletForm
from stores.http import TABLET_COOKIE, address, keep
from stores.models import Tablet, User

COOKIE_AGE = timedelta(days=400)
TICKET = "stores.open"
TICKET_AGE = timedelta(minutes=10)


class OpensNothing(Refused):
    status = 403
    code = "opens_nothing"


@never_cache
@require_http_methods(["GET", "POST"])
def open_tablet(request: HttpRequest) -> HttpResponse:
    """Ask for name and password, then for the store."""
    if request.method == "GET":
        return _password_page(request, PasswordForm(), status=200)
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return _password_page(request, form, status=422)

    try:
        user = _opener(request, form)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _password_page(request, form, status=refusal.status)

    return render(request, "stores/open_store.html", {"form": _store_form(user)})


@never_cache
@require_POST
def open_store(request: HttpRequest) -> HttpResponse:
    """Open the tablet for the chosen store, and let it remember itself."""
    user = _ticket_holder(request.POST.get("ticket", ""))
    if user is None:
        return redirect("stores:open")
    form = TabletForm(request.POST, stores=tablets.stores_for(user))
    if not form.is_valid():
        return render(request, "stores/open_store.html", {"form": form}, status=422)

    store, name, moment = form.cleaned_data["store"], form.cleaned_data["name"], now()
    if before := tablets.recognise(request.COOKIES.get(TABLET_COOKIE, "")):
        tablets.revoke(before, by=Watcher(Look.Actor.USER, user.pk, before.pk), at=moment)
    _tablet, secret = tablets.open(user=user, store=store, name=name, at=moment)
    response = redirect("stores:clerks")
    keep(request, response, TABLET_COOKIE, secret, COOKIE_AGE)
    return response


def _opener(request: HttpRequest, form: PasswordForm) -> User:
    user = passwords.check(**form.cleaned_data, address=address(request), at=now())
    if not tablets.stores_for(user):
        raise OpensNothing(_("Your account manages no store, so it cannot open a tablet."))
    return user


def _ticket_holder(ticket: str) -> User | None:
    try:
        pk = signing.loads(ticket, salt=TICKET, max_age=TICKET_AGE)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


def _store_form(user: User) -> TabletForm:
    stores = tablets.stores_for(user)
    number = Tablet.objects.filter(store__in=stores, revoked_at=None).count() + 1
    name = _("Counter %(number)s") % {"number": number}
    ticket = signing.dumps(user.pk, salt=TICKET)
    return TabletForm(stores=stores, initial={"ticket": ticket, "name": name})


def _password_page(request: HttpRequest, form: PasswordForm, *, status: int) -> HttpResponse:
    return render(request, "stores/open.html", {"form": form}, status=status)
