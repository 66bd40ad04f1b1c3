from django.db import migrations

from omnistore.appendonly import append_only


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_loyalty_owes_and_has_rules")]

    operations = [append_only("customers_loyaltyentry")]
