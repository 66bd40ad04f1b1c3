"""What was taken before goods had a state of their own was taken with its goods in hand."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0007_policies_have_authors_and_clocks"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE orders_customerreturn SET goods = 'FULLY' "
            "WHERE state IN ('RECEIVED', 'SETTLED', 'CLOSED')",
            migrations.RunSQL.noop,
        ),
    ]
