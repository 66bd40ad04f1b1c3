"""How refusals leave the API: RFC 9457 problem+json with a stable code and a clear sentence."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from omnistore.errors import Refused

CONTENT_TYPE = "application/problem+json"
# What Django answers by itself, outside any view of ours.
SENTENCES: dict[int, tuple[str, Promise]] = {
    400: ("bad_request", _("This request cannot be understood.")),
    403: ("permission_denied", _("This is not allowed.")),
    404: ("not_found", _("There is no such thing, or it is not for you.")),
    500: ("broken", _("Something broke on our side. Nothing was half done; try again.")),
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for what a view raised; None for a bug, which rises."""
    set_rollback()
    if isinstance(error, Refused):
        return problem(error.status, error.code, error.sentence, **error.extra)
    if isinstance(error, Http404):
        code, sentence = SENTENCES[404]
        return problem(404, code, str(sentence))
    if isinstance(error, exceptions.ValidationError):
        fields = list(_fields(error.detail))
        return problem(422, "invalid", str(_("Some fields are not right.")), fields=fields)
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, error.get_codes(), str(error.detail))
        if header := getattr(error, "auth_header", None):
            response.headers["WWW-Authenticate"] = header
        if wait := getattr(error, "wait", None):
            response.headers["Retry-After"] = str(int(wait))
        return response
    return None


def problem(status: int, code: Any, sentence: str, **extra: Any) -> Response:
    """Return the response; `code` is for programs, `detail` for people."""
    body = _body(status, code, sentence) | extra
    return Response(body, status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # The framework's own would read the body again that could not be read.
    return _page(request, 400) or HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403) or defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404) or defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, 500) or defaults.server_error(request)


def _page(request: HttpRequest, status: int) -> JsonResponse | None:
    """Return the problem for a request to the API that no view answered, None for any other."""
    if not request.path.startswith("/api/"):
        return None
    code, sentence = SENTENCES[status]
    body = _body(status, code, str(sentence))
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def _body(status: int, code: Any, sentence: str) -> dict[str, Any]:
    kind = f"urn:omnistore:problem:{code}"
    return {"type": kind, "status": status, "code": code, "detail": sentence}


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Yield each field that is not right, lines.0.quantity, with its code and its sentence."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            is_leaf = isinstance(inner, exceptions.ErrorDetail)
            yield from _fields(inner, path if is_leaf else f"{path}.{place}")
    else:
        # It may repeat what was sent, and half a character cannot be sent back.
        sentence = str(detail).encode(errors="backslashreplace").decode()
        yield {"field": path, "code": detail.code, "detail": sentence}
