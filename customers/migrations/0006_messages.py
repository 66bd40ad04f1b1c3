import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import omnistore.tokens


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_one_time_codes")]

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("address", omnistore.tokens.SealedField(blank=True, editable=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("CODE", "one-time code"),
                            ("RECEIPT", "receipt"),
                            ("ACKNOWLEDGED", "acknowledgement"),
                            ("MARKETING", "offers and news"),
                        ],
                        max_length=12,
                        verbose_name="what for",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("SMS", "SMS")],
                        max_length=5,
                        verbose_name="channel",
                    ),
                ),
                ("language", models.CharField(max_length=2, verbose_name="language")),
                ("template", models.CharField(max_length=40, verbose_name="template")),
                (
                    "variables",
                    omnistore.tokens.SealedJSONField(
                        blank=True, default=dict, editable=False, verbose_name="content"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waits"),
                            ("SENT", "sent"),
                            ("DROPPED", "not needed any more"),
                            ("FAILED", "given up"),
                        ],
                        default="WAITING",
                        max_length=7,
                        verbose_name="state",
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=40, verbose_name="failure")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease", models.UUIDField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(verbose_name="written")),
                ("next_at", models.DateTimeField(verbose_name="next attempt")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "indexes": [
                    models.Index(
                        condition=Q(state="WAITING"),
                        fields=["next_at"],
                        name="customers_messages_due",
                    ),
                    models.Index(fields=["lease"], name="customers_messages_leased"),
                    models.Index(fields=["created_at"], name="customers_messages_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(state="WAITING") | Q(customer__isnull=False) | ~Q(address=""),
                        name="customers_message_goes_somewhere",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="WAITING") | Q(address="", variables=""),
                        name="customers_message_that_ended_is_empty",
                    ),
                    models.CheckConstraint(
                        condition=~Q(purpose="MARKETING") | Q(customer__isnull=False),
                        name="customers_prospecting_has_a_person_to_ask",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="SENT") | Q(sent_at__isnull=False),
                        name="customers_message_sent_has_its_time",
                    ),
                ],
            },
        ),
    ]
