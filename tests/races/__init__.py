"""Races: what happens when two do the same thing at once, on the real database."""
