"""Odoo: contacts, sales orders with their lines, and a note for each return."""
