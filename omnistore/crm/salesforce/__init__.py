"""Salesforce: contacts, and purchases and returns as custom objects beside them."""
