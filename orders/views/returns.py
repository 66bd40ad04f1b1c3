"""The return's screens: begin, choose, settle, see what became of it."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.errors import Refused
from omnistore.outbox import deliveries
from orders import (
    cancelling,
    decisions,
    documents,
    history,
    opinions,
    payouts,
    proofs,
    refunds,
    returns,
    screens,
    starts,
)
from orders.forms import AgreementForm, ChoicesForm
from orders.models import CustomerReturn, Order, Refund
from orders.quotes import Choice
from orders.views import unproven
from stores.http import ClerkRequest, clerk_required, clerk_watching, screen

# So long a register and the CRM may take before the page says that they are late.
FRESH = timedelta(seconds=20)


@require_POST
@clerk_required
def start(request: ClerkRequest, order_id: UUID) -> HttpResponse:
    """Begin a new draft with an order; `line` names the line that was tapped."""
    order = get_object_or_404(Order, pk=order_id)
    draft = starts.of_line(
        order=order,
        line_id=_number(request.POST.get("line")),
        store=request.tablet.store,
        tablet=request.tablet,
        clerk=request.clerk,
        at=now(),
    )
    return redirect("orders:return", draft.pk)


@require_GET
@clerk_required
def show(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Show the draft with its quote, or what became of the return; note who looked."""
    found = _readable(request, return_id)
    _note(request, found)
    if found.is_draft and found.is_unproven:
        return unproven.page(request, found)
    if found.is_draft:
        return draft_page(request, found)
    if decisions.is_shown(found):
        decided = {"screen": decisions.read(found, now=now()), "orders": _orders(found)}
        return screen(request, "orders/return_review.html", decided)
    shown = taken_shown(request, found) | {"is_other": "other" in request.GET}
    return screen(request, "orders/return_taken.html", shown)


