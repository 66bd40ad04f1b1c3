"""Approvals beforehand: given and taken back by the verbs, never edited."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from omnistore.errors import Refused
from orders import grants
from orders.admin.credit import AddByVerb
from orders.models import Allowance
from stores.models import User


@admin.register(Allowance)
class AllowanceAdmin(AddByVerb):
    id_lookups = ("pk", "order_id")
    number_lookup = "order__number__iexact"
    raw_id_fields = ("order", "order_line")
    list_display = ("id", "order", "order_line", "given_by", "until", "used_in", "revoked_at")
    list_filter = ("given_at",)
    list_select_related = ("order", "order_line", "given_by", "used_in")
    ordering = ("-given_at",)
    actions = ("revoke",)

    def get_fields(self, request: HttpRequest, obj: Allowance | None = None) -> Any:
        asked = ("order", "order_line", "words", "until")
        return (
            (*asked, "given_by", "given_at", "used_in", "used_at", "revoked_at") if obj else asked
        )

    def save_model(self, request: HttpRequest, obj: Allowance, form: Any, change: bool) -> None:
        made = grants.allow(
            order=obj.order,
            order_line=obj.order_line,
            words=obj.words,
            until=obj.until,
            user=cast(User, request.user),
            at=now(),
        )
        obj.pk = made.pk

    @admin.action(description=gettext_lazy("Take back"), permissions=["add"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[Allowance]) -> None:
        try:
            for allowance in chosen:
                grants.revoke(allowance=allowance, at=now())
        except Refused as refusal:
            self.message_user(request, refusal.sentence, messages.ERROR)
        else:
            self.message_user(request, _("Taken back."))
