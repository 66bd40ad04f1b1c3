"""Some thousands of lines become rows, in the caller's transaction."""

from orders.sales_import import articles, people
from orders.sales_import.cancellations import Cancellations
from orders.sales_import.context import Context
from orders.sales_import.lines import Line, NotASale, Reason
from orders.sales_import.options import Options
from orders.sales_import.purchases import Purchases
from orders.sales_import.sales import Sales


def write(lines: list[Line], *, options: Options, import_key: str) -> list[tuple[Line, Reason]]:
    """
    Insert what the lines say, in the order of the file; return those the database refuses.

    Sales come into reach of the cancellations behind them in the same batch.
    """
    context = _context(lines, options, import_key)
    sales = Sales([line for line in lines if not line.is_cancellation], context)
    cancellations = Cancellations([line for line in lines if line.is_cancellation], context)
    refused = []
    for line in lines:
        try:
            (cancellations if line.is_cancellation else sales).add(line)
        except NotASale as refusal:
            refused.append((line, refusal.reason))
    sales.write()
    cancellations.write()
    return refused


def _context(lines: list[Line], options: Options, import_key: str) -> Context:
    persons = people.of(lines, options)
    products = articles.of(lines, options)
    wanted = {
        (person_id, products[line.sku])
        for line in lines
        if line.is_cancellation and (person_id := persons[line.customer].id)
    }
    purchases = Purchases(wanted, source=options.source)
    return Context(options, import_key, persons, products, purchases)