@require_GET
@clerk_required
def rest(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Answer with the lines of a long receipt that its page left out; or with all of them."""
    draft = _of_this_store(request, return_id)
    if not draft.is_draft:
        return redirect("orders:return", draft.pk)
    if request.htmx:
        asked = ChoicesForm(request.GET, proofs.line_ids(draft))
        half = screens.draft_screen(draft, now=now(), fold=asked.fold)
        return render(request, "orders/_return_rows.html", {"screen": half, "rows": half.later})
    _note(request, draft)
    whole = screens.draft_screen(draft, now=now(), is_whole=True)
    return render(request, "orders/return_draft.html", _around(draft, whole))


@require_POST
@clerk_required
def choose(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Keep what was chosen so far and answer with what changes on the page, and the quote."""
    draft = _at_hand(request, return_id)
    posted = ChoicesForm(request.POST, proofs.line_ids(draft))
    try:
        kept = returns.choose(draft=draft, choices=posted.choices)
    except returns.DraftGone:
        return redirect("orders:return", draft.pk)
    if not request.htmx and not posted.wrong:
        return redirect("orders:return", draft.pk)
    return _again(request, draft, posted, status=422 if posted.wrong else 200, kept=kept)


@require_POST
@clerk_required
def settle(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Take the return as it is on the screen; a second tap lands on the same return."""
    draft = _at_hand(request, return_id)
    posted = ChoicesForm(request.POST, proofs.line_ids(draft))
    agreement = AgreementForm(request.POST)
    agreed = agreement.cleaned_data["agreed"] if agreement.is_valid() else None
    token = agreement.cleaned_data["token"] if agreement.is_valid() else ""
    # By a gift receipt no amount was shown: the quote's token stands for it.
    is_agreed = bool(token) if draft.is_gift else agreed is not None
    if draft.is_draft and (posted.wrong or not is_agreed):
        return _again(request, draft, posted, status=422)
    at = now()
    try:
        taken = returns.take(
            draft=draft,
            clerk=request.clerk,
            choices=posted.choices,
            agreed_total=agreed,
            agreed_token=token,
            at=at,
        )
    except Refused as refusal:
        return _refused(request, draft, posted, refusal)
    if taken.submitted_at != at and _differ(posted.choices, returns.choices_of(draft)):
        return redirect(f"{reverse('orders:return', args=[draft.pk])}?other=1")
    return redirect("orders:return", draft.pk)


def _refused(
    request: ClerkRequest, draft: CustomerReturn, posted: ChoicesForm, refusal: Refused
) -> HttpResponse:
    """Show why not, with what stood on the page: nothing of it was kept."""
    try:
        kept = returns.choose(draft=draft, choices=posted.choices)
    except returns.DraftGone:
        return redirect("orders:return", draft.pk)
    except Refused:
        kept = None
    return _again(request, draft, posted, status=409, problem=refusal.sentence, kept=kept)


@require_GET
@clerk_watching
def progress(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Answer with where the money and the CRM are now."""
    found = _readable(request, return_id)
    return render(
        request, "orders/_return_progress.html", taken_shown(request, found) | {"oob": True}
    )


@require_POST
@clerk_required
def retry(request: ClerkRequest, refund_id: UUID) -> HttpResponse:
    """Ask the register once more for a refund that failed."""
    refund = get_object_or_404(
        Refund.objects.select_related("plan"),
        pk=refund_id,
        plan__customer_return__store=request.tablet.store,
    )
    problem = ""
    try:
        refunds.retry(refund=refund, at=now())
    except Refused as refusal:
        problem = refusal.sentence
    found = _of_this_store(request, refund.plan.customer_return_id)
    if not request.htmx and not problem:
        return redirect("orders:return", found.pk)
    shown = taken_shown(request, found) | {"problem": problem, "oob": True}
    return render(request, "orders/_return_progress.html", shown, status=409 if problem else 200)


def draft_page(request: ClerkRequest, draft: CustomerReturn, *, notice: str = "") -> HttpResponse:
    """Return the page of a draft; `notice` is what to say about the last act."""
    shown = screens.draft_screen(draft, now=now(), notice=notice)
    return screen(request, "orders/return_draft.html", _around(draft, shown))


def _around(draft: CustomerReturn, shown: screens.DraftScreen) -> dict[str, object]:
    return {
        "screen": shown,
        "others": screens.others_to_join(draft, now=now()),
        "find_url": reverse("counter:return_scan", args=[draft.pk]),
    }


def _of_this_store(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    drafts = returns.drafts_of(request.tablet.store).prefetch_related("joined")
    return get_object_or_404(drafts, pk=return_id)


def _at_hand(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    """Return the draft for an answer that names nobody: whose it is comes only when it is asked."""
    drafts = returns.drafts_of(request.tablet.store).select_related(None)
    draft = get_object_or_404(drafts.prefetch_related("joined"), pk=return_id)
    draft.store = request.tablet.store
    return draft


def _readable(request: ClerkRequest, return_id: UUID) -> CustomerReturn:
    return get_object_or_404(returns.readable_in(request.tablet.store), pk=return_id)


def _again(
    request: ClerkRequest,
    draft: CustomerReturn,
    posted: ChoicesForm,
    *,
    status: int,
    problem: str = "",
    kept: Iterable[Choice] | None = None,
) -> HttpResponse:
    screen = screens.draft_screen(
        draft,
        now=now(),
        fold=posted.fold,
        wrong=posted.wrong,
        problem=problem,
        on_screen=posted.on_screen,
        kept=kept,
    )
    if request.htmx:
        return render(request, "orders/_return_choosing.html", {"screen": screen}, status=status)
    # The whole page names the customer.
    _note(request, draft)
    return render(request, "orders/return_draft.html", _around(draft, screen), status=status)


def _note(request: ClerkRequest, found: CustomerReturn) -> None:
    if found.customer_id:
        looks.note(
            watcher=request.watcher,
            customer_ids=[found.customer_id],
            reason=Look.Reason.RETURN,
            at=now(),
        )


def taken_shown(request: ClerkRequest, found: CustomerReturn) -> dict[str, object]:
    """Return what the page of a taken return shows."""
    may_act = found.store_id == request.tablet.store_id
    shown = payouts.of(found, may_act=may_act)
    document = documents.of(found, store=request.tablet.store)
    is_asked = shown is not None and shown.is_moving
    is_asked = is_asked or (document is not None and document.is_moving)
    is_fresh = now() < (found.submitted_at or now()) + FRESH
    event_id = history.event_of(found)
    crm = deliveries.state_of_event(event_id) if event_id else None
    lines = list(history.lines_of(found))
    return {
        "taken": found,
        "may_cancel": found.store_id == request.tablet.store_id and cancelling.is_possible(found),
        "orders": _orders(found),
        "said": opinions.of_return(found),
        "lines": lines,
        "adjustments": found.adjustments.order_by("position"),
        "places": screens.places(lines),
        "plan": shown.plan if shown else None,
        "payouts": shown,
        "credits": shown.credits if shown and may_act else [],
        "may_go": not (shown and shown.is_in_trouble)
        and not (shown and may_act and shown.awaits_code)
        and not (document and document.is_unpaid),
        "is_register_silent": shown is not None and shown.waits_for_register and not is_fresh,
        "exchange": document.exchange if document else None,
        "document": document,
        "may_act": may_act,
        "crm": crm,
        "is_moving": is_asked or (crm is not None and not crm.is_settled),
        # In seconds; what is late is looked after less often.
        "pace": 1 if is_fresh else 10,
    }


def _orders(found: CustomerReturn) -> QuerySet[Order]:
    return Order.objects.filter(pk__in=proofs.of(found)).order_by("-placed_at")


def _differ(wanted: Iterable[Choice], taken: Iterable[Choice]) -> bool:
    """Whether another tablet took something else than what stands on this one."""
    first, second = (
        {(choice.order_line_id, choice.units, choice.resolution) for choice in choices}
        for choices in (wanted, taken)
    )
    return first != second


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0
