"""Head office: which record over there is which of our rows, and what other systems propose."""

from django.contrib import admin

from omnistore.crm.models import Link, MergeProposal
from omnistore.headoffice import ReadOnly


@admin.register(Link)
class LinkAdmin(ReadOnly):
    id_lookups = ("pk", "local_id")
    list_display = ("local_id", "kind", "connection", "remote_id", "linked_at")
    list_filter = ("kind", "connection")
    list_select_related = ("connection",)
    ordering = ("-pk",)


@admin.register(MergeProposal)
class MergeProposalAdmin(ReadOnly):
    id_lookups = ("pk", "kept_id", "merged_id")
    list_display = ("id", "connection", "kept_id", "merged_id", "state", "proposed_at")
    list_filter = ("state", "connection")
    list_select_related = ("connection",)
    ordering = ("state", "-pk")
