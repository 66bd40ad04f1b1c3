"""
The pass on the customer's phone: its page, its wallets, and how the phone is known.

A roof beside the connectors: it joins the customer's codes, points and card with their drawings.
What a pass is, and whom its codes identify, is `customers.passes`.
"""
