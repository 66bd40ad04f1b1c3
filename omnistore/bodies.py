"""Bodies of requests to the API: JSON in UTF-8, of a size and depth that a program needs."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import BaseParser

from omnistore.errors import Refused


class BodyTooLarge(Refused):
    status = 413
    code = "body_too_large"
    words = _("The body of the request is too large.")


class NotJson(Refused):
    status = 400
    code = "parse_error"
    words = _("The body of the request is not JSON.")


class JsonParser(BaseParser):
    """
    Reads JSON and refuses what only breaks things.

    Unlike the framework's own it reads no more than `DATA_UPLOAD_MAX_MEMORY_SIZE`, takes UTF-8
    whatever the header claims, and answers a depth that no program writes with a plain no.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(largest + 1)
        if len(body) > largest:
            raise BodyTooLarge()
        try:
            return json.loads(body.decode(), parse_constant=_not_json)
        except (ValueError, RecursionError) as error:
            raise NotJson() from error


def _not_json(constant: str) -> None:
    raise NotJson()
