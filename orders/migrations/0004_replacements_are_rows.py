"""
What was wished for or handed over in exchange becomes a row of its own, and back again.

What was taken before goods had a state of their own was taken with its goods in hand.
"""

from django.db import migrations


def to_rows(apps, schema_editor):
    ReturnLine = apps.get_model("orders", "ReturnLine")
    Replacement = apps.get_model("orders", "Replacement")
    ExchangeLine = apps.get_model("orders", "ExchangeLine")
    made = {
        line.return_line_id: line
        for line in ExchangeLine.objects.select_related("exchange", "order_line").iterator()
    }
    lines = ReturnLine.objects.filter(replacement__isnull=False).order_by("pk")
    rows = [_row(Replacement, line, made.get(line.pk)) for line in lines.iterator()]
    Replacement.objects.bulk_create(rows, batch_size=500)


def _row(Replacement, line, exchanged):
    row = Replacement(
        customer_return_id=line.customer_return_id,
        return_line_id=line.pk,
        product_id=line.replacement_id,
        position=line.position,
        units=line.units,
    )
    if exchanged is not None:
        sold = exchanged.order_line
        row.order_line_id, row.is_same = sold.pk, True
        row.unit_price, row.amount = sold.unit_price, sold.total
        row.tax, row.tax_rate = sold.tax, sold.tax_rate
        row.sources = {str(sold.paid_by_id or sold.order_id): sold.total} if sold.total else {}
        row.handed_over_at = exchanged.exchange.made_at
    return row


def to_lines(apps, schema_editor):
    """Keep the first replacement of each line; what the old form cannot say is left out."""
    ReturnLine = apps.get_model("orders", "ReturnLine")
    Replacement = apps.get_model("orders", "Replacement")
    ExchangeLine = apps.get_model("orders", "ExchangeLine")
    Exchange = apps.get_model("orders", "Exchange")
    exchanges = {row.customer_return_id: row.pk for row in Exchange.objects.iterator()}
    seen = set()
    rows = Replacement.objects.filter(return_line__isnull=False).order_by("-position")
    for row in rows.iterator():
        ReturnLine.objects.filter(pk=row.return_line_id).update(replacement_id=row.product_id)
        if row.order_line_id and row.return_line_id not in seen:
            seen.add(row.return_line_id)
            ExchangeLine.objects.create(
                exchange_id=exchanges[row.customer_return_id],
                return_line_id=row.return_line_id,
                order_line_id=row.order_line_id,
            )
    Replacement.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_returns_and_exchanges")]

    operations = [
        migrations.RunSQL(
            "UPDATE orders_customerreturn SET goods = 'FULLY' "
            "WHERE state IN ('RECEIVED', 'SETTLED', 'CLOSED')",
            migrations.RunSQL.noop,
        ),
        migrations.RunPython(to_rows, to_lines),
    ]
