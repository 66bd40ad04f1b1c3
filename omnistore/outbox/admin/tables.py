"""Head office: what happened, what is on its way, and what each system was told of whom."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from omnistore.errors import Refused
from omnistore.headoffice import ReadOnly, ReadOnlyRows
from omnistore.outbox import deliveries
from omnistore.outbox.admin.pages import CHANGE_RIGHT, note
from omnistore.outbox.models import (
    Delivery,
    Event,
    Lane,
    Replay,
    Stream,
    Tally,
)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    id_lookups = ("pk", "event")
    number_lookup = "stream__key"
    search_help_text = gettext_lazy("Id of a delivery, event or customer, in full.")
    list_display = (
        *("message", "customer", "connection", "state", "attempts", "due_at"),
        *("last_status", "last_words", "delivered_at"),
    )
    list_filter = ("state", "connection")
    list_select_related = ("event", "connection")
    ordering = ("-pk",)
    actions = ("try_again",)

    def as_number(self, typed: str) -> str:
        return f"customer:{typed.lower()}"

    @admin.display(description=gettext_lazy("event"), ordering="event__name")
    def message(self, row: Delivery) -> str:
        return row.event.name

    @admin.display(description=gettext_lazy("customer"))
    def customer(self, row: Delivery) -> str:
        return str(row.event.customer_id or "-")[:8]

    def has_try_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE_RIGHT)

    @admin.action(description=gettext_lazy("Try again now"), permissions=["try"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        tried = 0
        for delivery in chosen:
            try:
                deliveries.try_again(delivery=delivery, at=now())
                note(
                    request,
                    delivery.connection,
                    _("Message %(id)s tried again.") % {"id": delivery.pk},
                )
                tried += 1
            except Refused as refusal:
                self.message_user(request, f"{delivery}: {refusal.sentence}", messages.WARNING)
        words = ngettext(
            "%(count)s message is sent now.", "%(count)s messages are sent now.", tried
        )
        self.message_user(request, words % {"count": tried})


class DeliveryRows(ReadOnlyRows):
    model = Delivery
    fields = ("connection", "state", "attempts", "due_at", "last_status", "last_words")
    readonly_fields = fields
    show_change_link = True


@admin.register(Event)
class EventAdmin(ReadOnly):
    id_lookups = ("pk", "customer_id")
    search_help_text = gettext_lazy("Id of an event or a customer, in full.")
    list_display = ("name", "customer_id", "sequence", "happened_at", "recorded_at", "relayed_at")
    list_filter = ("happened_at",)
    list_select_related = ("stream",)
    ordering = ("-recorded_at",)
    inlines = (DeliveryRows,)


@admin.register(Stream)
class StreamAdmin(ReadOnly):
    number_lookup = "key"
    list_display = ("key", "last_sequence")
    ordering = ("key",)


@admin.register(Lane)
class LaneAdmin(ReadOnly):
    """What each system was told of each customer, and whose ledger is held."""

    number_lookup = "stream__key"
    list_display = ("stream", "connection", "is_held", "due_at", "told_at")
    list_filter = ("is_held", "connection")
    list_select_related = ("stream", "connection")
    exclude = ("lease",)
    ordering = ("-is_held", "-pk")


@admin.register(Replay)
class ReplayAdmin(ReadOnly):
    list_display = ("connection", "start_at", "end_at", "customer_id", "events", "done_at")
    list_select_related = ("connection",)
    ordering = ("-pk",)


@admin.register(Tally)
class TallyAdmin(ReadOnly):
    list_display = ("connection", "minute", "bucket", "count")
    list_select_related = ("connection",)
    ordering = ("-minute", "bucket")
