"""Dates, times and numbers as Django writes them for head office: day first, 24 hours."""
