from datetime import timedelta

from django.db import migrations
from django.db.models import F

MAX_AGE = timedelta(hours=72)
STATES = ("customers.", "orders.cart.")


def open_lanes(apps, schema_editor):
    """One lane for each customer a connection was told of, or has something waiting for."""
    Delivery = apps.get_model("outbox", "Delivery")
    Lane = apps.get_model("outbox", "Lane")
    Event = apps.get_model("outbox", "Event")
    for beginning in STATES:
        Event.objects.filter(name__startswith=beginning).update(kind="STATE")
    Delivery.objects.filter(event__kind="STATE").update(is_ledger=False)
    Delivery.objects.update(fresh_at=F("created_at"))
    pairs = Delivery.objects.values_list("connection_id", "stream_id").distinct()
    Lane.objects.bulk_create(
        (
            Lane(connection_id=connection, stream_id=stream)
            for connection, stream in pairs.iterator()
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
    for lane in Lane.objects.iterator():
        of_lane = Delivery.objects.filter(connection=lane.connection_id, stream=lane.stream_id)
        lane.told_at = (
            of_lane.filter(state="DELIVERED")
            .order_by("delivered_at")
            .values_list("delivered_at", flat=True)
            .first()
        )
        lane.due_at = (
            of_lane.filter(state="WAITING")
            .order_by("due_at")
            .values_list("due_at", flat=True)
            .first()
        )
        lane.save(update_fields=["told_at", "due_at"])


def close_lanes(apps, schema_editor):
    """Deliveries carry their own time again; what this version alone knows counts as given up."""
    Delivery = apps.get_model("outbox", "Delivery")
    Delivery.objects.update(expires_at=F("fresh_at") + MAX_AGE)
    Delivery.objects.filter(state__in=["REPLACED", "SKIPPED"]).update(state="DEAD")
    apps.get_model("outbox", "Lane").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_lanes")]

    operations = [migrations.RunPython(open_lanes, close_lanes)]
