"""Head office: the systems we tell, how they are doing, what waits for them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from omnistore.errors import Refused
from omnistore.headoffice import ReadOnly, ReadOnlyRows, WithSecret
from omnistore.outbox import connections, deliveries
from omnistore.outbox.models import (
    Connection,
    Delivery,
    Event,
    Lane,
    Replay,
    Stream,
    Tally,
)


class ConnectionForm(forms.ModelForm[Connection]):
    """Where a system listens and what it wants to hear; its secret is made here, never typed."""

    url = forms.URLField(label=gettext_lazy("address"), max_length=500, assume_scheme="https")
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"),
        choices=lambda: [(kind, kind) for kind in settings.OMNISTORE_CONNECTORS],
    )

    class Meta:
        model = Connection
        fields = ("name", "kind", "url", "wants")

    def clean_wants(self) -> list[str]:
        wants = self.cleaned_data["wants"] or []
        if not isinstance(wants, list) or not all(isinstance(wish, str) for wish in wants):
            raise ValidationError(_('Give a list of names: ["orders.*"].'))
        return wants


@admin.register(Connection)
class ConnectionAdmin(WithSecret):
    form = ConnectionForm
    list_display = (
        *("name", "state", "backlog", "oldest", "given_up"),
        *("last_success_at", "last_failure_at"),
    )
    list_filter = ("state", "kind")
    readonly_fields = (
        *("state", "state_reason", "state_at", "failures", "probe_at"),
        *("backlog", "oldest", "given_up", "last_success_at", "last_failure_at", "created_at"),
    )
    ordering = ("name",)
    actions = ("pause", "resume", "renew_secret")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        return connections.at_a_glance()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    @admin.display(description=gettext_lazy("waiting"))
    def backlog(self, row: Any) -> int:
        return int(row.waiting)

    @admin.display(description=gettext_lazy("oldest waiting"))
    def oldest(self, row: Any) -> Any:
        return row.oldest_at

    @admin.display(description=gettext_lazy("given up"))
    def given_up(self, row: Any) -> int:
        return int(row.dead)

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        if not change:
            obj.secret = connections.new_secret()
            obj.state_at = now()
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Connection, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.shown_once(request, obj, obj.secret)

    @admin.action(
        description=gettext_lazy("Pause: keep what happens, send nothing"), permissions=["change"]
    )
    def pause(self, request: HttpRequest, chosen: QuerySet[Connection]) -> None:
        for connection in chosen:
            reason = _("by %(user)s") % {"user": request.user}
            connections.pause(connection=connection, reason=reason, at=now())

    @admin.action(description=gettext_lazy("Resume: send what waits"), permissions=["change"])
    def resume(self, request: HttpRequest, chosen: QuerySet[Connection]) -> None:
        for connection in chosen:
            connections.resume(connection=connection, at=now())

    @admin.action(description=gettext_lazy("Make a new secret"), permissions=["change"])
    def renew_secret(
        self, request: HttpRequest, chosen: QuerySet[Connection]
    ) -> HttpResponse | None:
        if len(chosen) != 1:
            self.message_user(request, _("Choose one connection."), messages.ERROR)
            return None
        secret = connections.renew_secret(connection=chosen[0], at=now())
        return self.shown_once(request, chosen[0], secret)


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
        return request.user.has_perm("outbox.change_delivery")

    @admin.action(description=gettext_lazy("Try again now"), permissions=["try"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        tried = 0
        for delivery in chosen:
            try:
                deliveries.try_again(delivery=delivery, at=now())
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
