from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_ledgers_are_only_added_to")]

    operations = [
        migrations.AlterField(
            model_name="slip",
            name="kind",
            field=models.CharField(
                choices=[
                    ("RECEIPT", "receipt"),
                    ("GIFT", "gift receipt"),
                    ("RETURN", "return slip"),
                    ("EXCHANGE", "exchange slip"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
    ]
