"""Head office reads who looked at whom."""

from django.contrib import admin

from omnistore.audit.models import Look
from omnistore.headoffice import ReadOnly


@admin.register(Look)
class LookAdmin(ReadOnly):
    id_lookups = ("pk", "customer_id")
    list_display = ("at", "actor", "actor_id", "reason", "customer_id", "device_id")
    list_filter = ("actor", "reason", "at")
    ordering = ("-at",)
