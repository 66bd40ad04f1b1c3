"""How refusals leave the API: RFC 9457 problem+json with a stable code and a clear sentence."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from omnistore.errors import Refused

CONTENT_TYPE = "application/problem+json"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for what a view raised; None for a bug, which rises."""
    set_rollback()
    if isinstance(error, Refused):
        return problem(error.status, error.code, error.sentence, **error.extra)
    if isinstance(error, Http404):
        return problem(404, "not_found", _("There is no such thing, or it is not for you."))
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "invalid", _("Some fields are not right."), fields=error.detail)
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, error.get_codes(), str(error.detail))
        if header := getattr(error, "auth_header", None):
            response.headers["WWW-Authenticate"] = header
        return response
    return None


def problem(status: int, code: Any, sentence: str, **extra: Any) -> Response:
    """Return the response; `code` is for programs, `detail` for people."""
    body = {"type": f"about:blank#{code}", "status": status, "code": code, "detail": sentence}
    return Response(body | extra, status=status, content_type=CONTENT_TYPE)
