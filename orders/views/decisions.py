"""On the approver's own phone or desk: what waits for him, its evidence, his answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from omnistore.errors import Refused
from orders import approvers, decisions, reviews
from orders.approvers import Approver
from orders.forms import DecisionForm
from orders.models import CustomerReturn, Review
from orders.views import photos
from stores import pushes
from stores.http import UserRequest, user_required


@never_cache
@require_GET
@user_required
def index(request: UserRequest) -> HttpResponse:
    """Show what waits for him, the most urgent first, and how he is woken."""
    shown = [
        decisions.read(found, now=now())
        for found in approvers.waiting_for(request.user).select_related("store")[:50]
    ]
    shown.sort(key=lambda one: one.due_at or now())
    key = pushes.public_key() if pushes.is_on() else ""
    return render(request, "orders/decisions.html", {"rows": shown, "push_key": key})


@never_cache
@require_GET
@user_required
def show(request: UserRequest, return_id: UUID) -> HttpResponse:
    """Show the evidence of one return, and that he looked at it is written down."""
    found = _found(request, return_id)
    reviews.look(found=found, approver=Approver(user=request.user), at=now())
    return _page(request, found)


@never_cache
@require_GET
@user_required
def photo(request: UserRequest, return_id: UUID, photo_id: UUID) -> HttpResponseBase:
    """Show a photo of what he is asked about."""
    found = _found(request, return_id)
    return photos.served(get_object_or_404(found.photos, pk=photo_id))


@require_POST
@user_required
def decide(request: UserRequest, return_id: UUID) -> HttpResponse:
    """Hear his answer about one line; a second tap finds it given."""
    found = _found(request, return_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, problem=_("Say yes or no once more."), status=422)
    try:
        reviews.decide(
            found=found,
            review_ids=form.review_ids,
            approver=Approver(user=request.user),
            is_approved=form.is_approved,
            words=form.cleaned_data["words"],
            how=Review.How.REMOTE,
            at=now(),
        )
    except Refused as refusal:
        words = form.cleaned_data["words"]
        return _page(request, found, problem=refusal.sentence, said=words, status=refusal.status)
    messages.success(request, _("Thank you. The counter knows."))
    return redirect("orders:decision", found.pk)


def _page(
    request: UserRequest,
    found: CustomerReturn,
    *,
    problem: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = decisions.read(
        CustomerReturn.objects.select_related("store", "clerk", "customer").get(pk=found.pk),
        now=now(),
    )
    asked = [(one, decisions.may_decide(request.user, one, shown.found)) for one in shown.asked]
    context = {"screen": shown, "asked": asked, "problem": problem, "said": said, "now": now()}
    return render(request, "orders/decision.html", context, status=status)


def _found(request: UserRequest, return_id: UUID) -> CustomerReturn:
    """Return the return; one that is not his to see is not there."""
    found = get_object_or_404(CustomerReturn.objects.select_related("store"), pk=return_id)
    is_his = found.reviews.exists() and approvers.may_look(request.user, found)
    return found if is_his else get_object_or_404(CustomerReturn.objects.none())
