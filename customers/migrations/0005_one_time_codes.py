import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

import omnistore.tokens


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_points_are_only_added_to"),
        ("stores", "0006_browsers_can_be_woken"),
    ]

    operations = [
        migrations.CreateModel(
            name="CodesAsked",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("count", models.PositiveIntegerField(default=0, verbose_name="codes")),
                ("started_at", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "codes asked for",
                "verbose_name_plural": "codes asked for",
                "indexes": [models.Index(fields=["started_at"], name="customers_asked_by_age")],
            },
        ),
        migrations.CreateModel(
            name="OneTimeCode",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("CHECK_IN", "to be known at a register"),
                            ("MY_DATA", "to see one’s own data"),
                        ],
                        max_length=8,
                        verbose_name="what for",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("PHONE", "phone")],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("value", omnistore.tokens.SealedField(blank=True, editable=False)),
                (
                    "ticket_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash"
                    ),
                ),
                ("code_hash", models.CharField(editable=False, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("asked_at", models.DateTimeField(verbose_name="asked for")),
                ("expires_at", models.DateTimeField(verbose_name="good until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                (
                    "register",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.register",
                        verbose_name="register",
                    ),
                ),
            ],
            options={
                "verbose_name": "one-time code",
                "verbose_name_plural": "one-time codes",
                "indexes": [
                    models.Index(
                        condition=~Q(value=""),
                        fields=["expires_at"],
                        name="customers_codes_with_value",
                    ),
                    models.Index(fields=["asked_at"], name="customers_codes_by_age"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(used_at__isnull=True)
                        | Q(used_at__lt=F("expires_at"), value=""),
                        name="customers_used_code_was_good_and_keeps_no_value",
                    ),
                    models.CheckConstraint(
                        condition=Q(tries__lte=5), name="customers_code_has_five_tries"
                    ),
                ],
            },
        ),
    ]
