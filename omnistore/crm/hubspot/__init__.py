"""
HubSpot: contacts, orders, returns, notes and e-mail consents, by its batch endpoints.

`connector` is the door, `schema` what has to exist there, `mapping` how our rows read there, `api`
how HubSpot is asked; `finding` looks for a `contact`, `contacts`, `subscriptions` and `records`
send, `hearing` listens.
"""
