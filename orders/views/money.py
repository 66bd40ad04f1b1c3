"""The money's screens: another means, a refund that goes another way, the code of a credit."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from omnistore.errors import Refused
from orders import agreements, credit_codes, payouts, proofs, refunds, returns, screens
from orders.models import Order, Refund, RefundAgreement
from orders.payouts import OtherWay
from orders.views.returns import draft_page, taken_shown
from stores.http import ClerkRequest, clerk_required, screen

# A clerk takes down what is said at the counter.
HOW = RefundAgreement.How.IN_PERSON


@dataclass(frozen=True)
class ShownCode:
    """Number and code of a credit, shown this once."""

    refund: Refund
    code: str

    @property
    def number(self) -> str:
        """The number in groups of four, as one reads it out."""
        number = self.refund.credit.number if self.refund.credit else ""
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


@require_POST
@clerk_required
def means(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Keep by which means the customer wants his money, and whether he agreed to that one."""
    draft = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    pay_by = request.POST.get("pay_by", "")
    has_agreed = bool(pay_by) and request.POST.get("agreed_to") == pay_by
    try:
        agreements.prefer(draft=draft, tender=pay_by, how=HOW if has_agreed else "")
    except Refused as refusal:
        return draft_page(request, draft, notice=refusal.sentence)
    if not request.htmx:
        return redirect("orders:return", draft.pk)
    draft.refresh_from_db()
    shown = screens.draft_screen(draft, now=now())
    return render(request, "orders/_return_quote.html", {"screen": shown})


@require_http_methods(["GET", "POST"])
@clerk_required
def other(request: ClerkRequest, refund_id: UUID) -> HttpResponse:
    """Ask by which other means a refund that failed goes, then let it go that way."""
    refund = _of_this_store(request, refund_id)
    taken = refund.plan.customer_return
    tender = request.POST.get("tender", "")
    form = OtherWay(refund, tender if tender in agreements.MEANS else "")
    if request.method == "GET":
        return _form(request, form)
    try:
        refunds.reroute(
            refund=refund,
            tender=tender,
            how=HOW if request.POST.get("agreed") else "",
            register=returns.register_of(taken),
            clerk=request.clerk,
            at=now(),
        )
    except Refused as refusal:
        return _form(request, form, problem=refusal.sentence, status=409)
    if not request.htmx:
        return redirect("orders:return", taken.pk)
    return _money_of(request, taken.pk)


@require_POST
@clerk_required
def code(request: ClerkRequest, refund_id: UUID) -> HttpResponse:
    """Show number and code of a credit to hand out; every time the code is a new one."""
    refund = _of_this_store(request, refund_id)
    if refund.credit is None or not payouts.is_new_credit(refund):
        return redirect("orders:return", refund.plan.customer_return_id)
    more: dict[str, object]
    try:
        made = credit_codes.make(account=refund.credit, clerk=request.clerk, at=now())
        more = {"shown": ShownCode(refund, made)}
    except Refused as refusal:
        more = {"problem": refusal.sentence, "problem_refund_id": refund.pk}
    found = taken_shown(request, refund.plan.customer_return) | more
    if request.htmx:
        return render(request, "orders/_return_code.html", found)
    return screen(request, "orders/return_taken.html", found)


def _money_of(request: ClerkRequest, return_id: UUID) -> HttpResponse:
    """Answer with the empty form, and what changed around it."""
    found = get_object_or_404(returns.drafts_of(request.tablet.store), pk=return_id)
    return render(request, "orders/_refund_rerouted.html", taken_shown(request, found))


def _form(
    request: ClerkRequest, form: OtherWay, *, problem: str = "", status: int = 200
) -> HttpResponse:
    shown: dict[str, object] = {
        "other": form,
        "problem": problem,
        "taken": form.refund.plan.customer_return,
    }
    shown["orders"] = Order.objects.filter(pk__in=proofs.of(form.refund.plan.customer_return))
    page = "orders/_refund_other.html" if request.htmx else "orders/refund_other.html"
    return render(request, page, shown, status=status)


def _of_this_store(request: ClerkRequest, refund_id: UUID) -> Refund:
    return get_object_or_404(
        Refund.objects.select_related(
            "plan__customer_return__store",
            "plan__customer_return__customer",
            "plan__customer_return__order",
            "credit",
            "payment",
        ),
        pk=refund_id,
        plan__customer_return__store=request.tablet.store,
    )
