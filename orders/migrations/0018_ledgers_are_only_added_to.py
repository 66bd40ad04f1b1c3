from django.db import migrations

from omnistore.appendonly import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0017_refunds_that_are_called_off")]

    operations = [
        append_only("orders_creditentry", "orders_reviewentry", "orders_stockmovement"),
    ]
