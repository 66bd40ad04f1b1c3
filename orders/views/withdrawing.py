"""
The withdrawal declared on the customer's phone: asked, confirmed, acknowledged.

"Withdraw from the contract here", then "Confirm the withdrawal" (Code de la consommation L221-21):
two steps, and nothing happens before the second. A gift receipt is not the buyer's: it has neither.
"""

import secrets
from uuid import uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from omnistore.errors import Refused
from orders import declarations, withdrawals
from orders.forms import WithdrawalForm
from orders.models import Order, Slip, Withdrawal
from orders.views import at_home, phone
from orders.withdrawals import Said


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask who withdraws from what; posted, show it once more. Nothing is changed."""
    slip, order = _receipt(request)
    if slip is None or order is None:
        return phone.nowhere(request)
    posted = request.POST if request.method == "POST" else None
    form = WithdrawalForm(posted, left=withdrawals.open_lines(order, at=now()))
    if posted is None or "change" in posted or not form.is_valid():
        return _asked(request, order, form, is_wrong=bool(posted) and "change" not in request.POST)
    shown = {"form": form, "order": order, "key": secrets.token_urlsafe(16)}
    return render(request, "orders/phone_withdrawal_confirm.html", shown)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Withdraw; a second tap finds the first one's acknowledgement."""
    slip, order = _receipt(request)
    if slip is None or order is None:
        return phone.nowhere(request)
    at, said = now(), request.POST.get("key", "")[:64]
    key = uuid5(slip.pk, f"withdrawal:{said}")
    made = Withdrawal.objects.filter(pk=key).first()
    if made is None:
        form = WithdrawalForm(request.POST, left=withdrawals.open_lines(order, at=at))
        if not said or not form.is_valid():
            return _asked(request, order, form, is_wrong=True)
        try:
            made = withdrawals.declare(order=order, said=_said(form), key=key, at=at)
        except Refused as refusal:
            return _asked(request, order, form, problem=refusal)
    draft_id = made.customer_return_id
    declared = declarations.of_home(order=order, draft_id=draft_id, at=at) if draft_id else None
    if declared is None:
        return phone.nowhere(request)
    return at_home.remembered(redirect("orders:phone_declared"), slip, declared)


def _receipt(request: HttpRequest) -> tuple[Slip | None, Order | None]:
    """Return the receipt of the session with its order; of any other slip neither."""
    slip = phone.of_session(request)
    if slip is None or not slip.is_receipt:
        return None, None
    return slip, slip.order


def _said(form: WithdrawalForm) -> Said:
    return Said(
        name=form.cleaned_data["name"],
        email=form.cleaned_data["email"],
        units=form.units,
        language=get_language() or "",
    )


def _asked(
    request: HttpRequest,
    order: Order,
    form: WithdrawalForm,
    *,
    is_wrong: bool = False,
    problem: Refused | None = None,
) -> HttpResponse:
    shown = {
        "form": form,
        "order": order,
        "before": order.withdrawals.order_by("declared_at").last(),
        "problem": problem.sentence if problem else "",
    }
    status = problem.status if problem else 422 if is_wrong else 200
    return render(request, "orders/phone_withdrawal.html", shown, status=status)
