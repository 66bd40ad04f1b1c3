"""What was taken before goods had a state of their own was taken with its goods in hand."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_money_by_several_ways"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE orders_customerreturn SET goods = 'FULLY' "
            "WHERE state IN ('RECEIVED', 'SETTLED', 'CLOSED')",
            migrations.RunSQL.noop,
        ),
    ]
