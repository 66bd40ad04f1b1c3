from django.db import migrations

from omnistore.appendonly import append_only, forward_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_the_journal")]

    operations = [
        append_only("orders_journalentry", "orders_journalclosing"),
        forward_only("orders_journalhead", "last_number", "closings"),
    ]
