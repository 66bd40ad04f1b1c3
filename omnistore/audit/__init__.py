"""
FOUNDATION: who looked at whom.

`audit.looks.note(...)` is called by every door that shows a person.
"""
