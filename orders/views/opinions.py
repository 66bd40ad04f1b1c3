"""How it was: the customer's own page, and what the store reads of it on the tablet."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from orders import opinions, reviews
from orders.forms import OpinionForm
from orders.models import Opinion
from stores.http import ClerkRequest, clerk_required, screen

# So many are shown; what is to be read comes first.
MOST = 50


# The code is the proof: the page sets no cookie, and a mail's own browser may keep none.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the one question; a POST answers it, and looking at it does nothing."""
    asked, moment = opinions.find(code), now()
    if asked is None:
        return _nowhere(request)
    form = OpinionForm(request.POST if request.method == "POST" else None, asked=asked)
    if form.is_bound and form.is_valid():
        try:
            opinions.answer(asked=asked, **form.said, at=moment)
        except opinions.NoSuchLink:
            return _nowhere(request)
        return _guarded(redirect("orders:opinion_thanks", asked.customer.language))
    if not opinions.is_open(asked, at=moment):
        return _nowhere(request)
    return _question(request, asked, form)


@require_GET
def thanks(request: HttpRequest, language: str) -> HttpResponse:
    """Say thank you; the address knows nothing but the language."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return _guarded(render(request, "orders/opinion_thanks.html"))


@require_GET
@clerk_required
def index(request: ClerkRequest) -> HttpResponse:
    """Show what customers said of the store lately, what is to be read first."""
    store, moment = request.tablet.store, now()
    said = list(opinions.for_store(store, at=moment)[:MOST])
    shown = {
        "to_read": [one for one in said if one.rank < 2],
        "others": [one for one in said if one.rank == 2],
        "figures": opinions.figures(opinions.for_store(store, at=moment)),
        "count": reviews.waiting_in(store, now=moment).count(),
    }
    return screen(request, "orders/opinions.html", shown)


@require_POST
@clerk_required
def read(request: ClerkRequest, opinion_id: UUID) -> HttpResponse:
    """Note that the store has read it."""
    opinions.read(opinion_id=opinion_id, store=request.tablet.store, clerk=request.clerk, at=now())
    return redirect("orders:opinions")


def _question(request: HttpRequest, asked: Opinion, form: OpinionForm) -> HttpResponse:
    with translation.override(asked.customer.language):
        shown = {
            "asked": asked,
            "form": form,
            "may_be_called": opinions.may_be_called(asked.customer),
        }
        status = 422 if form.is_bound else 200
        return _guarded(render(request, "orders/opinion.html", shown, status=status))


def _nowhere(request: HttpRequest) -> HttpResponse:
    """Say the same to whoever comes by a link that does not hold, whatever is wrong with it."""
    # Not in the language of whose it was: that would tell that it was somebody's.
    with translation.override(translation.get_language_from_request(request)):
        answered = render(request, "orders/opinion_nowhere.html", status=404)
    return _guarded(answered)


def _guarded(answered: HttpResponse) -> HttpResponse:
    answered["Referrer-Policy"] = "no-referrer"
    return answered
