"""
Sales of the past, read from a file as the UCI Online Retail data set is laid out.

    options    what the file does not say: currency, tax, tender, discount, channel, dates
    files      is it readable to its end, which lines, under which fingerprint
    lines      one line of text becomes a `Line`, or a reason why it is no sale
    people     customers known by their number in the source
    articles   products known by their article number
    purchases  what was bought before, and how many units of it are left to come back
    batches    some thousands of lines become rows
    rows       rows go in without the ORM, the fastest way of each database
    rejects    the file of refused lines
    imports    all of it, batch by batch, so that a killed import goes on where it was

A file is looked at whole before its first line is kept: one that is cut, of another encoding or of
other columns leaves nothing behind. Each batch commits together with how far it came.

Decisions where the data set is silent:

* A cancellation is matched with the purchases of the same article by the same customer, the newest
  first, as goods mostly come back from the last parcel; what matches none was bought before the
  file begins and is kept without a purchase.
* A line's total is quantity × price, rounded once, half to even; the unit price likewise.
* Article numbers are compared in capitals: 85123a is 85123A typed by hand.
* Postage, samples, manual entries and fees are kept as services; write-offs, stock corrections and
  bad debt are no sales and are refused.
* A sale that another import brought is refused, not added to.
"""
