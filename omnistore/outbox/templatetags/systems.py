"""What every page of head office says about the systems we tell."""

from typing import Any

from django import template
from django.utils.timezone import now

from omnistore.outbox import alerts
from omnistore.outbox.admin.pages import VIEW
from omnistore.outbox.models import Connection

register = template.Library()


@register.inclusion_tag("admin/outbox/_trouble.html", takes_context=True)
def systems_in_trouble(context: Any) -> dict[str, Any]:
    """Name the systems that take nothing, to who may look into it; 1 query."""
    request = context.get("request")
    user = getattr(request, "user", None)
    may_see = user is not None and user.is_active and user.is_staff and user.has_perm(VIEW)
    found: list[Connection] = list(alerts.in_trouble(at=now())) if may_see else []
    return {"systems": found}
