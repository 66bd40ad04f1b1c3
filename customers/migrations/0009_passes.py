import uuid

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import omnistore.tokens


class Migration(migrations.Migration):
    dependencies = [("customers", "0008_messages_ask_how_it_was")]

    operations = [
        migrations.AlterField(
            model_name="onetimecode",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("CHECK_IN", "to be known at a register"),
                    ("MY_DATA", "to see one’s own data"),
                    ("PASS", "to have one’s pass on a phone"),
                ],
                max_length=8,
                verbose_name="what for",
            ),
        ),
        migrations.CreateModel(
            name="Pass",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        editable=False, max_length=8, unique=True, verbose_name="number"
                    ),
                ),
                (
                    "secret",
                    omnistore.tokens.SealedField(blank=True, editable=False, verbose_name="secret"),
                ),
                (
                    "last_step",
                    models.PositiveBigIntegerField(
                        default=0, editable=False, verbose_name="last step"
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="passes",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "pass",
                "verbose_name_plural": "passes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(revoked_at__isnull=True),
                        fields=("customer",),
                        name="customers_one_pass_in_force",
                    ),
                    models.CheckConstraint(
                        condition=Q(revoked_at__isnull=True) | Q(secret=""),
                        name="customers_revoked_pass_keeps_no_secret",
                    ),
                ],
            },
        ),
    ]
