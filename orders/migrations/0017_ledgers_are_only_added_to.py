from django.db import migrations

from omnistore.appendonly import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0016_replacements_leave_return_lines")]

    operations = [
        append_only("orders_creditentry", "orders_reviewentry", "orders_stockmovement"),
    ]
