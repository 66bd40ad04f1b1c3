"""Head office at a customer's rows: every look is noted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from omnistore.audit import looks
from omnistore.audit.models import Look
from omnistore.headoffice import FoundByNumber


class NotesLooks(FoundByNumber):
    """Every page opened on a person, or on something of his, is noted in the audit."""

    def people_of(self, row: Any) -> list[UUID]:
        """Return the customers whom this row tells about."""
        return [row.customer_id] if row.customer_id else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None and (people := self.people_of(row)):
            note(request, people, Look.Reason.ADMIN)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().history_view(request, object_id, extra_context)
        row = self.get_object(request, unquote(object_id))
        if row is not None and (people := self.people_of(row)):
            note(request, people, Look.Reason.ADMIN)
        return answer

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        """Log the change without the person's name."""
        return LogEntry.objects.create(
            user_id=request.user.pk or 0,
            content_type=ContentType.objects.get_for_model(obj),
            object_id=obj.pk,
            object_repr=f"{self.opts.verbose_name} {str(obj.pk)[:8]}",
            action_flag=CHANGE,
            change_message=message,
        )


def note(request: HttpRequest, customer_ids: Sequence[UUID], reason: Look.Reason) -> None:
    """Note that this user of head office saw the customers."""
    watcher = looks.Watcher(Look.Actor.USER, request.user.pk or 0)
    looks.note(watcher=watcher, customer_ids=customer_ids, reason=reason, at=now())
