"""The first screen: who is it? One field, the honest choice not to ask, and the short list."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from customers import visits
from customers.models import Customer, Identifier
from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.counter import hints, recognition
from omnistore.counter.meanings import FORMS, Kind
from omnistore.counter.reading import read
from omnistore.counter.recognition import Recognition
from omnistore.errors import Refused
from orders import declarations
from stores.http import ClerkRequest, clerk_required, go, screen

SCANNERS = ("camera", "hand")


@require_safe
@clerk_required
def home(request: ClerkRequest) -> HttpResponse:
    """Ask who it is."""
    moment = now()
    counts = visits.of_the_day(request.tablet.store, moment)
    return screen(request, "counter/home.html", {"counts": counts, "hint": hints.of(moment)})


@require_POST
@clerk_required
def understand(request: ClerkRequest) -> HttpResponse:
    """Say what the text is taken for while it is being typed; nobody is looked up."""
    try:
        country, text = request.tablet.store.country, request.POST.get("text", "")
        reading = read(text, country, scanned_as=_scanned_as(request))
    except Refused:
        reading = None
    return render(request, "counter/_understood.html", {"understood": reading})


@require_http_methods(["GET", "POST"])
@clerk_required
def identify(request: ClerkRequest) -> HttpResponse:
    """Lead to whom or what the text means: a page, or a short list to choose from."""
    if request.method == "GET":
        # A tablet that wakes up asks for its last address again, without what was typed.
        return go(request, reverse("counter:home"))
    return lead(request, understood(request))


def understood(request: ClerkRequest) -> Recognition:
    """Return whom and what the posted text leads to."""
    return recognition.find(
        request.POST.get("text", ""),
        store=request.tablet.store,
        at=now(),
        scanned_as=_scanned_as(request),
    )


def lead(request: ClerkRequest, found: Recognition) -> HttpResponse:
    """Lead to what was found: a page, or a short list to choose from."""
    if found.declared:
        return _open_up(request, found)
    if person := found.identified:
        return _meet(request, person.customer, via=person.via, how=person.how)
    if order_id := the_only_order(found):
        return redirect("counter:order", order_id)
    shown = [person.customer.pk for person in found.customers]
    if shown:
        looks.note(watcher=request.watcher, customer_ids=shown, reason=Look.Reason.LISTED, at=now())
    template = "counter/_found.html" if request.htmx else "counter/home.html"
    # Only what can lead to people is echoed: the rest may be a password, or ten thousand letters.
    typed = request.POST.get("text", "") if found.understood.kind.leads_to_people else ""
    answer = {"found": found, "typed": typed}
    return render(request, template, answer, status=422 if found.problem else 200)


@require_POST
@clerk_required
def choose(request: ClerkRequest, customer_id: UUID) -> HttpResponse:
    """Open the page of the person the clerk chose from the list."""
    customer = get_object_or_404(Customer, pk=customer_id)
    how = request.POST.get("how", "")
    via = _held_by(customer, request.POST.get("via", ""))
    return _meet(request, customer, via=via, how=how if how in Kind.values else Kind.NAME)


@require_POST
@clerk_required
def anonymous(request: ClerkRequest) -> HttpResponse:
    """Go on without identifying, and count it."""
    visits.anonymous(
        store=request.tablet.store, tablet=request.tablet, clerk=request.clerk, at=now()
    )
    messages.success(request, _("Counted as a visit without identifying."))
    return go(request, reverse("counter:home"))


def _open_up(request: ClerkRequest, found: Recognition) -> HttpResponse:
    """Open the return that was declared at home; the code is used by this."""
    try:
        draft = declarations.open_up(
            code=found.declared,
            store=request.tablet.store,
            tablet=request.tablet,
            clerk=request.clerk,
            at=now(),
        )
    except Refused as refusal:
        template = "counter/_found.html" if request.htmx else "counter/home.html"
        return render(request, template, {"found": found, "refusal": refusal}, status=404)
    return redirect("orders:return", draft.pk)


def _meet(
    request: ClerkRequest, customer: Customer, *, via: Identifier | None, how: str
) -> HttpResponse:
    moment = now()
    with transaction.atomic(savepoint=False):
        visits.identified(
            store=request.tablet.store,
            tablet=request.tablet,
            clerk=request.clerk,
            customer=customer,
            via=via,
            how=how,
            at=moment,
        )
        looks.note(
            watcher=request.watcher,
            customer_ids=[customer.pk],
            reason=Look.Reason.IDENTIFIED,
            at=moment,
        )
    return redirect("counter:customer", customer.pk)


def _scanned_as(request: ClerkRequest) -> str:
    """Return the form of the code that was scanned, empty when the text was typed."""
    if request.POST.get("scanned_by", "") not in SCANNERS:
        return ""
    form = request.POST.get("format", "")
    return form if form in FORMS else "unknown"


def the_only_order(found: Recognition) -> UUID | None:
    """Return the order when the text names one, and nobody holds it as his own value."""
    if len(found.orders) != 1 or found.returns:
        return None
    by_order = all(person.how == Kind.ORDER for person in found.customers)
    return found.orders[0].pk if by_order else None


def _held_by(customer: Customer, identifier_id: str) -> Identifier | None:
    if not (identifier_id.isdecimal() and len(identifier_id) < 18):
        return None
    held = Identifier.objects.filter(evidence__customer=customer, evidence__ended_at=None)
    return held.filter(pk=int(identifier_id)).first()
