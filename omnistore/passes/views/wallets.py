"""The customer's card in the wallet of his phone: the number alone, never a code of the pass."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from omnistore.passes import apple, google, holders, showing
from omnistore.phone.http import phone_page


@require_safe
@phone_page
def apple_wallet(request: HttpRequest) -> HttpResponse:
    """Answer with the card as a file that the phone takes into its wallet."""
    carried = holders.holder(request, at=now())
    if carried is None:
        return redirect("passes:show")
    number = showing.card_number(carried.customer)
    if not (number and apple.is_on()):
        raise Http404
    named = {"Content-Disposition": 'attachment; filename="card.pkpass"'}
    card = apple.card_of(carried, number)
    return HttpResponse(card, content_type=apple.CONTENT_TYPE, headers=named)


@require_safe
@phone_page
def google_wallet(request: HttpRequest) -> HttpResponse:
    """Lead to Google, which offers to keep the card."""
    moment = now()
    carried = holders.holder(request, at=moment)
    if carried is None:
        return redirect("passes:show")
    number = showing.card_number(carried.customer)
    if not (number and google.is_on()):
        raise Http404
    # The page's policy holds on the way: Google does not hear from where.
    return HttpResponseRedirect(google.link(carried, number, at=moment))
