"""
The receipt on the customer's phone: no account, no e-mail, no clerk.

The square on the tablet holds the code behind a #, which browsers send to nobody. The page posts
it once and gets a short session of its own; from then on no address and no page names the slip.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from omnistore.errors import Refused
from orders import papers, printing, slips, withdrawals
from orders.models import Slip
from orders.papers import Paper

COOKIE = "omnistore_receipt"
SALT = "orders.views.phone"
PATH = "/receipt/"
# Seconds that a phone may read on before it scans again: it may be lent, or sold.
LASTS = 600


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code; trade it for a session. A page that is only fetched does nothing."""
    if request.method != "POST":
        return render(request, "orders/phone.html")
    try:
        slip = slips.read(code=request.POST.get("code", "")[:512], at=now())
    except slips.UnknownCode:
        return nowhere(request)
    return _with_session(redirect("orders:phone_paper"), slip)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the slip of this session."""
    slip = of_session(request)
    paper = _paper(request, slip)
    if slip is None or paper is None:
        return nowhere(request)
    shown = {
        "slip": slip,
        "paper": paper,
        "language": get_language(),
        "may_withdraw": _may_withdraw(slip),
    }
    return render(request, "orders/phone_paper.html", shown)


@require_safe
def pdf(request: HttpRequest) -> HttpResponse:
    """Answer with the slip of this session as a PDF."""
    slip = of_session(request)
    paper = _paper(request, slip)
    if slip is None or paper is None:
        return nowhere(request)
    return as_file(printing.pdf(paper, size=printing.Size.A4, made_at=slip.made_at), paper)


@require_POST
def give(request: HttpRequest) -> HttpResponse:
    """
    Turn this session into that of the gift receipt.

    Whoever is handed the phone then finds no way back to a price (rules.md 1.8).
    """
    slip = of_session(request)
    if slip is None or slip.order is None:
        return nowhere(request)
    try:
        gift = slips.gift_of(order=slip.order, at=now())
    except Refused as refusal:
        return render(request, "orders/phone.html", {"problem": refusal.sentence}, status=409)
    return _with_session(redirect("orders:phone_paper"), gift)


def of_session(request: HttpRequest) -> Slip | None:
    """Return the slip of the phone's session, None when there is none or it is over."""
    slip_id = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LASTS)
    if not slip_id:
        return None
    rows = Slip.objects.select_related("order__store", "customer_return__store")
    return rows.filter(pk=slip_id, expires_at__gt=now()).first()


def _may_withdraw(slip: Slip) -> bool:
    """Whether its buyer, and no one who was given it, may withdraw from the contract."""
    if slip.order is None or not slip.is_receipt:
        return False
    return bool(withdrawals.open_lines(slip.order, at=now()))


def _paper(request: HttpRequest, slip: Slip | None) -> Paper | None:
    """Return what stands on the slip, None when it cannot be shown any more."""
    if slip is None:
        return None
    opens_at = request.build_absolute_uri(slips.ON_PHONE)
    try:
        return papers.of(slip, store=None, now=now(), opens_at=opens_at)
    except slips.KeyGone:
        return None


def with_cookie(answer: HttpResponse, name: str, value: str, salt: str) -> HttpResponse:
    """Return the answer with what the phone keeps for its ten minutes, for these pages only."""
    answer.set_signed_cookie(
        name,
        value,
        salt=salt,
        max_age=LASTS,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def as_file(drawn: bytes, paper: Paper) -> HttpResponse:
    """Return the PDF as a file that the phone keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{paper.file_name}.pdf"'}
    return HttpResponse(drawn, content_type="application/pdf", headers=headers)


def _with_session(answer: HttpResponse, slip: Slip) -> HttpResponse:
    return with_cookie(answer, COOKIE, str(slip.pk), SALT)


def nowhere(request: HttpRequest) -> HttpResponse:
    """Give the one answer to what is forged, over, or of another purpose (rules.md 5.2)."""
    return render(request, "orders/phone.html", {"leads_nowhere": True}, status=404)
