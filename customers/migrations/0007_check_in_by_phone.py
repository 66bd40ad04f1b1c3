import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0006_messages"),
        ("stores", "0006_browsers_can_be_woken"),
    ]

    operations = [
        migrations.CreateModel(
            name="KnownPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "secret_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash"
                    ),
                ),
                ("known_at", models.DateTimeField(verbose_name="known since")),
                ("used_at", models.DateTimeField(verbose_name="last used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="known_phones",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "known phone",
                "verbose_name_plural": "known phones",
            },
        ),
        migrations.CreateModel(
            name="PhoneSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "secret_hash",
                    models.CharField(
                        editable=False, max_length=64, unique=True, verbose_name="hash"
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="begun")),
                ("expires_at", models.DateTimeField(verbose_name="until")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "register",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.register",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone at a register",
                "verbose_name_plural": "phones at registers",
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("KNOWN", "known phone"),
                            ("ONE_TIME", "one-time code"),
                            ("JOINED", "joined by phone"),
                        ],
                        max_length=8,
                        verbose_name="by",
                    ),
                ),
                ("is_unsure", models.BooleanField(default=False, verbose_name="unsure")),
                ("digits", models.CharField(max_length=2, verbose_name="two digits")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "waiting"),
                            ("SERVED", "served"),
                            ("WITHDRAWN", "withdrawn by the customer"),
                            ("EXPIRED", "nobody came"),
                        ],
                        default="OPEN",
                        editable=False,
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("announced_at", models.DateTimeField(verbose_name="announced")),
                ("expires_at", models.DateTimeField(verbose_name="until")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                (
                    "clerk",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.clerk",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="customers.customer",
                    ),
                ),
                (
                    "register",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="stores.register",
                    ),
                ),
                (
                    "tablet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.tablet",
                    ),
                ),
            ],
            options={
                "verbose_name": "check-in",
                "verbose_name_plural": "check-ins",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OPEN")),
                        fields=["register", "announced_at"],
                        name="customers_open_check_ins",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("register", "customer"),
                        name="customers_one_open_check_in",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "OPEN")),
                            models.Q(
                                models.Q(("state", "OPEN"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="customers_closed_check_in_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "SERVED"), _negated=True),
                            ("clerk__isnull", False),
                            _connector="OR",
                        ),
                        name="customers_served_check_in_has_its_clerk",
                    ),
                ],
            },
        ),
    ]
