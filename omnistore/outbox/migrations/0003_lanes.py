import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils.timezone import now

import omnistore.tokens


class Migration(migrations.Migration):
    """What a connection hears of a customer is leased as a whole; connections can do more."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("outbox", "0002_order_and_holding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("is_held", models.BooleanField(default=False, verbose_name="held")),
                ("told_at", models.DateTimeField(null=True, verbose_name="first told")),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lanes",
                        to="outbox.connection",
                    ),
                ),
                (
                    "stream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lanes",
                        to="outbox.stream",
                    ),
                ),
            ],
            options={"verbose_name": "lane", "verbose_name_plural": "lanes"},
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(
                fields=("connection", "stream"), name="outbox_one_lane_each"
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["connection", "due_at"],
                name="outbox_lanes_due",
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("is_held", True)),
                fields=["connection"],
                name="outbox_lanes_held",
            ),
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("minute", models.DateTimeField(verbose_name="minute")),
                ("bucket", models.SmallIntegerField(verbose_name="step")),
                ("count", models.PositiveIntegerField(verbose_name="number")),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="outbox.connection",
                    ),
                ),
            ],
            options={"verbose_name": "tally", "verbose_name_plural": "tallies"},
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                fields=("connection", "minute", "bucket"), name="outbox_one_tally_each"
            ),
        ),
        migrations.CreateModel(
            name="Replay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_id", models.UUIDField(blank=True, null=True, verbose_name="customer")),
                ("start_at", models.DateTimeField(blank=True, null=True, verbose_name="from")),
                ("end_at", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("reached_at", models.DateTimeField(editable=False, null=True)),
                ("reached_id", models.UUIDField(editable=False, null=True)),
                ("events", models.PositiveIntegerField(default=0, verbose_name="events")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replays",
                        to="outbox.connection",
                    ),
                ),
            ],
            options={"verbose_name": "replay", "verbose_name_plural": "replays"},
        ),
        # --- events ------------------------------------------------------------------------------
        migrations.AddField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("LEDGER", "ledger: in order"),
                    ("STATE", "state: the newest counts"),
                    ("ERASURE", "erasure"),
                ],
                db_default="LEDGER",
                default="LEDGER",
                max_length=7,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="topic",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=80, verbose_name="topic"
            ),
        ),
        # --- connections -------------------------------------------------------------------------
        migrations.AddField(
            model_name="connection",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("SERVICE", "orders, returns and after-sales"),
                    ("MARKETING", "offers and news, with consent"),
                ],
                db_default="MARKETING",
                default="MARKETING",
                max_length=9,
                verbose_name="purpose",
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="options",
            field=models.JSONField(blank=True, default=dict, verbose_name="options"),
        ),
        migrations.AddField(
            model_name="connection",
            name="credentials",
            field=omnistore.tokens.SealedJSONField(
                blank=True, default=dict, verbose_name="credentials"
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="old_secret",
            field=omnistore.tokens.SealedField(
                blank=True, default="", verbose_name="secret before"
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="old_credentials",
            field=omnistore.tokens.SealedJSONField(
                blank=True, default=dict, verbose_name="credentials before"
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="old_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="old ones valid until"),
        ),
        migrations.AddField(
            model_name="connection",
            name="told_state",
            field=models.CharField(blank=True, default="", editable=False, max_length=8),
        ),
        migrations.AddField(
            model_name="connection",
            name="window_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="connection",
            name="window_answers",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="window_failures",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="paused_seconds",
            field=models.FloatField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="next_call_at",
            field=models.FloatField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="probes",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="connection",
            name="last_error",
            field=models.CharField(
                blank=True, default="", max_length=500, verbose_name="last error"
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="stream",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="outbox.stream",
            ),
        ),
        # --- deliveries --------------------------------------------------------------------------
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(
                choices=[
                    ("WAITING", "waiting"),
                    ("DELIVERED", "delivered"),
                    ("DEAD", "given up"),
                    ("REPLACED", "replaced by a newer one"),
                    ("SKIPPED", "skipped by head office"),
                ],
                default="WAITING",
                max_length=9,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_ledger",
            field=models.BooleanField(db_default=True, default=True, verbose_name="in order"),
        ),
        migrations.AddField(
            model_name="delivery",
            name="skipped_because",
            field=models.CharField(
                blank=True, default="", max_length=200, verbose_name="skipped because"
            ),
        ),
        # The next migration puts the time there at which each was made.
        migrations.AddField(
            model_name="delivery",
            name="fresh_at",
            field=models.DateTimeField(default=now, verbose_name="fresh"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="paused_before",
            field=models.FloatField(default=0, editable=False),
        ),
        migrations.RemoveIndex(model_name="delivery", name="outbox_deliveries_due"),
        migrations.RemoveIndex(model_name="delivery", name="outbox_deliveries_in_order"),
        migrations.RemoveIndex(model_name="delivery", name="outbox_deliveries_by_state"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "WAITING")),
                fields=["connection", "stream", "is_ledger", "sequence"],
                name="outbox_deliveries_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["WAITING", "DEAD"])),
                fields=["connection", "state", "created_at"],
                name="outbox_deliveries_open",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="event",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outbox.event",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="connection",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outbox.connection",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="stream",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outbox.stream",
            ),
        ),
        migrations.RemoveField(model_name="delivery", name="lease"),
        migrations.RemoveField(model_name="delivery", name="leased_until"),
        # Empty on the way back: a sender of before gives nothing up that has no such time.
        migrations.AlterField(
            model_name="delivery",
            name="expires_at",
            field=models.DateTimeField(null=True, verbose_name="given up after"),
        ),
    ]
