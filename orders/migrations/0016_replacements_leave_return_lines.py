from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0015_replacements_are_rows")]

    operations = [
        migrations.RemoveField(model_name="returnline", name="replacement"),
        migrations.DeleteModel(name="ExchangeLine"),
    ]
