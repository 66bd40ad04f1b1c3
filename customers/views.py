"""Pages that a customer opens by a link, without anybody having signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from customers import unsubscribing


# The link itself is the proof: mail programs post without a cookie (RFC 8058).
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to refuse further messages; a POST refuses them."""
    message = unsubscribing.message_of(token)
    is_done = request.method == "POST"
    if message and is_done:
        unsubscribing.unsubscribe(message, at=now())
    with translation.override(message.language if message else get_language()):
        shown = {"message": message, "is_done": is_done}
        status = 200 if message else 404
        answer = render(request, "customers/unsubscribe.html", shown, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
