from django.db import migrations


def drop(apps, schema_editor):
    # Before it was a return that somebody was asked about, always.
    apps.get_model("orders", "SatisfactionRequest").objects.filter(
        customer_return__isnull=True
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_opinions")]

    operations = [migrations.RunPython(migrations.RunPython.noop, drop)]
