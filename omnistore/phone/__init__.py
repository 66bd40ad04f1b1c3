"""
The customer's own phone at checkout: what a register's screen shows, and what a phone then may.

No page of it has a script, and none has a person's number or name in its address.
"""
