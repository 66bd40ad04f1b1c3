"""Where a tablet learns how to hear at once that there is something to ask for."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from omnistore.hints import telling, tickets
from stores.http import ClerkRequest, clerk_watching

PATH = "/hints/"


@never_cache
@require_safe
@clerk_watching
def ticket(request: ClerkRequest) -> HttpResponse:
    """Answer with an address to listen at, good for a minute; 204 where nothing is passed on."""
    if not settings.OMNISTORE_HINTS:
        return HttpResponse(status=204)
    made = tickets.make(telling.store(request.tablet.store_id))
    return JsonResponse({"address": f"{PATH}?ticket={made}"})
