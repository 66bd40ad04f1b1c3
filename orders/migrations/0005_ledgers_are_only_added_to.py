from django.db import migrations

from omnistore.appendonly import append_only, forward_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_replacements_are_rows")]

    operations = [
        migrations.RemoveField(model_name="returnline", name="replacement"),
        migrations.DeleteModel(name="ExchangeLine"),
        append_only(
            "orders_creditentry",
            "orders_journalclosing",
            "orders_journalentry",
            "orders_reviewentry",
            "orders_stockmovement",
        ),
        forward_only("orders_journalhead", "last_number", "closings"),
    ]
