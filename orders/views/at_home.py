"""
A return prepared at home, by the receipt on the customer's phone: choose, look, get a code.

Looking changes nothing. The key that stands in the form makes a double tap one declaration; which
one it was the phone keeps in a signed cookie, beside the session of its receipt and as long.
"""

import secrets
from collections import Counter
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.errors import Refused
from orders import declarations, papers, photos, printing, prospects, slips
from orders.forms import PreparedForm
from orders.models import CustomerReturn, Declaration, OrderLine, Slip
from orders.papers import Paper
from orders.prospects import Prospect
from orders.views import phone
from orders.views.photos import OneFile, nothing_read

COOKIE = "omnistore_declared"
SALT = "orders.views.at_home"
Proof = CustomerReturn.Proof


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest) -> HttpResponse:
    """Ask what comes back and why; posted, show what would come of it. Nothing is changed."""
    slip = phone.of_session(request)
    if slip is None or slip.order is None:
        return phone.nowhere(request)
    offered = prospects.offers(order=slip.order, is_gift=slip.is_gift, now=now())
    form = PreparedForm(offered, request.POST if request.method == "POST" else None)
    if request.method != "POST" or "change" in request.POST:
        return _asked(request, slip, form)
    return _looked(request, slip, form)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Declare the return; a second tap finds the first one's code."""
    slip = phone.of_session(request)
    if slip is None or slip.order is None:
        return phone.nowhere(request)
    at, key = now(), request.POST.get("key", "")[:64]
    draft_id = uuid5(slip.pk, key)
    declared = declarations.of_home(order=slip.order, draft_id=draft_id, at=at)
    if declared is None:
        form = PreparedForm(
            prospects.offers(order=slip.order, is_gift=slip.is_gift, now=at), request.POST
        )
        prospect = _prospect(slip, form)
        if not key or isinstance(prospect, Refused) or not _is_ready(prospect):
            return _looked(request, slip, form)
        try:
            declared = declarations.declare_at_home(
                order=slip.order,
                choices=prospect.declared,
                draft_id=draft_id,
                proof=Proof.GIFT if slip.is_gift else Proof.PURCHASE,
                at=at,
            )
        except Refused as refusal:
            return _asked(request, slip, form, refusal)
    return remembered(redirect("orders:phone_declared"), slip, declared)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the code again, as long as the phone's session lasts."""
    return _shown(request)


@require_safe
def pdf(request: HttpRequest) -> HttpResponse:
    """Answer with the code as a PDF: it is good for longer than the session."""
    declared = of_phone(request)
    paper = _paper(declared)
    if declared is None or paper is None:
        return phone.nowhere(request)
    drawn = printing.pdf(paper, size=printing.Size.A4, made_at=declared.declared_at)
    return phone.as_file(drawn, paper)


@csrf_exempt
def photo(request: HttpRequest) -> HttpResponse:
    """Keep a photo; the one file's reader is set before anything is read."""
    request.upload_handlers = [OneFile(request)]
    return _photo(request)


@require_POST
@csrf_protect
def _photo(request: HttpRequest) -> HttpResponse:
    declared = of_phone(request)
    if declared is None:
        return phone.nowhere(request)
    draft = declared.customer_return
    chosen = OrderLine.objects.filter(return_lines__customer_return=draft)
    line = chosen.filter(pk=_number(request.POST.get("line", ""))).first()
    if line is None:
        return phone.nowhere(request)
    try:
        given = [file for file in request.FILES.getlist("photo") if file.size]
        if not given:
            raise nothing_read(request)
        photos.add(draft=draft, order_line=line, content=given[0].read(), clerk=None, at=now())
    except Refused as refusal:
        return _shown(request, refusal)
    return redirect("orders:phone_declared")


def of_phone(request: HttpRequest) -> Declaration | None:
    """Return what this phone declared in the session of its receipt, None when that is over."""
    slip = phone.of_session(request)
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=phone.LASTS)
    if slip is None or slip.order is None or not kept:
        return None
    # Another receipt's session opens nothing of this one's.
    slip_id, _, draft_id = kept.partition(":")
    if slip_id != str(slip.pk):
        return None
    return declarations.of_home(order=slip.order, draft_id=UUID(draft_id), at=now())


def remembered(answer: HttpResponse, slip: Slip, declared: Declaration) -> HttpResponse:
    """Return the answer with which the phone finds its declaration again."""
    return phone.with_cookie(answer, COOKIE, f"{slip.pk}:{declared.customer_return_id}", SALT)


def _asked(
    request: HttpRequest, slip: Slip, form: PreparedForm, problem: Refused | None = None
) -> HttpResponse:
    shown = {
        "slip": slip,
        "form": form,
        "reasons": prospects.REASONS.items(),
        "conditions": prospects.CONDITIONS.items(),
        "problem": problem.sentence if problem else "",
        "may_choose": any(row.offer.is_open for row in form.rows),
    }
    status = problem.status if problem else 422 if any(row.wrong for row in form.rows) else 200
    return render(request, "orders/phone_return.html", shown, status=status)


def _looked(request: HttpRequest, slip: Slip, form: PreparedForm) -> HttpResponse:
    prospect = _prospect(slip, form)
    if isinstance(prospect, Refused):
        return _asked(request, slip, form, prospect)
    form.refuse(prospect.wrong)
    if prospect.wrong:
        return _asked(request, slip, form)
    shown = {"slip": slip, "form": form, "prospect": prospect, "key": secrets.token_urlsafe(16)}
    return render(request, "orders/phone_prospect.html", shown)


def _prospect(slip: Slip, form: PreparedForm) -> Prospect | Refused:
    if slip.order is None:
        raise ValueError("a slip of no purchase")
    try:
        return prospects.of(order=slip.order, choices=form.choices, is_gift=slip.is_gift, now=now())
    except Refused as refusal:
        return refusal


def _is_ready(prospect: Prospect) -> bool:
    return bool(prospect.declared) and not prospect.wrong


def _shown(request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
    declared = of_phone(request)
    paper = _paper(declared)
    if declared is None or paper is None:
        return phone.nowhere(request)
    draft = declared.customer_return
    lines = draft.lines.select_related("product").order_by("position")
    taken: Counter[int | None] = Counter(draft.photos.values_list("order_line", flat=True))
    shown = {
        "declared": declared,
        "paper": paper,
        "lines": [(line, taken[line.order_line_id]) for line in lines],
        "most": photos.MOST_EACH,
        # Who withdraws proves nothing by photos.
        "may_show": declared.opened_at is None and not hasattr(draft, "withdrawal"),
        "problem": problem.sentence if problem else "",
        "language": get_language(),
    }
    status = problem.status if problem else 200
    return render(request, "orders/phone_declared.html", shown, status=status)


def _paper(declared: Declaration | None) -> Paper | None:
    try:
        if declared is None:
            return None
        withdrawal = getattr(declared.customer_return, "withdrawal", None)
        if withdrawal is not None:
            return papers.of_withdrawal(withdrawal, declared)
        return papers.of_declared(declared)
    except slips.KeyGone:
        return None


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
