"""On the tablet: ask people about a return, wait, let a manager decide beside it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from omnistore.errors import Refused
from orders import approvers, decisions, opinions, returns, reviews, submissions
from orders.approvers import Approver
from orders.models import CustomerReturn, Review
from stores import staff
from stores.forms import PinForm
from stores.http import ClerkRequest, clerk_required, clerk_watching, go, screen
from stores.models import Clerk

Act = Callable[[], object]


@require_GET
@clerk_required
def waiting(request: ClerkRequest) -> HttpResponse:
    """Show the returns of the store that a person decides, and those he has decided."""
    said = opinions.waiting_in(request.tablet.store, at=now()).count()
    return screen(request, "orders/reviews.html", {"rows": _rows(request), "opinions": said})


@require_GET
@clerk_watching
def count(request: ClerkRequest) -> HttpResponse:
    """Answer with how many returns wait for a person or, answered, for the counter."""
    return render(
        request,
        "orders/_reviews_count.html",
        {"count": reviews.waiting_in(request.tablet.store, now=now()).count()},
    )


@require_POST
@clerk_required
def ask(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Ask people about the draft as it was shown last."""
    draft = _of_this_store(request, return_id)
    return _done(
        request,
        draft,
        lambda: submissions.submit(draft=draft, clerk=request.clerk, at=now()),
    )


@require_POST
@clerk_required
def again(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Let a person look at what ended for want of an answer."""
    found = _of_this_store(request, return_id)
    return _done(
        request, found, lambda: submissions.ask_again(found=found, clerk=request.clerk, at=now())
    )


@require_POST
@clerk_required
def withdraw(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Take back what was asked; the return is a draft again."""
    found = _of_this_store(request, return_id)
    return _done(
        request, found, lambda: reviews.withdraw(found=found, clerk=request.clerk, at=now())
    )


@require_GET
@clerk_watching
def state(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Answer with where the decision stands; 204 while it is as the page shows it."""
    found = get_object_or_404(returns.readable_in(request.tablet.store), pk=return_id)
    if not decisions.is_shown(found):
        return go(request, reverse("orders:return", args=[found.pk]))
    shown = decisions.read(found, now=now())
    if request.GET.get("seen") == shown.stamp:
        return HttpResponse(status=204)
    return go(request, reverse("orders:return", args=[found.pk]))


@require_GET
@clerk_required
def choose(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Show the managers of the store; a single one is asked for his PIN at once."""
    found = _of_this_store(request, return_id)
    shown = decisions.read(found, now=now())
    if not shown.may_decide_here:
        return redirect("orders:return", found.pk)
    if len(shown.managers) == 1:
        return redirect("orders:approve", found.pk, shown.managers[0].pk)
    return render(request, "orders/approvers.html", {"screen": shown})


@require_http_methods(["GET", "POST"])
@clerk_required
def approve(request: ClerkRequest, return_id: UUID, clerk_id: int) -> HttpResponse:
    """Show a manager what he decides and let him say yes or no by his PIN."""
    found = _of_this_store(request, return_id)
    shown = decisions.read(found, now=now())
    manager = _manager(request, shown, clerk_id)
    says_no = (request.POST or request.GET).get("say") == "no"
    pad = _pad(request, shown, manager, says_no=says_no)
    if request.method == "GET":
        if not shown.may_decide_here:
            return redirect("orders:return", found.pk)
        return render(request, "orders/approve.html", pad)

    try:
        _decide(request, found, manager, is_approved=not says_no)
    except Refused as refusal:
        template = "stores/_pin.html" if request.htmx else "orders/approve.html"
        pad |= {"refusal": refusal, "is_shut": isinstance(refusal, staff.PinLocked)}
        return render(request, template, pad, status=refusal.status)
    return go(request, reverse("orders:return", args=[found.pk]))


def _decide(
    request: ClerkRequest, found: CustomerReturn, manager: Clerk, *, is_approved: bool
) -> None:
    form = PinForm(request.POST)
    pin = form.cleaned_data["pin"] if form.is_valid() else ""
    staff.confirm(tablet=request.tablet, clerk=manager, pin=pin)
    reviews.decide(
        found=found,
        review_ids=_ids(request.POST.getlist("review")),
        approver=Approver(clerk=manager),
        is_approved=is_approved,
        words=request.POST.get("words", ""),
        how=Review.How.PIN,
        at=now(),
    )


def _pad(
    request: ClerkRequest, shown: decisions.DecisionScreen, manager: Clerk, *, says_no: bool
) -> dict[str, object]:
    # What he decides is what he was shown: the ids travel with his PIN.
    told = [("review", str(review.pk)) for review in shown.here]
    if request.method == "POST":
        told = [("review", one) for one in request.POST.getlist("review")]
    if says_no:
        told.append(("say", "no"))
    return {
        "screen": shown,
        "pin_clerk": manager,
        "pin_url": reverse("orders:approve", args=[shown.found.pk, manager.pk]),
        "pin_told": told,
        "says_no": says_no,
        "said": request.POST.get("words", ""),
    }


def _manager(request: ClerkRequest, shown: decisions.DecisionScreen, clerk_id: int) -> Clerk:
    at_hand = approvers.at_hand(request.tablet.store, asked_by=None)
    return get_object_or_404(at_hand, pk=clerk_id)


def _rows(request: ClerkRequest) -> list[decisions.DecisionScreen]:
    found = reviews.waiting_in(request.tablet.store, now=now())
    return [decisions.read(one, now=now()) for one in found]


def _done(request: ClerkRequest, found: CustomerReturn, act: Act) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return go(request, reverse("orders:return", args=[found.pk]))


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _of_this_store(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    return get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
