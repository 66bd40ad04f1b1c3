"""Pages of a long list: by cursor, so that what arrives meanwhile shifts nothing."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from omnistore.errors import Refused


class BadCursor(Refused):
    status = 400
    code = "bad_cursor"
    words = _("This cursor is none of ours: begin again without it.")


class NewestFirst(CursorPagination):
    """
    Fifty at a time, newest first.

    A cursor that somebody made up reaches the database unchecked in the framework's own class.
    """

    page_size = 50
    ordering = ("-placed_at", "-pk")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValidationError, ValueError, OverflowError) as error:
            raise BadCursor() from error
