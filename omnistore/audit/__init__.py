"""
FOUNDATION: who looked at whom.

`audit.looks.note(...)` is called by every door that shows a person, `audit.access.note(...)` by
every verb that gives or takes access to the counter.
"""
