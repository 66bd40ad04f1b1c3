from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0004_lanes_of_what_is_on_its_way")]

    operations = [migrations.RemoveField(model_name="delivery", name="expires_at")]
