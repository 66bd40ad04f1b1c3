"""
ROOF: the demo shop. Not there in production.

Real sales of a British gift shop (data/README.md) under a French roof: names, contacts, cards,
tenders and stores are invented. `shop.load` does all of it once; `dates.refresh` moves everything
so that the last sale was yesterday again.

    premises   two stores, their registers and people, the announced rules
    people     who the customers are: those of the README's tour by name, the others by a list
    identities their names, phones, e-mails, cards and points
    goods      what the articles are called and how they look, with pictures
    sales      which channel, which receipt, which tender each real order has
    contacts   consents, points, contacts, web carts
    register   a till that pays refunds, only by the API
    inbox      a CRM that hears of everything
"""
