from django.db import migrations, models
from django.utils.timezone import now
import django.db.models.deletion


class Migration(migrations.Migration):
    """Deliveries know their place in the stream and when to give up; connections can be held."""

    dependencies = [("outbox", "0001_the_whole_model")]

    operations = [
        migrations.RemoveIndex(model_name="event", name="outbox_events_to_relay"),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("relayed_at__isnull", True)),
                fields=["stream", "sequence"],
                name="outbox_events_to_relay",
            ),
        ),
        migrations.AlterField(
            model_name="connection",
            name="state",
            field=models.CharField(
                choices=[
                    ("RUNNING", "running"),
                    ("HELD", "held: the receiver does not answer"),
                    ("PAUSED", "paused by head office"),
                    ("REFUSED", "paused: the receiver refuses us"),
                ],
                default="RUNNING",
                max_length=8,
                verbose_name="state",
            ),
        ),
        migrations.AddField(
            model_name="connection",
            name="failures",
            field=models.PositiveIntegerField(default=0, verbose_name="failures in a row"),
        ),
        migrations.AddField(
            model_name="connection",
            name="probe_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked again"),
        ),
        # Nothing made deliveries before this migration: the defaults fill no row.
        migrations.AddField(
            model_name="delivery",
            name="stream",
            field=models.ForeignKey(
                default=0,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outbox.stream",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="sequence",
            field=models.BigIntegerField(default=0, verbose_name="sequence"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="expires_at",
            field=models.DateTimeField(default=now, verbose_name="given up after"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "WAITING")),
                fields=["connection", "stream", "sequence"],
                name="outbox_deliveries_in_order",
            ),
        ),
    ]
